"""A page of ours as a PDF, its letters inside, by WeasyPrint: the same HTML and CSS that a browser prints.

It reads fonts and needs as much as 200 MB for a few seconds, so it runs in a process of its own (pdf_child.py), with limits
of memory, processor and time. It fetches nothing, from nowhere.
"""

import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from server.one_core import CORE
from server.workplaces import HERE

WALL_SECONDS: Final = 90
CHILD: Final = Path(__file__).with_name("pdf_child.py")

log = logging.getLogger("fangshi.pdf")


def print_pdf(html: str, styles: Sequence[Path]) -> bytes | None:
    """The file, by our own style sheets; None where none could be made: without Pango, or when it took more than it may."""
    command = [sys.executable, "-I", str(CHILD), *map(str, styles)]
    try:
        with HERE.rest(), CORE.on_any_core():
            done = subprocess.run(command, input=html.encode(), capture_output=True, timeout=WALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        log.error("a PDF took longer than %d seconds", WALL_SECONDS)
        return None
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        log.error("a PDF could not be made: %s", done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200])
        return None
    return done.stdout
