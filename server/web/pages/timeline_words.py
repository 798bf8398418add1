"""What a woman's timeline says. For her village worker: that there was a visit, and what is due. For a clinician also what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import orjson
from flask_babel import lazy_gettext as _l

from server.followups.due import TASK_STATES
from server.followups.queries import last_day, state_at
from server.followups.rules import GESTATION_DAYS
from server.followups.ruleset import Words
from server.models import CareEvent, ContraceptionEpisode, FollowUp, Pregnancy, Woman
from server.registry.consent import answers_herself, says_of_service
from server.registry.last_periods import LastPeriod
from server.registry.telling import Event
from server.web.pages.followup_words import Mark, in_language, mark_of
from server.web.pages.lunar_words import both, say_problem
from server.web.pages.shell import say_day
from server.web.pages.texts import _, _n

PURPOSES = (
    ("consent_service", _l("Keep data for her follow-up")),
    ("consent_reminder", _l("Reminders to her")),
    ("consent_share_clinic", _l("Share with the clinic")),
    ("consent_location", _l("Use where she lives for visits")),
    ("consent_stats", _l("Statistics without names")),
)
METHODS = {
    "iud_cu": _l("copper IUD"),
    "iud_lng": _l("LNG-IUS"),
    "implant": _l("implant"),
    "dmpa": _l("3-month injectable"),
    "neten": _l("2-month injectable"),
    "cic": _l("monthly injectable"),
    "coc": _l("pill (COC)"),
    "pop": _l("progestogen-only pill"),
    "condom_m": _l("condom"),
    "condom_f": _l("female condom"),
    "lam": _l("breastfeeding (LAM)"),
    "ec": _l("emergency contraception"),
    "female_ster_done": _l("after-care of sterilisation"),
    "male_ster_done": _l("after-care of sterilisation"),
    "natural": _l("fertility awareness"),
}
CONSENT_FORM = "woman_consent"


@dataclass(frozen=True)
class Entry:
    """One point of the line. `mark` is a follow-up's; an event has none, and today's own entry is neither.

    What waits now stands right after today's entry (`waits`), wherever its proposed day lies.
    """

    day: date
    title: str
    sub: str = ""
    href: str = ""
    link: str = ""
    mark: Mark | None = None
    is_today: bool = False
    waits: bool = False


def entries_of(
    events: Sequence[tuple[CareEvent, str]],
    rows: Sequence[tuple[FollowUp, Words]],
    today: date,
    clinical: bool,
    taken: Sequence[Event] = (),
    pregnancies: Sequence[Pregnancy] = (),
    methods: Sequence[ContraceptionEpisode] = (),
    packages: Sequence[Entry] = (),
) -> list[Entry]:
    """Events and follow-ups, each with its title, in the order of their days, with today between what was and what comes.

    `taken` is what she took back at the office. Pregnancies, methods and packages are for a clinician's eyes: who calls this
    knows.
    """
    answered = {row.answered_by for row, _title in rows if row.answered_by}
    found = [event_entry(event, name, clinical, event.event in answered) for event, name in events]
    found += [Entry(one.visit_date, _("Noted at the office, on her word"), consent_said(one.data)) for one in taken]
    found += [entry for one in pregnancies for entry in pregnancy_entries(one)]
    found += [entry for one in methods for entry in method_entries(one)]
    found += packages
    found += [row_entry(row, title, today, clinical) for row, title in rows if is_shown(row)]
    return in_days(found, today)


def in_days(found: Sequence[Entry], today: date) -> list[Entry]:
    """In the order of their days, with an entry for today between what was and what comes."""
    here = Entry(today, _("Today"), is_today=True)

    def place(one: Entry) -> tuple[date, bool, bool, date]:
        return (today if one.waits else one.day, one.waits, one.is_today, one.day)

    return sorted([*found, here], key=place)


def is_shown(row: FollowUp) -> bool:
    """What was planned and never opened is not listed once it is no longer needed: after a loss nothing counts it up."""
    return row.state != "superseded" or row.opens_on <= row.stands_on


def event_entry(event: CareEvent, form_name: str, clinical: bool, answered: bool) -> Entry:
    title = _("Consent was noted") if event.form_id == CONSENT_FORM else form_name if clinical else _("Visit done")
    sub = _("It answered what was due.") if answered else ""
    if event.form_id == CONSENT_FORM:
        sub = consent_said(orjson.loads(event.data_json))
    href = f"/review/{event.submission_id}" if clinical else ""
    return Entry(event.visit_date, title, sub, href, _("The record"))


def consent_said(data: Mapping[str, str]) -> str:
    """What a record of consent gave and what it took back, purpose by purpose, as it counts (registry/consent.py)."""
    said = answers_of(dict(data))
    gave, refused = ([str(label) for name, label in PURPOSES if said.get(name) is given] for given in (True, False))
    words = [_("Agreed: %(what)s.", what=_(", ").join(gave))] if gave else []
    words += [_("Not, or taken back: %(what)s.", what=_(", ").join(refused))] if refused else []
    return " ".join(map(str, words))


def answers_of(data: dict[str, str]) -> dict[str, bool]:
    """By column of a woman's row: "no" to the service is "no" to all, and nobody answers in her place."""
    if says_of_service(data) is False:
        return {name: False for name, _label in PURPOSES}
    if data.get("action") == "withdraw":
        return {f"consent_{one}": False for one in data.get("withdraw_scope", "").split()}
    told = {name: data.get(name) for name, _label in PURPOSES} if answers_herself(data) else {}
    return {name: answer == "yes" for name, answer in told.items() if answer in ("yes", "no")}


