"""Who hears of what is critical when it is said again, and when that is: ladder.toml, read."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from server.clock import SHANGHAI
from server.followups.recipients import Recipients
from server.followups.wishes import Wishes

FILE: Final = Path(__file__).parent / "ladder.toml"


@dataclass(frozen=True)
class Ladder:
    """`steps`: how often it was said again, and which of Recipients are told from then on."""

    every: timedelta
    opens: time
    closes: time
    steps: tuple[tuple[int, str], ...]

    def people(self, told: Recipients, repeats: int) -> frozenset[int]:
        """Everybody up to the step that was reached; where nobody stands there, the next step that has somebody."""
        found: frozenset[int] = frozenset()
        for after, who in self.steps:
            if after > repeats and found:
                break
            found |= getattr(told, who)
        return found

    def next_after(self, at: datetime) -> datetime:
        """An hour later, or the first moment of work that is not quiet."""
        local = (at + self.every).astimezone(SHANGHAI)
        if local.time() >= self.closes:
            local = datetime.combine(local.date() + timedelta(days=1), self.opens, SHANGHAI)
        local = max(local, datetime.combine(local.date(), self.opens, SHANGHAI))
        return Wishes().earliest(local).astimezone(at.tzinfo)


@cache
def ladder() -> Ladder:
    told: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    steps = tuple((one["after"], one["who"]) for one in told["step"])
    return Ladder(timedelta(hours=told["every_hours"]), told["from"], told["until"], steps)
