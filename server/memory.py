"""What a process keeps of memory that it no longer uses."""

import ctypes
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

ARENAS: Final = 2
M_ARENA_MAX: Final = -8  # mallopt(3)
MADV_DONTNEED: Final = 4  # madvise(2)
SMAPS: Final = Path("/proc/self/smaps")
ONLY_READ: Final = re.compile(
    r"^([0-9a-f]+)-([0-9a-f]+) r-.p [^\n]* /[^\n]*\n(?:\w+: [^\n]*\n)*?Anonymous: +0 kB$", re.MULTILINE
)
"""A part of a file in memory, into which nobody wrote: addresses of where it begins and ends."""


def share_arenas() -> None:
    """Has all threads take memory from two places. Before the first thread.

    The C library would give each thread a place of its own, up to eight a core, and what a thread lets go of stays in its
    place: a web process that had used all its threads once held 150 MB more, and kept them. Where there is no such
    setting (it is glibc's), nothing happens.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Gives the system what was let go of in the middle of those places, which the C library else keeps for what comes.

    A millisecond or a few: for the end of something large, and now and then.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def let_go_of_programs() -> None:
    """Forgets the pages of libraries that this process has looked at. Whichever it comes to need, it is given again.

    For the one that has loaded all of them for others and uses none: 40 MB were in memory for its sake. Pages that differ
    from the file are not touched.
    """
    with suppress(AttributeError, OSError):
        forget = ctypes.CDLL(None).madvise
        for begins, ends in ONLY_READ.findall(SMAPS.read_text(encoding="utf-8", errors="replace")):
            start = int(begins, 16)
            forget(ctypes.c_void_p(start), ctypes.c_size_t(int(ends, 16) - start), MADV_DONTNEED)
