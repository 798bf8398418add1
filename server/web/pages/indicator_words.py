"""The indicators in plain words: what each counts, of what, over which days, and why one is not counted or not shown."""

from dataclasses import dataclass
from datetime import date

from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from geo.month_ends import Rate
from server.reports.indicators.definitions import SNAPSHOT, Indicator
from server.web.pages.shell import say_day
from server.web.pages.texts import _


@dataclass(frozen=True)
class Words:
    """`done` is what is counted, `of` of what; `note` what else to know. For one that is not counted `note` says why."""

    name: LazyString
    done: LazyString
    of: LazyString
    note: LazyString | None = None


THEMES = {
    "births": _l("Pregnancy and birth"),
    "methods": _l("Follow-up that she asked for"),
    "supplies": _l("Supplies"),
    "visits": _l("Visits"),
    "elsewhere": _l("Referral and transfer"),
    "rights": _l("Rights and what people say"),
    "office": _l("Work of the office"),
}
WORDS = {
    "I1": Words(
        _l("Early registration, official"),
        _l("mothers with a handbook and a first check before 13 weeks"),
        _l("live births in the area"),
        _l(
            "The official rate is of all live births in the area. Here are only women who registered themselves, so it cannot "
            "be worked out. The next line is the same of our own records."
        ),
    ),
    "I1b": Words(
        _l("Early first check"),
        _l("pregnancies with a first check in the first 90 days"),
        _l("registered pregnancies whose approximate due date lies in the window"),
        _l("Losses before 13 weeks, and women who came here later than that, are not in it."),
    ),
    "I2": Words(
        _l("Five checks or more"),
        _l("births before which there were five antenatal checks or more"),
        _l("births"),
        _l("A birth is counted in the window that holds its 56th day. So all rates of births are of the same ones."),
    ),
    "I2b": Words(
        _l("A check in each of the five windows"),
        _l("births with a check in each window of the national norm"),
        _l("births from 37 weeks on that were registered in the first 90 days"),
        _l("It differs from five checks at any time, so both stand side by side."),
    ),
    "I3": Words(
        _l("Postnatal visit within 7 days"),
        _l("visits within 7 days of leaving hospital"),
        _l("births after which the day of leaving hospital is known"),
        _l("Who wanted no visits at home is not in it."),
    ),
    "I3b": Words(
        _l("Postnatal visit within 28 days"),
        _l("visits within 28 days of leaving hospital"),
        _l("births after which the day of leaving hospital is known"),
        _l("Official texts say 28 days in one place and 7 in another: both are shown."),
    ),
    "I4": Words(
        _l("42-day check"),
        _l("visits from day 42 to day 56"),
        _l("births that are 56 days ago"),
    ),
    "I5": Words(
        _l("Complete care"),
        _l("births with an early first check, five checks and a visit within 28 days"),
        _l("births"),
    ),
    "I6": Words(
        _l("Contacts on time"),
        _l("contacts made by their last day"),
        _l("contacts that women asked for and that were due"),
        _l("Who no longer wants it, withdrew or moved is not in it."),
    ),
    "I6b": Words(
        _l("Gaps between injections"),
        _l("injections more than 14 days after the target day, or not given"),
        _l("injections that were due and still wanted"),
        _l("Fewer is better. WHO allows 28 days for one kind; the town counts from 14."),
    ),
    "I6c": Words(
        _l("Removals within 7 days"),
        _l("removals done within 7 days"),
        _l("removals that were asked for"),
        _l("Every one counts: keeping her waiting is a breach."),
    ),
    "I7": Words(
        _l("Days out of stock"),
        _l("days on which an item was used up at a place"),
        _l("days of all items at all places that have had them"),
        _l("Fewer is better. It is about packages and nobody's, so small numbers are shown."),
    ),
    "I8": Words(
        _l("Folic acid offered"),
        _l("offers made by their last day"),
        _l("women who said that they plan a pregnancy, or are early in one, and were due an offer"),
        _l("What counts is our offer. Whether she takes it is hers."),
    ),
    "I8b": Words(
        _l("Folic acid taken"),
        _l("pregnancies in which she said that she takes it"),
        _l("pregnancies for which some was given, and in which she was asked before 13 weeks were over"),
        _l("Who would rather not say is not in it. There is no target: taking it is hers."),
    ),
    "I9": Words(
        _l("Visit coverage"),
        _l("households met in the 210 days before"),
        _l("households that agreed to visits"),
        _l("The map shows the same rate by village."),
    ),
    "I10": Words(
        _l("We lost contact"),
        _l("women whom we have not met for more than 90 days since then"),
        _l("women with a visit that is overdue"),
        _l("Fewer is better. It says that our visits did not happen, nothing of her."),
    ),
    "I11": Words(
        _l("Overdue visits"),
        _l("visits that are overdue"),
        _l("visits that wait"),
        _l(
            "As it stands now, put together of what the page of due visits tells. Where one village is hidden there, so is this."
        ),
    ),
    "I12": Words(
        _l("Overdue though the phone has spoken"),
        _l("overdue visits of villages whose phones spoke in the last 3 days"),
        _l("visits that are overdue"),
        _l("Of villages where every worker's phone spoke. The rest may be done already, and still on a phone."),
    ),
    "I13": Words(
        _l("Referrals closed in time"),
        _l("outcomes recorded within 14 days, urgent ones within 3"),
        _l("referrals"),
    ),
    "I14": Words(
        _l("Transfers acknowledged"),
        _l("transfers that the other side had within 7 working days"),
        _l("transfers that she agreed to"),
        _l("One that she took back is not in it."),
    ),
    "I15": Words(
        _l("Consents that are current"),
        _l("consents that are current"),
        _l("women in our care"),
        _l(
            "A woman whose consent has ended is in no number, so every consent that could be counted is current. The page of "
            "consents shows her care team which end soon. A withdrawal takes effect as soon as it is noted."
        ),
    ),
    "I15b": Words(
        _l("Requests about her data within 72 hours"),
        _l("requests that were closed within 72 hours"),
        _l("requests of women about their own data: to have them, correct them, keep them unused or erase them"),
        _l("Which of these it was is told nowhere. Every one counts."),
    ),
    "I16": Words(
        _l("Steps of benefits on time"),
        _l("steps done by their last day"),
        _l("steps of benefits that households asked for"),
        _l("The last day is 20 working days after the step before. Whether the amount was right is not counted yet."),
    ),
    "I17": Words(
        _l("Training sessions"),
        _l("sessions held"),
        _l("sessions planned in a quarter"),
    ),
    "I17b": Words(
        _l("Staff who passed the quiz"),
        _l("staff who passed it the last time"),
        _l("staff who have taken it"),
        _l("Only the last result is kept of each, so how soon a quiz was taken again is not counted."),
    ),
    "I18": Words(
        _l("Satisfied"),
        _l("people who gave 4 or 5 of 5"),
        _l("people who answered"),
        _l("A report of pressure is a case of its own and is answered one by one. It is never a rate."),
    ),
    "I18b": Words(
        _l("Kept private"),
        _l("people of whom nothing was told to others"),
        _l("people who answered"),
    ),
    "I19": Words(
        _l("Complaints answered in time"),
        _l("pieces of feedback answered within 15 working days"),
        _l("pieces of feedback whose last day lies in the window"),
    ),
    "I20": Words(
        _l("Knows four of five"),
        _l("people with four or five right answers"),
        _l("people who were willing to be asked"),
    ),
}


