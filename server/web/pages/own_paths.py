"""Where a form may send the browser next: paths of our own, nothing else."""

import re
from urllib.parse import SplitResult, urlsplit

OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


def own_path(wanted: str | None) -> str:
    """The path when it is one of ours (starts with one slash, no backslash, no control character), else `/`."""
    return wanted if wanted and len(wanted) < 2000 and OWN_PATH.fullmatch(wanted) else "/"


def read_address(text: str | None) -> SplitResult:
    """The parts of an address that a browser says it comes from; all empty where it is none."""
    try:
        return urlsplit(text or "")
    except ValueError:  # half an IPv6 host: whoever sends a header may write anything into it
        return urlsplit("")
