"""The audit log's arithmetic: canonical bodies, the HMAC that chains them, signed statements about the chain's end."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from medscan_desktop.domain.audit import AuditEvent, Outcome

HEAD_BYTES = 32
GENESIS = bytes(HEAD_BYTES)  # the head before the first event


def body_of(event: AuditEvent) -> str:
    """Canonical JSON: ASCII, sorted keys, no spaces. The MAC is over exactly these bytes."""
    content = {
        "action": event.action,
        "at": event.at,
        "detail": dict(event.detail),
        "object_id": event.object_id,
        "outcome": event.outcome.value,
        "user": event.user,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def event_of(sequence: int, body: str) -> AuditEvent:
    """The event of a row. Raises ValueError or KeyError where the body is none of ours."""
    content: Mapping[str, Any] = json.loads(body)
    return AuditEvent(
        action=content["action"],
        user=content["user"],
        object_id=content["object_id"],
        outcome=Outcome(content["outcome"]),
        detail=content["detail"],
        at=content["at"],
        sequence=sequence,
    )


def link(key: bytes, previous: bytes, sequence: int, body: str) -> bytes:
    """The MAC of an event: over the MAC before it, its place and its body."""
    return hmac.digest(key, previous + sequence.to_bytes(8, "big") + body.encode(), "sha256")


def sign(key: Ed25519PrivateKey, sequence: int, head: bytes) -> bytes:
    """A signed statement: "after event `sequence` the chain's head was `head`"."""
    return key.sign(_statement(sequence, head))


def is_signed(key: Ed25519PublicKey, sequence: int, head: bytes, signature: bytes) -> bool:
    """Whether the statement is genuine; the public key suffices."""
    try:
        key.verify(signature, _statement(sequence, head))
    except InvalidSignature:
        return False
    return True


def _statement(sequence: int, head: bytes) -> bytes:
    return b"medscan audit head 1\n" + sequence.to_bytes(8, "big") + head
