"""Each purpose by itself: what a woman said last of it, on which day, in answer to which words, until when. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from server.models import PURPOSES
from server.registry.consent import (
    Consents,
    answers_herself,
    consents_in_order,
    follow,
    happened_on,
    says_of_service,
)
from server.registry.telling import Event

ENDING_SOON: Final = timedelta(days=30)


@dataclass(frozen=True)
class Wording:
    """The words that were shown: version and SHA-256 of a ConsentText."""

    version: int
    sha256: str


@dataclass(frozen=True)
class Standing:
    """What stands of one purpose. `until` is the last day of one that is given.

    `event` names the record that said it; its `submission_id` is 0 for what was noted at the office.
    """

    purpose: str
    given: bool
    said_on: date
    until: date | None
    wording: Wording | None
    event: str = ""
    submission_id: int = 0

    def state(self, today: date) -> str:
        """given, ending (its last day is near), ended, or not_given."""
        if not self.given:
            return "not_given"
        if self.until is None:
            return "given"
        if self.until < today:
            return "ended"
        return "ending" if self.until - today < ENDING_SOON else "given"


def stand_by_purpose(events: Iterable[Event]) -> dict[str, Standing]:
    """What stands of each purpose that was ever spoken of, after all consent records (consent.py says in which order)."""
    found: dict[str, Standing] = {}
    standing = Consents()
    for event in consents_in_order(events):
        after = follow(standing, event)
        for purpose in spoken_of(standing, after, event):
            found[purpose] = say(purpose, bool(getattr(after, purpose)), event)
        standing = after
    return {purpose: end_with(standing, found[purpose]) for purpose in PURPOSES if purpose in found}


def spoken_of(before: Consents, after: Consents, event: Event) -> Iterator[str]:
    """The purposes that a record says something of, or changes without naming them: a "no" to the service ends all."""
    withdraws = event.data.get("action") == "withdraw"
    taken = event.data.get("withdraw_scope", "").split() if withdraws else []
    ends = says_of_service(event.data) is False
    for purpose in PURPOSES:
        asked = f"consent_{purpose}" in event.data and not withdraws and answers_herself(event.data)
        changed = getattr(before, purpose) != getattr(after, purpose)
        if asked or changed or purpose in taken or (ends and purpose == "service"):
            yield purpose


def say(purpose: str, given: bool, event: Event) -> Standing:
    on = happened_on(event.visit_date, event.received_at)
    shown = read_wording(event.data.get(f"wording_{purpose}")) if given else None
    return Standing(purpose, given, on, None, shown, event.event, event.submission_id)


def end_with(standing: Consents, one: Standing) -> Standing:
    """All that is given ends with the service."""
    return replace(one, until=standing.until if one.given else None)


def read_wording(text: str | None) -> Wording | None:
    """`3 9f86d0…`: version and hash, as the form wrote down what it showed; None for anything else."""
    version, _, sha256 = (text or "").partition(" ")
    if not (version.isascii() and version.isdigit() and len(version) < 7 and len(sha256) == 64 and sha256.isalnum()):
        return None
    return Wording(int(version), sha256.lower())
