"""Signatures after https://www.standardwebhooks.com, checked on the bytes of the body as they were sent."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ingestion.gateway import answers
from ingestion.gateway.answers import Problem
from ingestion.gateway.scope import Key

TOLERANCE_SECONDS = 300
_MOST_SIGNATURES = 10


@dataclass(frozen=True)
class Signature:
    """What the headers of a signed request claim, before its body is there."""

    key: Key
    #: The live secrets of the key: two while it is being rotated.
    secrets: Sequence[bytes]
    message_id: bytes
    timestamp: bytes
    signatures: Sequence[bytes]

    def verify(self, body: bytes) -> Problem | None:
        """None if one of the signatures fits one of the secrets. Constant time for each comparison."""
        message = hmac_message(self.message_id, self.timestamp, body)
        fits = False
        for secret in self.secrets:
            expected = hmac.digest(secret, message, sha256)
            for signature in self.signatures:
                fits |= hmac.compare_digest(expected, signature)
        return None if fits else answers.BAD_SIGNATURE


def hmac_message(message_id: bytes, timestamp: bytes, body: bytes) -> bytes:
    """What is signed."""
    return b"%s.%s.%s" % (message_id, timestamp, body)


def read_signature(headers: Mapping[bytes, bytes], key: Key, secrets: Sequence[bytes]) -> Signature | Problem:
    """The claim of the headers webhook-id, webhook-timestamp and webhook-signature."""
    message_id = headers.get(b"webhook-id", b"").strip()
    timestamp = headers.get(b"webhook-timestamp", b"").strip()
    if not message_id or not (timestamp.isdigit() and len(timestamp) <= 12):
        return answers.BAD_SIGNATURE
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return answers.OLD_SIGNATURE
    signatures = []
    for part in headers[b"webhook-signature"].split()[:_MOST_SIGNATURES]:
        version, _, text = part.partition(b",")
        if version == b"v1":
            try:
                signatures.append(base64.b64decode(text, validate=True))
            except binascii.Error:
                continue
    return Signature(key, secrets, message_id, timestamp, signatures)
