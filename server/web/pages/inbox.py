"""What I was told, and how I want to be told. Codes and days alone: somebody may be looking."""

from dataclasses import asdict
from datetime import time
from typing import Any

from flask import Response, make_response, render_template, request

from server import clock
from server.access import allow, queries, roles
from server.access.feedback_officers import is_officer
from server.errors import MissingParameter, Problem, UnexpectedValue
from server.followups import (
    acknowledging,
    before_breaks,
    check_questions,
    check_words,
    coaching,
    inbox,
    notice_words,
    plain_notices,
    sync_words,
)
from server.followups.inbox import Notice
from server.followups.town_calendar import calendar_of
from server.followups.wishes import Wishes, save_wishes, wishes_of
from server.intake.mentions import record_of
from server.intake.quality_flags import find_asked
from server.models import BENEFIT_CASES, Project
from server.web import session
from server.web.languages import language_tag
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.flag_words import question_of
from server.web.pages.own_paths import own_path
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.sent import sent_text
from server.web.pages.shell import say_day, say_moment, today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, listed
from server.web.pages.toasts import say

MARKS = {"due": "due", "red": "over", "overdue": "over", "late": "over", "critical": "critical"}


@pages.get("/inbox")
def show_inbox() -> Response:
    person, number = require_person(), page_asked()
    mine = {project.id: project for project in queries.visible_projects(session.db(), session.caller())}
    notices = inbox.list_notices(session.db(), person, mine.keys(), (number - 1) * PAGE, PAGE)
    total = inbox.count_notices(session.db(), person, mine.keys())
    behind = behind_syncs(notices)
    lines = [line_of(one, mine, behind.get(one.occasion, "")) for one in notices]
    values = {"lines": lines, "page": pager("/inbox", {}, number, total)}
    return make_response(render_template("inbox/inbox.html", **values))


def behind_syncs(notices: list[Notice]) -> dict[str, str]:
    """By occasion, what a word adds about a phone that has not synchronised: which it is, or since when."""
    english, db = language_tag() == "en", session.db()
    meant = sync_words.what_is_meant(db, [one.occasion for one in notices])
    found = {one: f" {say_phone(which)}" for one, which in meant.items()}
    silent = inbox.silent_behind(db, notices, today())
    return found | {one: f" {notice_words.say_silence(clock.today(since), english)}" for one, since in silent.items()}


def say_phone(which: sync_words.Meant) -> str:
    villages = listed(which.villages) or _("the whole town")
    return _("%(villages)s, since %(when)s", villages=villages, when=say_moment(which.since))


def line_of(notice: Notice, projects: dict[int, Project], behind_sync: str = "") -> dict[str, Any]:
    """A notice as the page writes it; its link only for who may open the page behind it."""
    english = language_tag() == "en"
    if notice.subject is None:
        behind, href = what_is_behind(notice, projects[notice.project_id], english)
        words = plain_notices.say(notice.kind, english) + behind + behind_sync
        return {**asdict(notice), "words": words, "href": href, "shape": "ended"}
    over = notice_words.name(notice.subject, english)
    words = over if notice.is_over else notice_words.say(notice.level, notice.subject, today(), english) + behind_sync
    verb = "benefit.read" if notice.subject.subject_list == BENEFIT_CASES else "followup.read"
    may_open = allow.may(session.caller(), verb, projects[notice.project_id]) and not notice.is_over
    href = f"/follow-ups/{notice.visit_key}?project={notice.project_id}" if may_open else ""
    shape = "done" if notice.is_over else MARKS.get(notice.level, "due")
    return {**asdict(notice), "words": words, "href": href, "shape": shape}


def what_is_behind(notice: Notice, project: Project, english: bool) -> tuple[str, str]:
    """(what a word about no visit adds for who may know it, where it leads)."""
    if notice.kind == plain_notices.OPENED:
        return "", f"/emergency?project={notice.project_id}"
    if notice.kind == plain_notices.FEEDBACK_WAITS:
        hears = is_officer(session.db(), session.caller(), project)
        return "", f"/rights/feedback?project={notice.project_id}" if hears else ""
    if notice.kind == plain_notices.BEFORE_BREAK:
        return break_behind(notice, project, english)
    if notice.kind in (plain_notices.MENTIONED, plain_notices.RETURN_ANSWERED, plain_notices.RECORD_ANSWERED):
        reads = allow.find_records_scope(session.caller(), "submission.read", project)
        found = record_of(session.db(), notice.occasion, reads)
        return "", f"/review/{found}?project={project.id}" if found else ""
    if notice.kind == plain_notices.EXPORT_READY:
        return "", f"/review/export?project={project.id}"
    if notice.kind == plain_notices.PACK_READY:
        return "", pack_behind(notice, project)
    if notice.kind == plain_notices.RECORD_ASKED:
        asked = find_asked(session.db(), session.caller().actor_id, notice.occasion)
        words = f" {question_of(asked[0])} ({say_day(asked[1])})" if asked else ""
        return words, f"/inbox/asked/{notice.occasion.split(':')[1]}" if asked else ""
    if notice.kind not in (plain_notices.CHECK_DIFFERS, plain_notices.CHECK_CONCERN):
        return name_behind(notice, project), ""
    db, caller = session.db(), session.caller()
    meant = check_questions.what_is_meant(db, caller, project, notice.kind, notice.occasion)
    opens = meant is not None and check_questions.reads(db, project, meant.submission_id, caller)
    behind = check_words.say(db, meant, notice.kind, english) if meant and not notice.is_over else "—"
    return f" {behind}", f"/review/{meant.submission_id}" if meant and opens and not notice.is_over else ""


