"""A file on its way from another server, or from an export: its bytes and its type."""

import re
from http.client import HTTPException, HTTPResponse
from typing import Final

FILE_TYPE: Final = re.compile(r"\s*([\w.+-]+/[\w.+-]+)", re.ASCII)


class Whole:
    """An answer's body as a file. Raises HTTPException when the other side breaks off: an OSError is then our own disk's."""

    def __init__(self, answer: HTTPResponse) -> None:
        self.answer = answer

    def read(self, size: int = -1) -> bytes:
        try:
            found = self.answer.read(size if size >= 0 else None)
        except OSError as error:
            raise HTTPException(str(error)) from error
        if not found and self.answer.length:
            raise HTTPException("it broke off")
        return found


def file_type(told: str | None) -> str:
    """A file's type as it may stand in a header, without its parameters; somebody else wrote it."""
    found = FILE_TYPE.match(told or "")
    return found[1] if found else "application/octet-stream"
