"""On which days does nobody work, and who says so? A year's months, where they come from, and a year that the town adds."""

from typing import Any

from flask import Response, make_response, render_template, request

from geo.masking import suppress
from server.access.allow import allow, may
from server.errors import NotFound, Problem
from server.followups.calendar_files import LONGEST_FILE, shipped_years
from server.followups.town_calendar import (
    add_year,
    calendar_of,
    check_year,
    count_moved,
    list_town_years,
    remove_year,
)
from server.followups.working_days import Calendar, CalendarYear
from server.models import Project
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.calendar_words import lines_of, months_of, source_of
from server.web.pages.door import pages
from server.web.pages.forms import project_by_reads
from server.web.pages.sent import asked_number, check_text
from server.web.pages.shell import current_project, today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

PAGE = "calendar/calendar.html"


@pages.get("/calendar")
def show_calendar() -> Response:
    project = current_project()
    allow(session.caller(), "project.read", project)
    return make_response(render_template(PAGE, **facts_of(project, asked_number("year", today().year, 9999))))


def facts_of(project: Project, number: int) -> dict[str, Any]:
    """One year of those that are known or near; another number is this year."""
    db, who = session.db(), session.caller()
    calendar, own = calendar_of(db, project.id), list_town_years(db, project.id)
    years = years_of(calendar)
    number = number if number in years else today().year
    year, mine = calendar.years.get(number), next((one for one in own if one.year.year == number), None)
    return {
        "number": number,
        "years": [(one, calendar.is_provisional(one)) for one in years],
        "months": months_of(calendar, number, today()),
        "year": year,
        "lines": lines_of(year) if year else [],
        "source": source_of(year.notice, None if number in shipped_years() else mine) if year else [],
        "note": year.notice.note if year else None,
        "mine": mine,
        "is_replaced": mine is not None and number in shipped_years(),
        "can_add": may(who, "calendar.create", project),
        "can_plan": may(who, "followup.read", project) or may(who, "benefit.read", project),
        "can_remove": mine is not None and may(who, "calendar.delete", project),
    }


def years_of(calendar: Calendar) -> list[int]:
    """What is known, this year and the next, without a gap."""
    known = {*calendar.years, today().year, today().year + 1}
    return list(range(min(known), max(known) + 1))


@pages.post("/calendar")
def take_year() -> Response:
    """`step=check` reads the notice and says what would change; `step=add` has it hold. Checking only reads: it counts."""
    project = project_by_reads()
    allow(session.caller(), "calendar.create", project)
    text = ""
    try:
        text = sent_notice()
        if request.form.get("step") != "add":
            return show_preview(project, check_year(session.reading(), project, text), text)
        year = add_year(session.db(), require_person(), project, text, today(), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(project, today().year), notice=text)
    return say(f"/calendar?year={year.year}", _("The year is stored. What it moves is moved in the coming night."))


def sent_notice() -> str:
    """The file, else what was pasted. Raises MissingParameter, TooLong or UnexpectedValue."""
    file = request.files.get("file")
    pasted = request.form.get("notice", "")
    if file is not None and file.filename:
        pasted = file.stream.read(4 * LONGEST_FILE).decode("utf-8", errors="replace")
    return check_text("notice", pasted.replace("\r\n", "\n"), LONGEST_FILE, required=True) + "\n"


def show_preview(project: Project, year: CalendarYear, text: str) -> Response:
    db = session.reading()
    before = calendar_of(db, project.id)
    after = Calendar({**before.years, year.year: year})
    moved = suppress(count_moved(db, project.id, before, after, year.year))
    facts = {"number": year.year, "months": months_of(after, year.year, today()), "lines": lines_of(year)}
    facts |= {"source": source_of(year.notice, None), "note": year.notice.note, "moved": moved, "notice": text}
    return make_response(render_template("calendar/preview.html", **facts))


@pages.post("/calendar/<int(max=9999):number>/remove")
def take_year_out(number: int) -> Response:
    """`step=check` says what would change; `step=remove` takes the town's year out of force."""
    project = project_by_reads()
    allow(session.caller(), "calendar.delete", project)
    if request.form.get("step") != "remove":
        return ask_to_remove(project, number)
    remove_year(session.db(), require_person(), project, number, today(), session.now())
    return say(f"/calendar?year={number}", _("The year is taken out. What it moved is moved back in the coming night."))


def ask_to_remove(project: Project, number: int) -> Response:
    """Raises NotFound for a year that the town did not add."""
    db = session.reading()
    mine = next((one for one in list_town_years(db, project.id) if one.year.year == number), None)
    if mine is None:
        raise NotFound()
    before = calendar_of(db, project.id)
    left = {year: one for year, one in before.years.items() if year != number or year in shipped_years()}
    moved = suppress(count_moved(db, project.id, before, Calendar(left), number))
    return make_response(render_template("calendar/remove.html", number=number, mine=mine, moved=moved))
