"""The thresholds from which an ultrasound replaces the last period (domain.md 2.1), as data; nothing decides here."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

REDATING: Final = Path(__file__).parent / "redating.toml"


@dataclass(frozen=True)
class Threshold:
    """For gestational ages from `from_day` to `to_day` (days by last period, None is open-ended): more than so many days."""

    from_day: int
    to_day: int | None
    more_than: int
    clinician_only: bool


def load_thresholds(file: Path = REDATING) -> tuple[Threshold, ...]:
    """The steps in the order of the file."""
    with file.open("rb") as opened:
        steps = tomllib.load(opened)["step"]
    return tuple(
        Threshold(
            _days(one["from"]), _days(one["to"]) if "to" in one else None, one["more_than"], one["clinician_only"]
        )
        for one in steps
    )


def _days(age: dict[str, Any]) -> int:
    return int(age["weeks"] * 7 + age["days"])
