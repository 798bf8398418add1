"""Moving open visits to the newest version of their rule: what would move, then doing it. And the progress of such work."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request

from server.errors import NotFound
from server.followups.migrating import confirm_migration, get_newest, preview_migration, rules_behind
from server.followups.rule_runs import MIGRATE, PREVIEW, advance_run, find_looked_at, last_run
from server.models import Project, RuleRun
from server.web import session
from server.web.pages.door import pages
from server.web.pages.rule_facts import head_of, open_book, rights_in
from server.web.pages.rule_numbers import numbers_of
from server.web.pages.rules import RULE
from server.web.pages.sent import ID
from server.web.pages.shell import today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

MOVE = f"{RULE}/move"


@pages.get(MOVE)
def show_move(rule: str) -> Response:
    book = open_book("rule.update", "rule.sign")
    db, project = session.db(), book.project
    newest = get_newest(db, project, rule, today())
    run = last_run(db, project.id, PREVIEW, rule, newest.version)
    looked = find_looked_at(db, project.id, PREVIEW, rule, newest.content_hash, session.now())
    values: dict[str, Any] = {
        "rule": head_of(newest, []),
        "waits": rule in rules_behind(db, project, today()),
        "run": run,
        "moving": under_way(project, rule, newest.version),
        "may_confirm": looked is not None,
        **numbers_of(project, run),
        **rights_in(project),
    }
    return make_response(render_template("rules/move.html", **values))


def under_way(project: Project, rule: str, version: int) -> RuleRun | None:
    run = last_run(session.db(), project.id, MIGRATE, rule, version)
    return run if run is not None and run.finished_at is None else None


@pages.post(f"{MOVE}/preview")
def preview_move(rule: str) -> Response:
    book = open_book("rule.update")
    preview_migration(session.db(), book.project, rule, today(), require_person(), session.now())
    return say(f"/rules/{rule}/move", _("It is being worked out; nothing is changed by it."))


@pages.post(f"{MOVE}/confirm")
def confirm_move(rule: str) -> Response:
    book = open_book("rule.update")
    confirm_migration(session.db(), book.project, rule, today(), require_person(), session.now())
    return say(f"/rules/{rule}/move", _("Confirmed. Open visits are being moved."))


@pages.post(f"/rules/runs/<{ID}:run_id>/more")
def work_on(run_id: int) -> Response:
    """One batch more: asked for by the page that shows its progress, again and again; the timetable goes on without it."""
    book = open_book("rule.update")
    row = session.db().get(RuleRun, run_id)
    if row is None or row.project_id != book.project.id:
        raise NotFound()
    run = advance_run(session.db(), run_id, session.now())
    if "HX-Request" not in request.headers:
        return redirect(back_to(run), 303)  # type: ignore[return-value]
    answer = make_response(render_template("rules/progress.html", run=run))
    if run.finished_at is not None:
        answer.headers["HX-Refresh"] = "true"
    return answer


def back_to(run: RuleRun) -> str:
    place = {"simulate": f"/try/{run.version}", "preview": "/move", "migrate": "/move"}.get(run.kind, "")
    return f"/rules/{run.rule}{place}"
