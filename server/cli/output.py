"""What commands say on a terminal, and their exit codes."""

import sys
from collections.abc import Iterator

BROKEN, WRONG, TAKEN = 1, 2, 3  # exit codes
BAR = 40  # characters


def complain(sentence: str, code: int) -> int:
    print(f"fangshi: {sentence}", file=sys.stderr)
    return code


def show_progress(done: int, of: int) -> None:
    """A bar on standard error, the same line again and again."""
    filled = BAR * done // of if of else BAR
    bar = "#" * filled + "-" * (BAR - filled)
    print(f"\r[{bar}] {done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def print_list(items: Iterator[str]) -> None:
    """A JSON list, item by item as they come."""
    start = "["
    for item in items:
        print(start, item, sep="\n", end="")
        start = ","
    print("[]" if start == "[" else "\n]")
