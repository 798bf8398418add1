"""Transfers of care as the rules read them, and when she is cared for elsewhere (domain.md 2.6 and 3, F8). Pure."""

from collections.abc import Iterable, Mapping, Sequence

from server.followups.elsewhere import Transfer
from server.followups.facts import Facts, Stop
from server.followups.pregnancies import Pregnancy
from server.registry.telling import Event
from server.registry.transfers import CANCELLED, EXPIRED, IN, OUT, Course, courses_of


def transfers_in(told: Sequence[Event], listed: Mapping[str, str]) -> tuple[Transfer, ...]:
    """Those that are in the list; `listed` is the status of each row. What the office took out of it is asked about no more."""
    courses = sorted(courses_of(told).values(), key=lambda one: one.uuid)
    return tuple(as_it_went(one) for one in courses if one.uuid in listed)


def over_by_the_list(transfers: Iterable[Transfer], listed: Mapping[str, str]) -> Iterable[Stop]:
    """What ended without a record of F8: her consent to the service did, or the package ran out."""
    for one in transfers:
        begun = one.agreed or one.received or one.started
        if begun and not one.cancelled and listed[one.uuid] in (CANCELLED, EXPIRED):
            yield Stop("transfer_over", *begun, episode=one.uuid)


def as_it_went(course: Course) -> Transfer:
    return Transfer(
        uuid=course.uuid,
        direction=course.direction,
        agreed=course.agreed,
        received=None if course.cancelled else course.received,
        started=course.started,
        served=course.served,
        cancelled=course.cancelled,
        needs_checks=course.needs_checks,
    )


def cared_for_elsewhere(transfers: Iterable[Transfer], listed: Mapping[str, str]) -> Iterable[Stop]:
    """Since the other side has it, unless she has come (back) here after that."""
    known = [one for one in transfers if listed[one.uuid] != CANCELLED]
    left = [one.received for one in known if one.direction == OUT and one.received]
    back = [one.started[0] for one in known if one.direction == IN and one.started]
    if left and not any(day >= max(left)[0] for day in back):
        on, event = max(left)
        yield Stop("transferred", on, event)


def needs_checks(facts: Facts, transfer: Transfer) -> bool:
    """As she said; where she did not say, if a pregnancy of hers was known to go on then."""
    return transfer.needs_checks == "yes" or checked_in(facts, transfer) is not None


def checked_in(facts: Facts, transfer: Transfer) -> Pregnancy | None:
    """The pregnancy that her checks are for: the last one that was not over when she asked. Its loss ends what is asked."""
    asked = transfer.agreed or transfer.started
    if asked is None or transfer.needs_checks == "no":
        return None
    going_on = [one for one in facts.pregnancies if one.outcome is None or one.outcome.reported_on >= asked[0]]
    return max(going_on, key=lambda one: (one.registered_on, one.event), default=None)
