"""Where a form may send the browser next: paths of our own, nothing else."""

import re

OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


def own_path(wanted: str | None) -> str:
    """The path when it is one of ours (starts with one slash, no backslash, no control character), else `/`."""
    return wanted if wanted and len(wanted) < 2000 and OWN_PATH.fullmatch(wanted) else "/"
