"""The papers of the monthly meeting in the reader's language: what was done, what is due, where it is thin, and how sure it is.

The order is by code or by the list of indicators, never by size: nothing here is a ranking, and nobody is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from geo.masking import Shown
from geo.month_ends import Rate
from server.followups.board import COLUMNS
from server.followups.supply_words import ITEMS, unit_of
from server.models import MonthlyPack
from server.reports.indicators.definitions import ALL, COVERAGE, FIRST_FOUR
from server.reports.indicators.told import ToldIndicator, Window
from server.reports.pack.facts import SUBJECTS, TIMES, Facts
from server.reports.pack.paper import Cell, Chart, Hidden, Paper, Percent, Point, Section, Table
from server.web.languages import language_tag
from server.web.pages import moments
from server.web.pages.flag_words import SHORT
from server.web.pages.followup_words import STATE_NAMES, in_language
from server.web.pages.indicator_words import THEMES, WORDS, say_why, say_window
from server.web.pages.texts import _

THIN: Final = (COVERAGE, "I2", "I3")
"""What is told by cluster on the page of where service is thin."""
SUBJECT_WORDS: Final = {
    "women": _l("Visits to women"),
    "households": _l("Visits to homes"),
    "benefit_cases": _l("Steps of benefits"),
}
ACTIONS: Final = 8
"""Empty lines for what the meeting agrees on."""


@dataclass(frozen=True)
class Town:
    """Names that the numbers are told under: of villages and of clusters, by code."""

    name: str
    villages: Mapping[str, str]
    clusters: Mapping[str, str]


def paper_of(pack: MonthlyPack, facts: Facts, told: Mapping[str, ToldIndicator], town: Town) -> Paper:
    return Paper(
        title=_("Papers of the monthly meeting, %(month)s", month=say_month(pack)),
        town=town.name,
        mark=_("Internal work, not to be published"),
        facts=[
            (_("Month"), say_month(pack)),
            (_("Data as of"), say_for_good(pack.made_at)),
            (
                _("Phones"),
                _("%(synced)s of %(all)s spoke that day", synced=facts.spoke, all=facts.phones),
            ),
            (_("Not in it"), _("what was still on a phone, and women who did not agree to be counted")),
        ],
        sections=[
            in_short(told),
            Section("done", _("What was done"), [done_table(facts)]),
            Section("indicators", _("Indicators"), [indicator_table(told, theme) for theme in THEMES]),
            trends(told),
            Section(
                "due", _("What is due"), [due_table(facts, town)], note=_("By code of the village, not a ranking.")
            ),
            Section("thin", _("Where service is thin"), [thin_table(told, town)]),
            Section("data", _("Records and phones"), [sync_table(facts), flag_table(facts)]),
            Section("store", _("In store"), [stock_table(facts)]),
            Section("agreed", _("What the meeting agrees on"), [action_table()]),
        ],
    )


def say_month(pack: MonthlyPack) -> str:
    return str(format_date(pack.month, _("MMM y")))


def say_for_good(moment: datetime) -> str:
    """With its year: a paper is read on other days, too."""
    return moments.say_moment(moment, date.min + timedelta(days=1), language_tag() == "en")


def in_short(told: Mapping[str, ToldIndicator]) -> Section:
    rows = [[str(WORDS[one].name), *newest_cells(told[one]), before_cell(told[one])] for one in FIRST_FOUR]
    heads = [_("Indicator"), _("Rate"), _("Numerator"), _("Denominator"), _("Window"), _("The window before")]
    note = _("Windows end two weeks before they are told; most are twelve months long.")
    return Section("short", _("In short"), [Table(_("Newest windows"), heads, rows, (30, 22, 13, 15, 26, 22), note)])


def newest_cells(told: ToldIndicator) -> list[Cell]:
    """Rate, numerator, denominator, window."""
    newest = told.newest
    if newest is None:
        return [Hidden(_("not counted yet")), None, None, None]
    return [*rate_cells(newest.town), say_window(told.indicator, newest.first, newest.last)]


def rate_cells(rate: Rate) -> list[Cell]:
    if rate.done is None:
        return [Hidden(say_why(rate)), None, None]
    if not rate.of:
        return [Hidden(_("nothing to count")), rate.done, rate.of]
    return [Percent(rate.percent or 0), rate.done, rate.of]


def before_cell(told: ToldIndicator) -> Cell:
    if len(told.windows) < 2:
        return None
    return rate_cells(told.windows[-2].town)[0]


def done_table(facts: Facts) -> Table:
    """By whom it was about, and whether it was in time."""
    cells = facts.done.cells
    rows: list[list[Cell]] = [
        [str(SUBJECT_WORDS[subject]), *(count_cell(cells[f"{subject} {time}"]) for time in TIMES), None]
        for subject in SUBJECTS
    ]
    rows.append([_("All together"), None, None, count_cell(facts.done.total)])
    heads = [_("What it is"), _("By the last day"), _("Done later"), _("All together")]
    note = _("Visits and steps that were done in the month. One that is done late is done all the same.")
    return Table(_("Done in the month"), heads, rows, (30, 22, 22, 22), note)


def count_cell(shown: Shown) -> Cell:
    if shown.value is not None:
        return shown.value
    if shown.reason == "few":
        return Hidden(shown.text)
    return Hidden(say_why(Rate(why="few_people" if shown.reason == "few_people" else "complement")))


def indicator_table(told: Mapping[str, ToldIndicator], theme: str) -> Table:
    """All that are counted, in their order. What each counts stands beside it."""
    here = [told[one.id] for one in ALL if one.theme == theme and one.months is not None]
    rows: list[list[Cell]] = [
        [
            one.indicator.id,
            str(WORDS[one.indicator.id].name),
            *newest_cells(one),
            _("%(done)s, of %(all)s", done=WORDS[one.indicator.id].done, all=WORDS[one.indicator.id].of),
        ]
        for one in here
    ]
    heads = [_("No."), _("Indicator"), _("Rate"), _("Numerator"), _("Denominator"), _("Window"), _("What is counted")]
    return Table(str(THEMES[theme]), heads, rows, (9, 26, 22, 13, 15, 24, 48))


def trends(told: Mapping[str, ToldIndicator]) -> Section:
    heads = [_("Window until"), _("Rate"), _("lower limit"), _("mean"), _("upper limit")]
    nothing = _("No window is told yet.")
    charts = [
        Chart(str(WORDS[one].name), heads, [point_of(each) for each in told[one].windows], nothing)
        for one in FIRST_FOUR
    ]
    note = _("Dashed: between these limits chance alone may move it. A point outside is a reason to ask, no judgement.")
    return Section("trends", _("Over time"), charts=charts, note=note)


def point_of(window: Window) -> Point:
    rate = window.town
    value = None if rate.done is None or not rate.of else round(100 * rate.done / rate.of, 1)
    limits = window.limits
    edges = (limits.low, limits.mean, limits.high) if limits else (None, None, None)
    return Point(f"{window.last:%Y-%m}", value, *edges)


def due_table(facts: Facts, town: Town) -> Table:
    """By code of the village."""
    rows: list[list[Cell]] = [
        [town.villages.get(code) or _("Village not known"), *(count_cell(line[column]) for column in COLUMNS)]
        for code, line in sorted(facts.board.villages.items())
    ]
    if rows:
        rows.append([_("Whole town"), *(count_cell(facts.board.total[column]) for column in COLUMNS)])
    heads = [_("Village"), *(str(STATE_NAMES[column]) for column in COLUMNS)]
    note = _("As it stood that day. What is late may be done already, and still on a phone.")
    nothing = _("Nothing waits.")
    return Table(_("Visits that wait, by village"), heads, rows, (30, 22, 22, 22), note, nothing)


def thin_table(told: Mapping[str, ToldIndicator], town: Town) -> Table:
    """By code of the cluster, the whole town last."""
    newest = [told[one].newest for one in THIN]
    heads = [_("Cluster (by code)"), *(str(WORDS[one].name) for one in THIN)]
    rows: list[list[Cell]] = [
        [town.clusters[code], *(cluster_cell(one, code) for one in newest)] for code in sorted(town.clusters)
    ]
    rows.append(
        [_("Whole town"), *(rate_cells(one.town)[0] if one else Hidden(_("not counted yet")) for one in newest)]
    )
    note = _(
        "By code, not a ranking. A small cluster is hidden, and with it one that would give it back by subtraction."
    )
    return Table(_("Newest window, by cluster"), heads, rows, (30, 26, 26, 30), note)


def cluster_cell(window: Window | None, code: str) -> Cell:
    if window is None:
        return Hidden(_("not counted yet"))
    return rate_cells(window.clusters.get(code, Rate(why="complement")))[0]


def sync_table(facts: Facts) -> Table:
    rows: list[list[Cell]] = [
        [_("Phones that workers carry"), facts.phones],
        [_("spoke that day"), facts.spoke],
        [_("silent for three days or more"), facts.silent],
        [_("Days from a visit to its receipt, the middle one"), facts.waits],
    ]
    note = _("A phone that is silent may only lack a network: ask first.")
    return Table(_("Phones"), [_("What it is"), _("How many")], rows, (46, 20), note)


def flag_table(facts: Facts) -> Table:
    """In the order of their list, as the filter has them."""
    rows: list[list[Cell]] = [
        [str(words), count_cell(facts.flags.cells[kind])] for kind, words in SHORT.items() if kind in facts.flags.cells
    ]
    note = _("Questions about how a record was made, all workers together. There may be a good reason for each.")
    return Table(
        _("May be asked about"),
        [_("What it is"), _("How many")],
        rows,
        (46, 20),
        note,
        _("Nothing was to be asked about."),
    )


def stock_table(facts: Facts) -> Table:
    rows: list[list[Cell]] = [
        [
            in_language(ITEMS[one.item]),
            one.left,
            in_language(unit_of(one.item, one.left)),
            one.lots,
            one.soon,
            one.first_expiry.isoformat() if one.first_expiry else None,
        ]
        for one in facts.stock
    ]
    heads = [_("Item"), _("Left"), _("Unit"), _("Lots"), _("Expires within 90 days"), _("First expiry")]
    note = _("As it was counted last. What expires first goes out first.")
    return Table(_("All places together"), heads, rows, (30, 12, 12, 10, 24, 24), note)


def action_table() -> Table:
    heads: Sequence[str] = [_("What we do"), _("Who"), _("By when")]
    rows: list[list[Cell]] = [[None, None, None] for _line in range(ACTIONS)]
    note = _("Write what helps people to be served in time. Nobody is scolded, and nobody's name stands here.")
    return Table(_("To be filled in by hand"), heads, rows, (60, 24, 20), note, is_to_fill=True)
