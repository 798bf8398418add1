"""HTTP Digest as phones speak it (RFC 7616 with MD5 and qop=auth; odk-contract.md 2.2): what they say, our nonces, the proof.

A nonce is signed and not stored, so every process of the server knows it. What is stored for its minutes is which counts of
it were used: an answer that somebody overheard is good for nothing more.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.models import DigestUse

REALM = "Fangshi"
NONCE_LIFE = timedelta(minutes=10)
CLOCKS_APART = timedelta(minutes=1)  # of this machine's processes, and of one before and after it was set
PART = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)')
NEEDED = ("username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce")


class Said(NamedTuple):
    """What an Authorization header says; `nc` counts the requests that were signed under this nonce."""

    username: str
    nonce: str
    uri: str
    response: str
    nc: str
    cnonce: str

    @property
    def number(self) -> int:
        return int(self.nc, 16)


def read_said(value: str) -> Said | None:
    """The header's words behind `Digest`; None for what is not an answer to our challenge."""
    parts = read_parts(value)
    if parts is None or any(name not in parts for name in NEEDED):
        return None
    if parts["realm"] != REALM or parts["qop"] != "auth" or parts.get("algorithm", "MD5").upper() != "MD5":
        return None
    if not re.fullmatch(r"[0-9a-fA-F]{8}", parts["nc"]) or parts.get("userhash", "false").lower() != "false":
        return None
    return Said(*(parts[name] for name in Said._fields))


def read_parts(value: str) -> dict[str, str] | None:
    """name=word, name="word", …; None where it is written wrongly or says something twice."""
    parts: dict[str, str] = {}
    at = 0
    while at < len(value):
        found = PART.match(value, at)
        if found is None or found[1].lower() in parts:
            return None
        quoted = found[2]
        parts[found[1].lower()] = found[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        at = found.end()
    return parts


def fits(said: Said, secret: str, method: str) -> bool:
    """Whether whoever said it knows the secret (RFC 7616, 3.4.1). A header comes as Latin-1 of its bytes."""
    known = md5(f"{said.username}:{REALM}:{secret}")
    asked = md5(f"{method}:{said.uri}")
    expected = md5(f"{known}:{said.nonce}:{said.nc}:{said.cnonce}:auth:{asked}")
    return hmac.compare_digest(expected.encode(), said.response.lower().encode("latin-1", "replace"))


def md5(text: str) -> str:
    return hashlib.md5(text.encode("latin-1", "replace"), usedforsecurity=False).hexdigest()


def make_nonce(key: bytes, now: datetime) -> str:
    head = f"{int(now.timestamp()):x}-{secrets.token_hex(12)}"
    return f"{head}-{sign(key, head)}"


def sign(key: bytes, head: str) -> str:
    return hmac.new(key, b"digest nonce " + head.encode("latin-1", "replace"), hashlib.sha256).hexdigest()[:32]


def is_fresh(key: bytes, nonce: str, now: datetime) -> bool:
    """Whether we made it, some minutes ago at most."""
    head, _, signature = nonce.rpartition("-")
    if not hmac.compare_digest(sign(key, head).encode(), signature.encode("latin-1", "replace")):
        return False
    age = now.timestamp() - int(head.partition("-")[0], 16)
    return -CLOCKS_APART.total_seconds() <= age <= NONCE_LIFE.total_seconds()


def use_up(db: Session, said: Said, now: datetime) -> None:
    """This count of this nonce is good no more, in any process. Raises IntegrityError when it was used before.

    In a transaction of its own.
    """
    db.execute(delete(DigestUse).where(DigestUse.expires_at <= now))
    mark = hashlib.sha256(f"{said.nonce} {said.number}".encode("latin-1", "replace")).digest()
    db.add(DigestUse(mark=mark, expires_at=now + NONCE_LIFE + 2 * CLOCKS_APART))
    db.flush()


def challenge(nonce: str, stale: bool) -> str:
    """WWW-Authenticate; `stale`: the password was right, the nonce is over or its count was used: ask with this one."""
    over = ", stale=true" if stale else ""
    return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"{over}'
