"""How the last backup went, for those who watch the server: a small file in the data folder with an instant and counts."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from server.backups.carried_key import has_public
from server.backups.making import Made

NAME = "backup-state.json"
LATE_AFTER = timedelta(days=2)

State = Literal["unset", "late", "lost", "good"]


@dataclass(frozen=True)
class LastBackup:
    """The last backup that was made and tried; `lost` stored files were missing or damaged on the server."""

    made_at: datetime
    lost: int


def write_state(data_dir: Path, made: Made, now: datetime) -> None:
    beside = data_dir / (NAME + ".new")
    beside.write_text(json.dumps({"madeAt": now.isoformat(), "lost": made.lost}), encoding="utf-8")
    beside.replace(data_dir / NAME)


def last_backup(data_dir: Path) -> LastBackup | None:
    """None when there was none, or the file tells nothing."""
    try:
        found = json.loads((data_dir / NAME).read_text(encoding="utf-8"))
        return LastBackup(datetime.fromisoformat(found["madeAt"]), int(found["lost"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def state_of(data_dir: Path, now: datetime) -> State:
    """`unset` without a key to seal backups to, `late` after two days without one, `lost` when files were missing."""
    if not has_public(data_dir):
        return "unset"
    last = last_backup(data_dir)
    if last is None or now - last.made_at > LATE_AFTER:
        return "late"
    return "lost" if last.lost else "good"