def pack_behind(notice: Notice, project: Project) -> str:
    """Only for who is still told the town's numbers."""
    month = notice.occasion.split(":")[2]
    is_told = allow.may(session.caller(), "indicator.read", project)
    return f"/reports/pack/{month}?project={project.id}" if is_told else ""


def break_behind(notice: Notice, project: Project, english: bool) -> tuple[str, str]:
    """Which break and how many tasks now, until it is over; the list only for who may open it."""
    db, day = session.db(), today()
    found = before_breaks.break_of(calendar_of(db, project.id), notice.occasion)
    if found is None or found.last < day:
        return "", ""
    number = before_breaks.closing_by_person(db, project.id, found, day).get(session.caller().actor_id or 0, 0)
    opens = any(allow.may(session.caller(), verb, project) for verb in ("followup.read", "benefit.read"))
    href = f"/follow-ups/before-break?project={project.id}" if opens else ""
    return " " + notice_words.say_break(found, number, english), href


def name_behind(notice: Notice, project: Project) -> str:
    """Whom a trainer is asked to help, a dash for who is none any more; nothing behind any other word."""
    if notice.kind != plain_notices.COACHING:
        return ""
    is_trainer = allow.holds_role(session.caller(), roles.TRAINER, project)
    name = coaching.who_is_meant(session.db(), project.id, notice.occasion) if is_trainer else ""
    return f" {name or '—'}"


@pages.post("/inbox/read")
def mark_read() -> Response:
    inbox.mark_read(session.db(), require_person(), session.now())
    return say("/inbox", _("All is marked as read."))


@pages.post("/inbox/take")
def take_on() -> Response:
    """“I have it”: of the person's own towns, as somebody who was told of it."""
    person, where = require_person(), own_path(request.form.get("next"))
    acknowledging.take_on(session.db(), sent_text("visit", 64, required=True), person, session.now())
    return say(where, _("You have it. Nobody is told again, and everybody sees that it is you."))


@pages.get("/me/notices")
def show_wishes() -> Response:
    person = require_person()
    return make_response(render_template("inbox/wishes.html", **facts_of(person)))


@pages.post("/me/notices")
def change_wishes() -> Response:
    person = require_person()
    try:
        wishes = read_wishes()
    except Problem as problem:
        return show_again("inbox/wishes.html", problem, lambda: facts_of(person))
    save_wishes(session.db(), person, wishes, session.now())
    return say("/me/notices", _("It is stored. What waits already comes by the new hours too."))


def facts_of(person: int) -> dict[str, Any]:
    return {"wishes": wishes_of(session.db(), [person])[person], "has_mail": session.config().mail is not None}


def read_wishes() -> Wishes:
    """Raises MissingParameter or UnexpectedValue; quiet hours that leave no hour of the day are refused."""
    wishes = Wishes(
        by_email=bool(request.form.get("by_email")),
        summaries_only=bool(request.form.get("summaries_only")),
        digest_at=sent_time("digest_at"),
        quiet_from=sent_time("quiet_from"),
        quiet_until=sent_time("quiet_until"),
        quiet_noon=bool(request.form.get("quiet_noon")),
    )
    if not wishes.leaves_time:
        value = f"{wishes.quiet_from:%H:%M}"
        raise UnexpectedValue(field="quiet_from", value=value, reason="no hour of the day would be left")
    return wishes


def sent_time(name: str) -> time:
    """A time of the day as a browser sends it, 08:30 or 08:30:00."""
    value = request.form.get(name, "").strip()
    if not value:
        raise MissingParameter(field=name)
    try:
        found = time.fromisoformat(value)
    except ValueError as error:
        raise UnexpectedValue(field=name, value=value[:40], reason="it is no time such as 08:30") from error
    return time(found.hour, found.minute)
