"""A pregnancy as the rules read it: its weeks, what was told at it, and how it ended; danger signs.

Pure; facts.py holds them together. Section numbers are those of the domain brief.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

SIGNS: Final = ("pregnancy", "after_birth", "baby", "self_harm")
"""Whose danger signs were told: of a pregnancy (F3, F4), her own after a birth, the baby's, and that she thinks of harming
herself or the baby (F5), which is critical at once (3, F5 `mood2`)."""

BIRTHS: Final = ("left_early", "no_visits", "baby_spoken_of", "watched", "not_talked")
"""Which births a rule asks for: at home or out on the same day; where she says no to visits at home; all but those after
which she would rather not speak of the baby; where a clinician named a risk, the baby came before 37 weeks or is a worry; where
nothing was said of methods before it."""


@dataclass(frozen=True)
class Dating:
    """One version of a pregnancy's dating that came into force (2.1): `ga_anchor` is EDD - 280 days.

    Whether a later scan replaces an earlier dating is decided before it gets here. `method` is art, ultrasound, lmp or
    clinician; `in_force_from` the visit's date of the form that brought it.
    """

    event: str
    ga_anchor: date
    method: str
    in_force_from: date


@dataclass(frozen=True)
class Outcome:
    """How a pregnancy ended, as reported (3, F4 `still_pregnant`, F5 `report_type`, `birth_date`, `loss_date`).

    `kind` is gave_birth or ended; `ended` is any loss and is never asked about further. `on` is the day it happened
    or, while nobody has told that, the day of the first report.
    """

    event: str
    kind: str
    on: date
    reported_on: date


@dataclass(frozen=True)
class Birth:
    """A birth with a live-born baby (3, F5); it stays known when the baby is lost later. `told_on` is the first report's day.

    `left_on` is the day she left hospital, the birth's own where that was at home; None while nobody told. `left_told` is
    the (day, event) of the record that told it. `is_spoken_of` is false after she preferred to say nothing of the baby.
    `no_visits` is the (day, event) of the record by which she last said no to visits at home, `other_food_on` the day on
    which it was first told that the baby gets other milk than hers (F5 `feeding`); `is_worry` that the first word of the
    baby was a worry (F5 `baby_state`).
    """

    on: date
    told_on: date
    left_on: date | None = None
    left_told: tuple[date, str] | None = None
    left_early: bool = False
    is_spoken_of: bool = True
    no_visits: tuple[date, str] | None = None
    other_food_on: date | None = None
    is_worry: bool = False


@dataclass(frozen=True)
class Support:
    """What she answered to the one offer of help after a loss (3, F5 `loss_support`). `wants`: clinic or counsellor."""

    event: str
    on: date
    wants: bool


@dataclass(frozen=True)
class ExtraContact:
    """One more contact that a clinician wants (3, F4 `extra_date`; 2.3, ANC-H). `on` is the day on which it was set."""

    event: str
    on: date
    wanted_on: date


@dataclass(frozen=True)
class Talk:
    """What she answered to the offer to talk about methods after birth (3, F4 `fp_talk`, F5 `pp_method_talk`; 2.3, PPFP)."""

    event: str
    on: date
    wants: bool


@dataclass(frozen=True)
class Pregnancy:
    """One pregnancy that she wished to register (3, F3). Without a dating no rule counts from its weeks (2.1).

    `event` is what registered it; `first_check_on` is F3 `first_check_date`; `profile` the schedule of 2.3 that it followed
    first, `schedule` the (day, profile) of each later choice. `has_named_risk` is that a clinician named one (F3 `risk_heard`).
    """

    uuid: str
    event: str
    registered_on: date
    received_at: datetime
    datings: tuple[Dating, ...] = ()
    first_check_on: date | None = None
    outcome: Outcome | None = None
    birth: Birth | None = None
    support: tuple[Support, ...] = ()
    profile: str = "CN5"
    schedule: tuple[tuple[date, str], ...] = ()
    has_named_risk: bool = False
    extra_contacts: tuple[ExtraContact, ...] = ()
    talks: tuple[Talk, ...] = ()


@dataclass(frozen=True)
class DangerSign:
    """Danger signs reported in F3, F4 or F5 (3.1); which ones is not needed here, whose they are is `kind`, one of SIGNS."""

    event: str
    pregnancy: str
    reported_on: date
    kind: str = "pregnancy"
