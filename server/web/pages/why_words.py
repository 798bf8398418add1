"""Why a follow-up is due, in words: fact, rule, sum, calendar, where it stands, what it rests on.

To a clinician in the words of her record; to everybody else in neutral ones that tell no method and no pregnancy.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from server.followups.acting import ACT
from server.followups.due import Step
from server.followups.explaining import Explanation
from server.followups.signing import Signed
from server.followups.town_rules import FIRST_OF_A_TOWN
from server.models import FollowUp
from server.registry.last_periods import LastPeriod
from server.web.pages.calendar_words import cause_in_words
from server.web.pages.followup_words import in_language, mark_of, short_day
from server.web.pages.lunar_words import both, in_her_words, say_problem
from server.web.pages.shell import say_day, say_moment
from server.web.pages.texts import _, _n

NEUTRAL = {
    "ga_anchor": _l("The starting day in her record"),
    "registered_on": _l("The day of registration"),
    "started_on": _l("The day it began"),
    "injected_on": _l("The last time"),
    "supply_until": _l("What she has lasts until"),
    "issued_on": _l("The last time"),
    "reported_on": _l("The day it was noted"),
    "referred_on": _l("The day of the referral"),
    "wants_help_on": _l("The day she said that she needs more"),
    "fa_supply_until": _l("What she has lasts until"),
    "visited_on": _l("The last visit"),
    "born_on": _l("The starting day in her record"),
    "left_on": _l("A day in her record"),
    "lost_on": _l("A day in her record"),
    "told_on": _l("The day it was noted"),
    "sent_on": _l("The day she agreed to it"),
    "taken_over_on": _l("The day it was noted"),
    "arrived_on": _l("The day she came to us"),
    "stepped_on": _l("The step before"),
    "renewal_on": _l("The day of the county's notice"),
    "noted_on": _l("The day it was noted"),
    "expires_on": _l("The day on her card"),
    "appointed_on": _l("The day that was agreed"),
    "reviewed_on": _l("The last time"),
    "wanted_again_on": _l("The day she asked for"),
    "lam_until": _l("A day in her record"),
    "stopped_on": _l("A day in her record"),
    "complained_on": _l("The day it was noted"),
    "cared_on": _l("A day in her record"),
    "planned_on": _l("The day she asked for it"),
    "without_on": _l("The day she asked for it"),
    "fa_begun_on": _l("The first time"),
    "dose_asked_on": _l("The day it was noted"),
    "consented_on": _l("Her last consent"),
    "missed_on": _l("The first call, when nobody was met"),
    "extra_on": _l("The day that a clinician set"),
    "set_on": _l("The day it was noted"),
    "sampled_on": _l("A day in her record"),
    "chosen_on": _l("The day she asked for"),
}
CLINICAL = {
    "ga_anchor": _l("Weeks are counted from"),
    "started_on": _l("The method began"),
    "injected_on": _l("The last injection"),
    "supply_until": _l("Her packs last until"),
    "issued_on": _l("Packs were given"),
    "reported_on": _l("The danger sign was reported"),
    "born_on": _l("The birth"),
    "left_on": _l("She left hospital (three days after the birth while nobody told)"),
    "lost_on": _l("The loss"),
    "planned_on": _l("She said that she plans a pregnancy"),
    "without_on": _l("At registration she took no folic acid"),
    "fa_begun_on": _l("The first folic acid that she was given"),
    "dose_asked_on": _l("A risk was noted for which a doctor says the dose"),
    "told_on": _l("The day it was told"),
    "expires_on": _l("The last day on the card of her device"),
    "appointed_on": _l("The next injection, as the clinic wrote (four weeks after the last where it wrote none)"),
    "reviewed_on": _l("The last review of her method"),
    "wanted_again_on": _l("She asked for more condoms on"),
    "lam_until": _l("Breastfeeding protects until"),
    "stopped_on": _l("She stopped or changes her method"),
    "complained_on": _l("She was not well with her method"),
    "cared_on": _l("Care after an abortion"),
    "sampled_on": _l("The sample of a screening before pregnancy"),
}
EDGES = {
    "opens_on": _l("First day"),
    "due_on": _l("Target day"),
    "closes_on": _l("Last day"),
    "overdue_from": _l("Late from"),
}
LEVELS = {
    "severity.amber": _l("ending soon"),
    "severity.red": _l("do it soon"),
    "severity.critical": _l("critical"),
}
DATED_BY = {
    "edd.art": _l("as the clinic's transfer date gives it"),
    "edd.ultrasound": _l("as an ultrasound gives it"),
    "edd.lmp": _l("as the last period gives it"),
    "edd.clinician": _l("as a clinician estimated it"),
}
MARKS = {
    "A": _l("read in the source itself"),
    "B": _l("well known, not read again"),
    "C": _l("to be confirmed by a clinician"),
}


@dataclass(frozen=True)
class Part:
    """One numbered part: its head, its sentence, and smaller lines below."""

    head: str
    text: str
    notes: list[str] = field(default_factory=list)
    href: str = ""


def parts_of(
    why: Explanation,
    row: FollowUp,
    today: date,
    clinical: bool,
    silent_since: datetime | None = None,
    period: LastPeriod | None = None,
) -> list[Part]:
    """The five parts of the answer, in the order in which they follow from each other.

    `silent_since`: when the phone synchronised last on which the visit may be (followups/syncing.py). `period` is for
    clinicians: the last period that the weeks are counted from, where it was told in the lunar calendar.
    """
    return [
        fact_of(why, today, clinical, period),
        rule_of(why, row, clinical),
        sums_of(why, today),
        calendar_of(why, row),
        standing_of(why, row, today, silent_since),
    ]


def fact_of(why: Explanation, today: date, clinical: bool, period: LastPeriod | None) -> Part:
    """The days of her record that the window counts from."""
    facts = {step.fact: step.on for step in why.steps if step.what in EDGES and step.fact not in EDGES}
    said = [f"{name_of(fact, clinical)} {short_day(day, today)}" for fact, day in facts.items()]
    notes = [say_dating(step, today) for step in why.steps if clinical and step.what == "ga_anchor"]
    if clinical and period and any(step.fact == "edd.lmp" for step in why.steps):
        notes += [_("The last period: %(day)s", day=both(period.on)), in_her_words(period), say_problem(period)]
        notes = [note for note in notes if note]
    return Part(_("Fact"), _("; ").join(said) or _("There is no day in her record to show."), notes)


def name_of(fact: str, clinical: bool) -> str:
    return str((CLINICAL.get(fact) if clinical else None) or NEUTRAL.get(fact, _("A day in her record")))


def say_dating(step: Step, today: date) -> str:
    values = {"edd": short_day(step.on, today), "days": say_days(-step.days), "how": DATED_BY.get(step.fact, "")}
    return _("%(days)s before the approximate due date %(edd)s, %(how)s", **values)


def rule_of(why: Explanation, row: FollowUp, clinical: bool) -> Part:
    notes = [in_language(why.reason)] if why.rule else [_("This version of the rule is no longer kept here.")]
    return Part(_("Rule"), f"{in_language(why.title)} ({row.rule})" if clinical else in_language(why.title), notes)


def sums_of(why: Explanation, today: date) -> Part:
    """The sums that count; of several for one edge the latest day counts, and the others stand below."""
    edges = [step for step in why.steps if step.what in EDGES and step.what != "overdue_from"]
    counting = [say_edge(step, today) for step in edges if step.counts]
    others = [say_edge(step, today) for step in edges if not step.counts]
    if others:
        others = [_("Where there are several days, the latest counts. Not used:"), *others]
    return Part(_("Sum"), "", [*counting, *others])


def say_edge(step: Step, today: date) -> str:
    return _("%(edge)s: %(sum)s", edge=EDGES[step.what], sum=say_sum(step, today))


def say_sum(step: Step, today: date) -> str:
    """`7月5日 + 126 天 = 11月8日`, as a cadre would write it down."""
    on, gives = short_day(step.on, today), short_day(step.gives, today)
    if not (step.months or step.days):
        return _("%(day)s, the same day", day=gives)
    values = {"on": on, "gives": gives, "sign": "−" if step.days < 0 else "+", "days": say_days(abs(step.days))}
    if step.months:
        after = {**values, "months": _n("%(num)s month", "%(num)s months", step.months)}
        if not step.days:
            return _("%(on)s + %(months)s = %(gives)s", **after)
        return _("%(on)s + %(months)s %(sign)s %(days)s = %(gives)s", **after)
    if (step.gives - step.on).days != step.days:
        values["days"] = _n("%(num)s working day", "%(num)s working days", step.days)
        return _("%(on)s + %(days)s = %(gives)s", **values)
    return _("%(on)s %(sign)s %(days)s = %(gives)s", **values)


def say_days(number: int) -> str:
    return _n("%(num)s day", "%(num)s days", number)


def calendar_of(why: Explanation, row: FollowUp) -> Part:
    """What the days off did to the target day, by which festival or weekend; rows from before the calendar tell no cause."""
    step = next((one for one in why.steps if one.what == "proposed_on"), None)
    cause = cause_in_words(step.because) if step and step.because else ""
    notes = []
    if row.proposed_on != row.due_on:
        earlier = row.proposed_on < row.due_on
        notes.append(_("It only moves earlier, never later.") if earlier else _("It moves to the next working day."))
    elif cause:
        notes.append(_("There is no working day for it inside its window."))
    if any(one.provisional for one in why.steps):
        notes.append(_("The notice of that year's days off is not known yet: only weekends count, provisionally."))
    return Part(_("Calendar"), say_shift(row, cause), notes, "/calendar")


def say_shift(row: FollowUp, cause: str) -> str:
    days = {"due": say_day(row.due_on), "day": say_day(row.proposed_on), "cause": cause}
    if row.proposed_on == row.due_on:
        stays = _("%(due)s is a day off (%(cause)s); the target day stays.", **days)
        return stays if cause else _("The target day stays: %(day)s", day=days["due"])
    if cause:
        return _("%(due)s is a day off (%(cause)s), so %(day)s is proposed.", **days)
    return _("%(due)s is a day off, so %(day)s is proposed.", **days)


def standing_of(why: Explanation, row: FollowUp, today: date, silent_since: datetime | None) -> Part:
    marks = [step for step in why.steps if step.what in LEVELS and not row.ended]
    notes = [  # of several steps of one level the first, since when it is marked so
        _("Marked “%(level)s” from %(day)s", level=LEVELS[step.what], day=short_day(step.gives, today))
        for step in marks[:1]
    ]
    notes += [
        _("Answered by the visit of %(day)s", day=say_day(step.on))
        for step in why.steps
        if step.what == "answered_on" and not step.fact.startswith(ACT)  # what was done by hand stands above
    ]
    notes += say_silence(silent_since, row.severity == "critical") if silent_since else []
    mark = mark_of(row, today, silent_since is not None)
    return Part(_("Now"), _("Today is %(day)s: %(state)s", day=say_day(today), state=mark.full), notes)


def say_silence(since: datetime, is_critical: bool) -> list[str]:
    """What is critical is not put off for a phone's sake."""
    said = _(
        "The worker's phone has not synchronised since %(when)s, before this opened: the visit may be on it.",
        when=say_moment(since),
    )
    return [said] if is_critical else [said, _("Ask about the phone first.")]


