"""One follow-up as it stands on a day: its key, its days, its state, and the sums that led there."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Final

from server.followups.ruleset import Words

TASK_STATES: Final = ("scheduled", "open", "due", "overdue")
"""States of what is still to be done: before the window, from its first day, from the target day, past close + grace."""

END_STATES: Final = (
    *("done_on_time", "done_late", "done_elsewhere", "declined", "not_wanted"),
    *("expired", "missed_merged"),
)
"""States of what is not asked for any more. What arrives late may still turn expired, missed_merged or done_late into
done_on_time; only an answer in the window is final. done_elsewhere and not_wanted are somebody's word alone (acts.py)."""


@dataclass(frozen=True)
class Step:
    """One sum: `fact` on the day `on`, plus `months` and then `days`, gives the day `gives` for `what`.

    `what` names a field of Due, `ga_anchor`, or `severity.<level>`. `fact` names a day of the facts, a field of Due, or
    the event that answered. Where a day is the latest of several sums, all are given and `counts` marks the one used.
    `because` is why nobody works on the day `on`, as Calendar.cause_of gives it; `provisional` says that the calendar of
    a year was not known when this was worked out. Steps that were kept before there were these two have neither.
    """

    what: str
    fact: str
    on: date
    days: int
    gives: date
    counts: bool = True
    months: int = 0
    because: str = ""
    provisional: bool = False


@dataclass(frozen=True)
class Due:
    """A follow-up of one subject. Days are dates in Asia/Shanghai.

    `key` is made of rule, subject, episode, anchor event and occurrence, never of a day or a version, so a correction
    moves a follow-up and makes no second one. `overdue_from` is the first day it is overdue (closes_on + grace + 1).
    `proposed_on` is `due_on` or the working day proposed instead. `severity` is info once it has ended; `advice` is
    clinical and for her own record only. `inside` is the key of the task that stands for this one on lists, when several
    of one pregnancy wait; `merged_into` that of the one that a missed contact was merged into. `answered_by` is the
    event that answered it. `changes_on` is the next day on which it stands otherwise by the calendar alone, None once it
    has ended or nothing more can come. `latest_on` is the day after which nobody asks any more, if any.

    By people's acts (acts.py): `snoozed_until` is the day on which one comes back that was put off; `given_to` whose it is
    (an actor id) up to `given_until`, None for no end.
    """

    key: str
    rule: str
    rule_version: int
    rule_hash: str
    subject_list: str
    subject: str
    episode: str | None
    anchor_event: str
    occurrence: int
    village_code: str
    form_id: str
    opens_on: date
    due_on: date
    closes_on: date
    grace: int
    overdue_from: date
    proposed_on: date
    state: str
    severity: str
    advice: Words | None
    answered_on: date | None
    answered_by: str | None
    inside: str | None
    merged_into: str | None
    changes_on: date | None
    why: tuple[Step, ...]
    latest_on: date | None = None
    snoozed_until: date | None = None
    given_to: int | None = None
    given_until: date | None = None

    @property
    def is_task(self) -> bool:
        """Whether somebody still has something to do."""
        return self.state in TASK_STATES


@dataclass(frozen=True)
class Stopped:
    """A follow-up that is not asked for: `cause` is one of ruleset.STOPS, facts.STOP_KINDS or no_consent.

    `on` and `event` say when that was and what told us, where the facts know it.
    """

    key: str
    rule: str
    cause: str
    on: date | None
    event: str | None


_AS_JSON: Final = json.JSONEncoder(ensure_ascii=False).encode


def key_of(rule: str, subject: str, episode: str | None, anchor_event: str, occurrence: int = 1) -> str:
    """64 hex digits that stay the same when days, versions or datings change."""
    parts = _AS_JSON([rule, subject, episode, anchor_event, occurrence])
    return hashlib.sha256(parts.encode()).hexdigest()
