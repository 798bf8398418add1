"""What is told of how a pregnancy ended (F4 `still_pregnant`, F5): birth or loss, the care she wishes after it, and signs of
danger. Pure; domain.md 2.0 (sensitive stop), 2.3, 3 (F4, F5) and 3.1.

A loss is told in four ways: F4 "ended", F5 report_type loss, no live-born baby, baby_state died. Told once, it outweighs
every report of something else: whoever says otherwise corrects that record. Nobody asks why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.registry.consent import happened_on
from server.registry.danger_limits import has_high_pressure, is_feverish, number
from server.registry.telling import ANTENATAL, POSTNATAL, Event, read_day

A_YEAR: Final = timedelta(days=365)
"""A birth or a loss lies at most so long before the visit that tells of it (F5's own constraint); else the year is a slip."""

SELF_HARM: Final = "self_harm"
NO_SIGN: Final = frozenset(("none", "prefer_not", "unknown"))


@dataclass(frozen=True)
class End:
    """`kind` is gave_birth or ended (any loss). `on` is the day that was told or, where none was, that of the first report."""

    kind: str
    event: str
    on: date
    reported_on: date


@dataclass(frozen=True)
class BornAlive:
    """A birth with a live-born baby. `event` and `told_on` are the first report's.

    `left_on` is the day she left hospital, the day of the birth where that was at home, None while nobody told; `left_told`
    is the record that told it. `left_early`: at home, or out on the day of the birth. `is_spoken_of`: not after she
    preferred to say nothing of the baby. `is_worry`: the first word of the baby was a worry. `no_visits` is the record by
    which she last said no to visits at home, `no_contact` whether she wished for no contact at all.
    """

    event: str
    on: date
    told_on: date
    left_on: date | None
    left_told: Event | None
    left_early: bool
    is_spoken_of: bool
    no_visits: Event | None
    no_contact: bool
    is_worry: bool


def tells_loss(one: Event) -> bool:
    data = one.data
    if one.form_id == ANTENATAL:
        return data.get("still_pregnant") == "ended"
    stillbirth = data.get("report_type") == "birth" and number(data, "live_births") == 0
    return one.form_id == POSTNATAL and (data.get("report_type") == "loss" or stillbirth or _died(data))


def _died(data: Mapping[str, str]) -> bool:
    return data.get("report_type") in ("birth", "pnc_visit") and data.get("baby_state") == "died"


def tells_birth(one: Event) -> bool:
    """Of a live-born baby, also where the same record says that it has died since."""
    if one.form_id == ANTENATAL:
        return one.data.get("still_pregnant") == "gave_birth"
    is_report = one.form_id == POSTNATAL and one.data.get("report_type") in ("birth", "pnc_visit")
    return is_report and (not tells_loss(one) or _died(one.data))


def end_of(told: Sequence[Event]) -> End | None:
    """How a pregnancy ended, by all events about it in the order of their days; None while it goes on."""
    losses = [one for one in told if tells_loss(one)]
    if losses:
        days = [day for one in losses if (day := _day(one, "loss_date") or _day(one, "birth_date", of_the_dead=True))]
        return End("ended", losses[0].event, days[0] if days else visited_on(losses[0]), visited_on(losses[0]))
    born = born_alive(told)
    return End("gave_birth", born.event, born.on, born.told_on) if born else None


def born_alive(told: Sequence[Event]) -> BornAlive | None:
    """The birth by all events about a pregnancy in the order of their days. Of what several records tell the first counts;
    of what she wishes the last."""
    reports = [one for one in told if tells_birth(one)]
    if not reports:
        return None
    on = next((day for one in reports if (day := _day(one, "birth_date"))), visited_on(reports[0]))
    left = next(((day, one) for one in reports if (day := left_on(one, on))), (None, None))
    states = [one.data["baby_state"] for one in reports if "baby_state" in one.data]
    wishes = [one for one in reports if one.data.get("consent_pnc") in ("yes", "no")]
    no_visits = wishes[-1] if wishes and wishes[-1].data["consent_pnc"] == "no" else None
    return BornAlive(
        event=reports[0].event,
        on=on,
        told_on=visited_on(reports[0]),
        left_on=left[0],
        left_told=left[1],
        left_early=left[0] == on,
        is_spoken_of="prefer_not" not in states[-1:],
        no_visits=no_visits,
        no_contact=no_visits is not None and no_visits.data.get("pnc_other") == "none",
        is_worry=states[:1] == ["concern"],
    )


def left_on(one: Event, born_on: date) -> date | None:
    if one.data.get("birth_place") == "home":
        return born_on
    day = _day(one, "discharge_date")
    return day if day and day >= born_on else None


def visited_on(one: Event) -> date:
    return happened_on(one.visit_date, one.received_at)


def _day(one: Event, name: str, of_the_dead: bool = False) -> date | None:
    """The day that a question tells, at most a year before the visit and never after receipt."""
    if of_the_dead and number(one.data, "live_births") != 0:
        return None
    day = read_day(one.data.get(name))
    if day is None or day < visited_on(one) - A_YEAR:
        return None
    return happened_on(day, one.received_at)


def her_signs(data: Mapping[str, str]) -> frozenset[str]:
    """Her own danger signs in F5: what she chose, and what was measured or seen beside it (3.1)."""
    chosen = set(data.get("danger_pp", "").split()) - NO_SIGN
    seen = {
        "fever": is_feverish(data),
        "blood_pressure": has_high_pressure(data),
        "wound": data.get("wound") == "pus",
        "breast": data.get("breast") == "red_hot",
        SELF_HARM: SELF_HARM in data.get("mood2", "").split(),
    }
    return frozenset(chosen | {name for name, is_seen in seen.items() if is_seen})


def mood_of(data: Mapping[str, str]) -> str | None:
    """well or low, as F5 `mood2` tells; an answer that she would not give is one. None where nobody asked."""
    said = set(data.get("mood2", "").split())
    return ("low" if said - NO_SIGN else "well") if said else None


def about(told: Iterable[Event], pregnancy: str) -> list[Event]:
    """The events of F4 and F5 about one pregnancy."""
    return [one for one in told if one.form_id in (ANTENATAL, POSTNATAL) and one.episode == pregnancy]
