"""A name for somebody that says nothing of her: what is kept of a uuid where the uuid itself may not stay."""

import hashlib


def pseudonym(project_id: int, uuid: str) -> bytes:
    """SHA-256 of project and uuid, 32 bytes. Uuids are random (v4): nobody finds one by trying."""
    return hashlib.sha256(f"{project_id} {uuid}".encode()).digest()
