"""A town's own key for web push (RFC 8292, VAPID): the makers of browsers know by it who a text is from."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


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
