"""Web push: a town's own key (RFC 8292, VAPID), and apprise's sender for one browser, which seals each text for it (RFC 8291)."""

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

KEPT_FOR: Final = timedelta(hours=12)
"""How long a push waits at the browser's maker for a phone that is off. After it the inbox has it all the same."""
READER: Final = "reader"


@dataclass(frozen=True)
class Push:
    """A browser's address and its two keys with a dot between; whom its maker may write to, and the town's key as PEM."""

    address: str = field(repr=False)
    secret: str = field(repr=False)
    contact: str = field(repr=False)
    key: str = field(repr=False)


def make_key() -> str:
    """A private key of the curve P-256, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_part(pem: str) -> str:
    """Its uncompressed point in Base64 of addresses, without padding: what a browser takes as applicationServerKey."""
    point = load_pem_private_key(pem.encode(), None).public_key()
    return (
        base64.urlsafe_b64encode(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        .rstrip(b"=")
        .decode()
    )


def sender_of(plugin: Any, to: Push) -> Any:
    """apprise's sender for one browser; `plugin` is its NotifyVapid. Raises TypeError for a part that it cannot use."""
    from apprise import AppriseAsset  # late: few sites have a channel

    asset = AppriseAsset(pem_autogen=False)  # it writes no key of its own to the disk
    sender = plugin(subscriber=to.contact, targets=[READER], asset=asset)
    public, _dot, secret = to.secret.partition(".")
    browser = {"endpoint": to.address, "keys": {"p256dh": public, "auth": secret}}
    with _as_file(to.key) as path:
        sender.private_key_loaded = sender.pem.load_private_key(path)
    if not sender.private_key_loaded or not sender.subscriptions.add(browser, name=READER):
        raise TypeError
    sender.ttl = int(KEPT_FOR.total_seconds())  # its own longest is a minute
    return sender


@contextmanager
def _as_file(text: str) -> Iterator[str]:
    """The path of a file that is in memory alone: apprise reads keys from files."""
    file = os.memfd_create("key")
    try:
        os.write(file, text.encode())
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)
