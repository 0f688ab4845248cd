"""Who may write to an intake topic: a user with a password (SCRAM) and grants for that topic alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

#: A password is random, so that more rounds would only make signing in slower.
_ROUNDS = 8192
_SHA_512 = ScramMechanism.SCRAM_SHA_512


class AccessError(RuntimeError):
    """The cluster did not do what was asked; the message says what."""


class Access:
    """The administrator of users and grants; use it in a with statement. `cluster`: kafka_python_settings."""

    def __init__(self, cluster: Mapping[str, Any]) -> None:
        self._admin = KafkaAdminClient(**cluster)

    def __enter__(self) -> Access:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def set_password(self, user: str, password: str) -> None:
        """Make the user, or give it another password; connections that are open go on with the old one."""
        change = UserScramCredentialUpsertion(user, _SHA_512, password, iterations=_ROUNDS)
        self._alter(user, change, f"The password of {user} could not be set")

    def drop_user(self, user: str) -> None:
        """Take user and grants away. Safe to repeat. What is open may do nothing any more at once."""
        self._admin.delete_acls([_grants_of(user)])
        if self.has_user(user):
            self._alter(user, UserScramCredentialDeletion(user, _SHA_512), f"The user {user} could not be removed")

    def has_user(self, user: str) -> bool:
        """True if the user has a password."""
        found = self._admin.describe_user_scram_credentials([user]).get(user) or {}
        return bool(found.get("credential_infos"))

    def grant_writing(self, user: str, topic: str) -> None:
        """Let `user` write to `topic` and ask where it lies; nothing else. What it had before is taken away."""
        self._admin.delete_acls([_grants_of(user)])
        place = ResourcePattern(ResourceType.TOPIC, topic)
        asked = [
            ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, place)
            for operation in (ACLOperation.WRITE, ACLOperation.DESCRIBE)
        ]
        answer = self._admin.create_acls(asked)
        if answer["failed"]:
            raise AccessError(f"{user} could not be granted writing to {topic}: {answer['failed']}.")

    def grants(self, user: str) -> set[tuple[str, str]]:
        """What the user may do: operation and topic."""
        found, _ = self._admin.describe_acls(_grants_of(user))
        return {(each.operation.name, each.resource_pattern.resource_name) for each in found}

    def _alter(self, user: str, change: Any, otherwise: str) -> None:
        problem = self._admin.alter_user_scram_credentials([change])[user]
        if problem is not None:
            raise AccessError(f"{otherwise}: {problem}.")


def _grants_of(user: str) -> ACLFilter:
    return ACLFilter(
        f"User:{user}",
        None,
        ACLOperation.ANY,
        ACLPermissionType.ANY,
        ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