def say_window(indicator: Indicator, first: date, last: date) -> str:
    """Windows are whole months: "Nov 2025 to Oct 2026"."""
    if indicator.months == SNAPSHOT:
        return _("on %(day)s", day=say_day(last))
    begin, end = (format_date(day, _("MMM y")) for day in (first, last))
    return end if indicator.months == 1 else _("%(begin)s to %(end)s", begin=begin, end=end)


def say_length(indicator: Indicator) -> str:
    """Over how long a window goes, and how often one is told."""
    if indicator.live:
        return _("As it stands now")
    length = {
        SNAPSHOT: _("As it stands on the last day"),
        1: _("One month"),
        3: _("Three months"),
        6: _("Six months"),
        12: _("Twelve months, for a month has too few to be told"),
    }[indicator.months or SNAPSHOT]
    often = {1: _("told every month"), 3: _("told every quarter"), 6: _("told every half-year")}[indicator.every]
    return _("%(length)s; %(often)s, two weeks after the last day", length=length, often=often)


def say_rate(rate: Rate) -> dict[str, str]:
    """{percent, of, why}: "86%" and "43/50", or why it is hidden."""
    if rate.done is None:
        return {"percent": "", "of": "", "why": say_why(rate)}
    if not rate.of:
        return {"percent": "", "of": _("nothing to count"), "why": ""}
    return {"percent": f"{rate.percent}%", "of": f"{rate.done}/{rate.of}", "why": ""}


def say_why(rate: Rate) -> str:
    return {
        "few_people": _("fewer than 10, not shown"),
        "few": _("few on one side, not shown"),
        "everybody": _("all on one side, not shown"),
        "complement": _("it would give away a small number, not shown"),
    }[rate.why or "complement"]


def say_mark(indicator: Indicator) -> str:
    return {
        "A": _("public text"),
        "B": _("text seen elsewhere"),
        "C": _("ours or the town's, to be confirmed"),
    }[indicator.mark]
