"""/reports/grievances: what people said in the last year, each with its clock in working days; for the rights officer alone."""

from datetime import date, timedelta
from typing import Any

from flask import Response, make_response, render_template

from server.followups.town_calendar import calendar_of
from server.followups.working_days import Calendar
from server.models import Feedback, Project
from server.registry.feedback_desk import list_since
from server.reports.xlsx import Cell
from server.web import session
from server.web.pages.door import pages
from server.web.pages.feedback import hall, row_of
from server.web.pages.report_files import FILE, note_taken, send_table
from server.web.pages.shell import today
from server.web.pages.texts import _, _n

HERE = "/reports/grievances"
LISTED_FOR = timedelta(days=365)


@pages.get(HERE)
def show_grievances() -> Response:
    project = hall("feedback.list")
    return make_response(
        render_template("reports/grievances.html", lines=read_lines(project), project_name=project.name)
    )


@pages.get(f"{HERE}.<{FILE}:kind>")
def send_grievances(kind: str) -> Response:
    project = hall("feedback.list")
    rows = [cells_of(one) for one in read_lines(project)]
    note_taken("feedback.read.report", project, {"kind": kind})
    return send_table(kind, _("Grievance log"), heads(), rows)


def read_lines(project: Project) -> list[dict[str, Any]]:
    calendar = calendar_of(session.db(), project.id)
    return [line_of(one, calendar) for one in list_since(session.db(), project.id, today() - LISTED_FOR)]


def line_of(case: Feedback, calendar: Calendar) -> dict[str, Any]:
    left = None if case.answered_on else days_left(case, calendar, today())
    return {**row_of(case), "due_on": case.due_on, "left": left, "clock": say_left(case, left)}


def days_left(case: Feedback, calendar: Calendar, day: date) -> int:
    """Working days up to the last one, below zero when it is over; a word of pressure has days alone."""
    first, last = min(day, case.due_on), max(day, case.due_on)
    days = [first + timedelta(days=one) for one in range(1, (last - first).days + 1)]
    count = len(days) if case.urgent else sum(not calendar.is_rest_day(one) for one in days)
    return count if case.due_on >= day else -max(count, 1)


def say_left(case: Feedback, left: int | None) -> str:
    if left is None:
        return _("late") if (case.answered_on or case.due_on) > case.due_on else _("in time")
    if case.due_on == today():
        return _("Last day today")
    if case.urgent:
        return _n("%(num)s day left", "%(num)s days left", left) if left >= 0 else over(-left)
    if left >= 0:
        return _n("%(num)s working day left", "%(num)s working days left", left)
    return _n("%(num)s working day over", "%(num)s working days over", -left)


def over(days: int) -> str:
    return _n("%(num)s day over", "%(num)s days over", days)


def heads() -> list[str]:
    return [
        _("Received"),
        _("What it is about"),
        _("To be answered by"),
        _("Working days left"),
        _("Answered"),
        _("What became of it"),
    ]


def cells_of(one: dict[str, Any]) -> list[Cell]:
    about = " / ".join([one["title"], *one["subjects"]])
    return [one["received_on"], about, one["due_on"], one["clock"], one["answered_on"], one["outcome"]]
