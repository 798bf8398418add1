"""A file that comes from another server, or from an export: what is taken of what they say about it."""

import re
from typing import Final

FILE_TYPE: Final = re.compile(r"\s*([\w.+-]+/[\w.+-]+)", re.ASCII)


def file_type(told: str | None) -> str:
    """A file's type as it may stand in a header, without its parameters; somebody else wrote it."""
    found = FILE_TYPE.match(told or "")
    return found[1] if found else "application/octet-stream"
