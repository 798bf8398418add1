"""The newest link of the audit's chain, written into a file of the data folder again and again: what is cut off is missed.

A line a head: position, hash in hex, instant. The file is only ever added to; half a line that was never whole goes.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from server.access.audit_chain import Head

NAME = "audit-heads.txt"
LAST_BYTES = 4096


class HeadsUnreadable(ValueError):
    """A line of the file is none that this program wrote; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line} of {NAME}")


class Anchor(NamedTuple):
    """A head as it was at an instant (ISO 8601, UTC)."""

    head: Head
    written_at: str


def anchor(data_dir: Path, head: Head, now: datetime) -> None:
    """Adds a head, on disk when it returns; nothing where it is the last one already."""
    path = data_dir / NAME
    if path.exists():
        cut_half_line(path)
    if head.position == 0 or (path.exists() and ends_with(path, head)):
        return
    data_dir.mkdir(parents=True, exist_ok=True)  # on PostgreSQL it may not be there yet
    with path.open("a", encoding="ascii") as file:
        file.write(f"{head.position} {head.hash.hex()} {now:%Y-%m-%dT%H:%M:%SZ}\n")
        file.flush()
        os.fsync(file.fileno())


def cut_half_line(path: Path) -> None:
    """What a full disk or a power cut left of a line goes: that head was never promised, and the next is no part of it."""
    with path.open("r+b") as file:
        size = path.stat().st_size
        file.seek(max(0, size - LAST_BYTES))
        half = file.read().rpartition(b"\n")[2]
        if half:
            file.truncate(size - len(half))


def ends_with(path: Path, head: Head) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LAST_BYTES))
        last = file.read().decode("ascii", "replace").splitlines()
    return bool(last) and last[-1].startswith(f"{head.position} {head.hash.hex()} ")


def read_anchors(data_dir: Path) -> list[Anchor]:
    """All heads, the oldest first; none without a file. A last line without an end is none yet. Raises HeadsUnreadable."""
    path = data_dir / NAME
    if not path.exists():
        return []
    lines = path.read_text(encoding="ascii", errors="replace").split("\n")[:-1]
    return [read_line(number, line) for number, line in enumerate(lines, start=1)]


def read_line(number: int, line: str) -> Anchor:
    try:
        position, digest, written_at = line.split(" ")
        return Anchor(Head(int(position), bytes.fromhex(digest)), written_at)
    except ValueError:
        raise HeadsUnreadable(number) from None
