"""How a follow-up ends by an answer, and what a reader of answers is given."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.followups.occasions import Occasion
from server.followups.windows import Window


@dataclass(frozen=True)
class Ending:
    """An end state (due.END_STATES), with the day and the event of the answer, or the key of what it was merged into."""

    state: str
    on: date | None = None
    event: str | None = None
    merged_into: str | None = None

    @property
    def is_done(self) -> bool:
        return self.state in ("done_on_time", "done_late")

    @property
    def is_answer(self) -> bool:
        """Whether somebody answered, so that a later stop changes nothing about it; a merged miss is no answer."""
        return self.is_done or self.state in ("done_elsewhere", "declined", "not_wanted")


@dataclass(frozen=True)
class Asked:
    """A follow-up that waits for an answer: its key, its occasion and its window, on a day."""

    key: str
    occasion: Occasion
    window: Window
    before_open: bool
    today: date
    occurrence: int = 1


def done(on: date, event: str, window: Window) -> Ending:
    """On time up to the last on-time day, late after it; grace makes nothing on time (domain.md 2.0)."""
    return Ending("done_on_time" if on <= window.closes_on else "done_late", on, event)


def earliest(answers: Iterator[tuple[date, str]], asked: Asked) -> Ending | None:
    """The first answer in the window or after it, none dated in the future, none after the last day that is asked."""
    known = [
        (on, event)
        for on, event in answers
        if on <= asked.today
        and (asked.before_open or on >= asked.window.opens_on)
        and (asked.window.latest_on is None or on <= asked.window.latest_on)
    ]
    return done(*min(known), asked.window) if known else None