def pregnancy_entries(one: Pregnancy) -> Iterator[Entry]:
    yield Entry(one.registered_on, _("Pregnancy registered"))
    if one.ended_on:
        yield Entry(one.ended_on, _("birth") if one.status == "gave_birth" else _("the pregnancy has ended"))


def method_entries(one: ContraceptionEpisode) -> Iterator[Entry]:
    name = str(METHODS.get(one.method, one.method))
    if one.started_on:
        yield Entry(one.started_on, _("Begun: %(method)s", method=name))
    if one.ended_on:
        yield Entry(one.ended_on, _("Ended: %(method)s", method=name))


def row_entry(row: FollowUp, words: Words, today: date, clinical: bool) -> Entry:
    """An answered one stands on the day of its answer, one that is still to come on the day proposed for it."""
    title = in_language(words)
    title = f"{title} ({row.rule})" if clinical else title
    state = state_at(row, today)
    sub = _("Last day %(day)s", day=say_day(last_day(row))) if state in TASK_STATES else ""
    waits = state in ("open", "due", "overdue")
    why = f"/follow-ups/{row.visit_key}"
    return Entry(row.answered_on or row.proposed_on, title, sub, why, _("Why"), mark_of(row, today), waits=waits)


def consent_lines(woman: Woman, today: date) -> list[dict[str, object]]:
    """Each purpose by itself, as she answered it; the first has an end."""
    ends = woman.consent_until
    lines = []
    for name, label in PURPOSES:
        given = bool(getattr(woman, name)) and woman.withdrawn_on is None
        words = _("yes") if given else _("no")
        if name == "consent_service" and given and ends:
            late = ends < today
            words = _("it ended on %(day)s", day=say_day(ends)) if late else _("yes, until %(day)s", day=say_day(ends))
            given = not late
        lines.append({"label": label, "words": words, "given": given})
    return lines


def state_lines(
    pregnancies: Sequence[Pregnancy],
    methods: Sequence[ContraceptionEpisode],
    periods: Mapping[str, LastPeriod],
    today: date,
) -> list[tuple[str, str]]:
    """What a clinician sees first: weeks, the approximate due date, the methods in use. `periods` are those that were told
    in the lunar calendar, by pregnancy.
    """
    lines = [line for one in pregnancies for line in pregnancy_lines(one, periods.get(one.uuid), today)]
    for one in methods:
        if one.ended_on is None:
            since = _(", since %(day)s", day=say_day(one.started_on)) if one.started_on else ""
            lines.append((_("Method"), f"{METHODS.get(one.method, one.method)}{since}"))
    return lines


def pregnancy_lines(pregnancy: Pregnancy, period: LastPeriod | None, today: date) -> list[tuple[str, str]]:
    if pregnancy.status != "ongoing":
        word = _("birth") if pregnancy.status == "gave_birth" else _("the pregnancy has ended")
        on = f" · {say_day(pregnancy.ended_on)}" if pregnancy.ended_on else ""
        return [(_("Pregnancy"), word + on)]
    told = period_lines(period) if period else []
    if pregnancy.ga_anchor is None:
        return [(_("Pregnancy"), _("not dated yet")), *told]
    weeks, days = divmod((today - pregnancy.ga_anchor).days, 7)
    edd = pregnancy.ga_anchor + timedelta(days=GESTATION_DAYS)
    return [
        (_("Gestational age"), say_weeks(weeks, days)),
        (_("Approximate due date"), both(edd) if period else say_day(edd)),
        *told,
    ]


def period_lines(period: LastPeriod) -> list[tuple[str, str]]:
    """The last period in both calendars and in her words, and what is to be looked at."""
    lines = [
        (_("Last period"), both(period.on)),
        (_("In her words"), period.spoken),
        (_("Please look at it"), say_problem(period)),
    ]
    return [line for line in lines if line[1]]


def say_weeks(weeks: int, days: int) -> str:
    """“20 weeks + 1 day”."""
    both = _n("%(num)s week", "%(num)s weeks", weeks), _n("%(num)s day", "%(num)s days", days)
    return _("%(weeks)s + %(days)s", weeks=both[0], days=both[1])