def basis_of(why: Explanation, signed: Sequence[Signed], clinical: bool) -> dict[str, Any]:
    """Version, signatures, and each source with how sure it is. A source's own words are clinical, so they are a clinician's."""
    signatures = [_("signed by %(name)s on %(day)s", name=one.name, day=say_day(one.row.signed_at)) for one in signed]
    return {
        "version": say_version(why.rule_version),
        "signed": _("; ").join(signatures),
        "href": f"/rules/{why.rule_id}?version={why.rule_version}" if why.rule and clinical else "",
        "sources": said_sources(why) if clinical else counted_sources(why),
        "disagreement": in_language(why.disagreement) if clinical and why.disagreement else "",
    }


def say_version(version: int) -> str:
    """The town's own versions are counted from 1 on as well."""
    if version >= FIRST_OF_A_TOWN:
        return _("Version %(version)s of the town itself", version=version - FIRST_OF_A_TOWN + 1)
    return _("Version %(version)s of the rule", version=version)


def said_sources(why: Explanation) -> list[dict[str, str]]:
    return [
        {"mark": one.mark, "text": f"{one.name} · {in_language(one.says)}", "meaning": str(MARKS[one.mark])}
        for one in why.sources
    ]


def counted_sources(why: Explanation) -> list[dict[str, str]]:
    """How many sources there are of each mark, without their words."""
    counts = Counter(one.mark for one in why.sources)
    return [
        {"mark": mark, "text": _n("%(num)s source", "%(num)s sources", counts[mark]), "meaning": str(MARKS[mark])}
        for mark in sorted(counts)
    ]


def advice_of(why: Explanation, clinical: bool) -> str:
    return in_language(why.advice) if clinical and why.advice else ""


@dataclass(frozen=True)
class Bar:
    """The window drawn on a line from 0 to 400: where it opens and closes, the proposed day, and today."""

    opens: int
    closes: int
    target: int
    today: int


WIDTH = 400
EDGE = 12


def bar_of(row: FollowUp, today: date) -> Bar:
    """The line reaches a little over whatever is first and last on it, today too."""
    days = (row.opens_on, row.closes_on, row.proposed_on, today)
    first, last = min(days), max(days)
    span = max((last - first).days, 1)

    def place(day: date) -> int:
        return EDGE + round((day - first).days * (WIDTH - 2 * EDGE) / span)

    return Bar(place(row.opens_on), place(row.closes_on), place(row.proposed_on), place(today))
