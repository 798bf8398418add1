"""Where an export waits that cannot leave before it is whole: in the data folder, beside what else is private there.

What a server leaves there that was killed meanwhile goes at the next start, and by the timetable.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

FOLDER: Final = "exports"


@contextmanager
def folder_to_make_in(data_dir: Path) -> Iterator[Path]:
    """A folder of its own, for this account alone; it goes with all that is in it."""
    parent = data_dir / FOLDER
    parent.mkdir(exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def sweep_exports(data_dir: Path, before: datetime | None = None) -> int:
    """Takes away what was left there, all of it or what nobody wrote to since; how many exports."""
    swept = 0
    for one in (data_dir / FOLDER).glob("*"):
        with suppress(FileNotFoundError):
            if before is None or one.lstat().st_mtime < before.timestamp():
                remove(one)
                swept += 1
    return swept


def remove(left: Path) -> None:
    """A folder with all that is in it; what a computer or a person laid there beside goes as well."""
    if left.is_dir() and not left.is_symlink():
        shutil.rmtree(left)
    else:
        left.unlink()
