"""Which tokens stand for a subject: of the city's keys, and those that a rotation linked."""

from __future__ import annotations

import re
import secrets

import psycopg

from infra.settings import Settings
from ingestion.tokens import KeyringError, make_token, normalise, read_keyring
from reporting.erasure.model import SURROGATE_PREFIX, ErasureProblem

_TOKEN = re.compile(r"tok1_[a-z0-9]{1,16}_[A-Za-z0-9_-]{43}")


def tokens_of_identifier(settings: Settings, city: str, kind: str, identifier: str) -> frozenset[str]:
    """The tokens that the gateway makes of an identifier, by the city's active and its first key.

    Raises ErasureProblem if the city has no key or nothing visible was given; the identifier is in no message.
    """
    if not normalise(identifier):
        raise ErasureProblem("No identifier was given: write it into the file, on a line of its own.")
    try:
        key = read_keyring(settings.home / "secrets" / "city_keys.json").get(city)
    except KeyringError as error:
        raise ErasureProblem(str(error)) from error
    if key is None:
        raise ErasureProblem(f"{city} has no key here: `corridor keys city list` shows which cities have one.")
    return frozenset(make_token(each, kind, identifier) for each in (key, key.first) if each)


def given_tokens(text: str) -> frozenset[str]:
    """A token as a city wrote it. Raises ErasureProblem, without it, if it is none."""
    if not _TOKEN.fullmatch(text):
        raise ErasureProblem("A line of the file is no token: tokens look like tok1_k1_ and 43 characters.")
    return frozenset([text])


def linked_tokens(connection: psycopg.Connection, tokens: frozenset[str]) -> frozenset[str]:
    """These tokens and all that raw.first_tokens says belong to the same subject."""
    rows = connection.execute(
        """
        with firsts as (
            select first_token from raw.first_tokens where token = any(%(tokens)s)
            union
            select unnest(%(tokens)s)
        )

        select first_token from firsts
        union
        select t.token from raw.first_tokens as t inner join firsts as f on t.first_token = f.first_token
        """,
        {"tokens": sorted(tokens)},
    ).fetchall()
    return tokens | {row[0] for row in rows}


def new_surrogate() -> str:
    """A random stand-in of the form of a token; nothing leads back from it."""
    return SURROGATE_PREFIX + secrets.token_urlsafe(32)
