"""What a woman agreed to, by all her consent records (F2) in their order. Pure; domain.md 3 (F2) and 6.2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from server.clock import today
from server.models import PURPOSES
from server.registry.telling import CONSENT, Event, read_day, read_moment

OTHERS: Final = PURPOSES[1:]
"""What stands only beside the service."""
A_YEAR: Final = timedelta(days=365)
NOT_HERS: Final = {"present_self": "no", "privacy_now": "not_private", "age_band": "under_14"}
"""Answers with which the form ends before any consent (domain.md 3, F2): nobody gives it in her place."""


@dataclass(frozen=True)
class Consents:
    """Each consent as it stands. `until` is the last day of `service`; `withdrawn_on` the day she took it back."""

    service: bool = False
    until: date | None = None
    reminder: bool = False
    share_clinic: bool = False
    location: bool = False
    stats: bool = False
    withdrawn_on: date | None = None


def happened_on(event_or_visit: date, received_at: datetime) -> date:
    """The day of a visit; a phone's clock that runs ahead says a day to come, then it was at the latest today."""
    return min(event_or_visit, today(received_at))


def place_in_time(event: Event) -> tuple[date, datetime, str]:
    return happened_on(event.visit_date, event.received_at), said_at(event), event.event


def said_at(event: Event) -> datetime:
    """When something was said, which decides among records of one day. What takes back counts from its receipt.

    What gives counts from the moment its form was begun: a phone without network may hold it back until after she went to
    the office and took everything back. A form that does not tell the moment, or tells one to come, counts from its receipt.
    """
    began = read_moment(event.data.get("start")) if event.form_id == CONSENT and not takes_back(event.data) else None
    return min(began, event.received_at) if began and today(began) == event.visit_date else event.received_at


def consents_in_order(events: Iterable[Event]) -> list[Event]:
    """Her consent records by day, then receipt. What takes something back cannot come before all that she ever gave.

    She was chosen from the list, so she was known: an earlier day is a slip, or that of a phone that lost its clock.
    """
    told = sorted((one for one in events if one.form_id == CONSENT), key=place_in_time)
    given = [one for one in told if says_of_service(one.data)]
    if not given:
        return told
    return sorted((without_slip(given, one) if takes_back(one.data) else one for one in told), key=place_in_time)


def without_slip(given: Sequence[Event], event: Event) -> Event:
    """One that is dated before all that she gave counts from the day it came, so that no renewal of hers outlives it.

    What came before any consent of hers counts from the first of them on: nobody could have meant a later one.
    """
    first = happened_on(given[0].visit_date, given[0].received_at)
    if event.visit_date >= first:
        return event
    was_known = any(one.received_at < event.received_at for one in given)
    return replace(event, visit_date=max(first, today(event.received_at)) if was_known else first)


def takes_back(data: dict[str, str]) -> bool:
    """Whether it takes back what she gave before: a withdrawal, or a "no" of somebody who registers no more."""
    action = data.get("action")
    return action == "withdraw" or (action != "register" and says_of_service(data) is False)


def says_of_service(data: dict[str, str]) -> bool | None:
    """Whether a consent record gives (True) or takes back (False) consent to the service; None: it says nothing of it."""
    if data.get("action") == "withdraw":
        scope = data.get("withdraw_scope", "").split()
        return False if not scope or "service" in scope else None
    said = {"yes": True, "no": False}.get(data.get("consent_service", ""))
    return None if said and not answers_herself(data) else said


def answers_herself(data: dict[str, str]) -> bool:
    return not any(data.get(question) == answer for question, answer in NOT_HERS.items())


def wants_erasure(data: dict[str, str]) -> bool:
    return says_of_service(data) is False and data.get("withdraw_erase") == "erase"


def stand(events: Iterable[Event]) -> Consents:
    """The consents after all records: the last word counts, by the day of the visit, then of receipt."""
    standing = Consents()
    for event in consents_in_order(events):
        standing = follow(standing, event)
    return standing


def follow(before: Consents, event: Event) -> Consents:
    data, on = event.data, happened_on(event.visit_date, event.received_at)
    given = says_of_service(data)
    if given is False:
        return Consents(until=on - timedelta(days=1), withdrawn_on=on)
    if data.get("action") == "withdraw":
        taken = {name: False for name in data.get("withdraw_scope", "").split() if name in OTHERS}
        return replace(before, **taken)  # type: ignore[arg-type]
    if not answers_herself(data):
        return before
    answered = {name: data[f"consent_{name}"] == "yes" for name in OTHERS if f"consent_{name}" in data}
    after = replace(before, **answered)  # type: ignore[arg-type]
    return replace(after, service=True, until=last_day(event), withdrawn_on=None) if given else after


def last_day(event: Event) -> date:
    """The last day of a consent that was given: as the form says, a year where it says nothing."""
    return read_day(event.data.get("consent_until")) or happened_on(event.visit_date, event.received_at) + A_YEAR


def covers(events: Sequence[Event], visit_date: date, received_at: datetime) -> bool:
    """Whether a record of this visit may be read: a consent holds on that day, and no "no" lies between the two.

    Her first consent also covers visits before it: the phone asks for it before it asks anything else, but an earlier
    day may be entered. One that she gave after a "no" covers nothing before its own day. Of one day the receipt decides.
    What arrives when her "no" is known and stands is not read, whatever its day: a phone may have kept it for weeks.
    """
    on = happened_on(visit_date, received_at)
    here = (on, received_at)
    ordered = consents_in_order(events)
    if is_taken_back(ordered, received_at):
        return False
    refusals = [place_in_time(one)[:2] for one in ordered if says_of_service(one.data) is False]
    return any(
        on <= last_day(one) and not any(lies_between(refusal, place_in_time(one)[:2], here) for refusal in refusals)
        for one in ordered
        if says_of_service(one.data)
    )


def is_taken_back(ordered: Sequence[Event], at: datetime) -> bool:
    """Whether the last that was known at an instant of her consent to the service is a "no" after a yes."""
    said = [word for one in ordered if one.received_at < at and (word := says_of_service(one.data)) is not None]
    return bool(said) and True in said and not said[-1]


def lies_between(refusal: tuple[date, datetime], consent: tuple[date, datetime], here: tuple[date, datetime]) -> bool:
    """Whether a "no" parts a visit from a consent."""
    if here[0] < consent[0]:
        return refusal <= consent
    return min(consent, here) <= refusal <= max(consent, here)
