"""/reports: the town's indicators as they were told, and each by itself."""

from typing import Any

from flask import Response, make_response, render_template

from geo.month_ends import Rate
from server.access.allow import may, scope_of
from server.followups.lists_for_pages import list_phones
from server.models import Project
from server.places.clusters import clusters_of
from server.places.town_numbers import knows_a_part
from server.publishing.queries import list_forms
from server.reports.indicators.definitions import ALL, FIRST_FOUR, Indicator
from server.reports.indicators.told import ToldIndicator, Window, get_told, tell_to
from server.web import session
from server.web.pages.board import synced_today
from server.web.pages.door import pages
from server.web.pages.indicator_words import (
    THEMES,
    WORDS,
    say_length,
    say_mark,
    say_rate,
    say_window,
)
from server.web.pages.pager import address
from server.web.pages.shell import current_project, today
from server.web.telling import telling

HIDDEN = Rate(why="complement")


@pages.get("/reports")
def show_reports() -> Response:
    project = current_project()
    told = read_told(project)
    values = {"themes": by_theme(told), "first": [line_of(told[one]) for one in FIRST_FOUR], **fresh(project)}
    values["reads_office"] = may(session.caller(), "office.read", project)
    return make_response(render_template("reports/list.html", **values))


@pages.get("/reports/indicators/<name>")
def show_indicator(name: str) -> Response:
    project = current_project()
    one = get_told(read_told(project), name)
    values = {"line": line_of(one), "windows": rows_of(one), "places": places_of(one, project), "chart": chart_of(one)}
    values |= {"records": records_of(one.indicator, project), **fresh(project)}
    return make_response(render_template("reports/indicator.html", **values))


def read_told(project: Project) -> dict[str, ToldIndicator]:
    return tell_to(session.db(), session.caller(), project, today(), telling())


def by_theme(told: dict[str, ToldIndicator]) -> list[dict[str, Any]]:
    themes: dict[str, list[dict[str, Any]]] = {theme: [] for theme in THEMES}
    for one in ALL:
        themes[one.theme].append(line_of(told[one.id]))
    return [{"name": THEMES[theme], "key": theme, "lines": lines} for theme, lines in themes.items()]


def line_of(told: ToldIndicator) -> dict[str, Any]:
    """One indicator in words, with its newest window where there is one."""
    indicator, newest = told.indicator, told.newest
    found: dict[str, Any] = {
        "told": indicator,
        "words": WORDS[indicator.id],
        "is_counted": indicator.months is not None,
    }
    if found["is_counted"]:
        found |= {"length": say_length(indicator), "mark": say_mark(indicator)}
    if newest is not None:
        found |= {"rate": say_rate(newest.town), "window": say_window(indicator, newest.first, newest.last)}
        found["counted_at"] = newest.counted_at
    return found


def rows_of(told: ToldIndicator) -> list[dict[str, Any]]:
    """The windows for the table, the newest first."""
    return [
        {"window": say_window(told.indicator, one.first, one.last), **say_rate(one.town), "limits": one.limits}
        for one in reversed(told.windows)
    ]


def places_of(told: ToldIndicator, project: Project) -> list[dict[str, Any]]:
    """The newest window by cluster, by code; none where the town has no clusters or nothing smaller is told."""
    names, newest = clusters_of(session.db(), project.id)[1], told.newest
    if newest is None or told.indicator.unit != "clusters" or not names:
        return []
    codes = [*sorted(names), *([""] if "" in newest.clusters else [])]
    return [{"name": names.get(code, ""), **say_rate(newest.clusters.get(code, HIDDEN))} for code in codes]


def chart_of(told: ToldIndicator) -> list[dict[str, Any]]:
    """What is drawn: the last day of each window, its rate in per cent or null, and the limits."""
    return [point_of(one) for one in told.windows]


def point_of(one: Window) -> dict[str, Any]:
    rate = None if one.town.done is None or not one.town.of else round(100 * one.town.done / one.town.of, 1)
    limits = one.limits
    edges = {"low": limits.low, "mean": limits.mean, "high": limits.high} if limits else {}
    return {"end": f"{one.last:%Y-%m}", "rate": rate, **edges}


def records_of(indicator: Indicator, project: Project) -> list[dict[str, Any]]:
    """Ways to the records behind a number, in the reader's own scope; none for who reads none."""
    if not indicator.forms or not may(session.caller(), "submission.list", project):
        return []
    rows = [one for one in list_forms(session.db(), project) if one.form.xml_form_id in indicator.forms]
    return [
        {"href": address("/review", {"form": row.form.xml_form_id}), "name": row.version.name or row.form.xml_form_id}
        for row in rows
    ]


def fresh(project: Project) -> dict[str, Any]:
    """Whether the reader is told sums, and how many phones have spoken today: what the others hold is in no number yet."""
    phones, sums = list_phones(session.db(), project.id), not knows_a_part(scope_of(session.caller(), project))
    return {"sums": sums, "synced": synced_today(phones, today()), "phones": len(phones)}
