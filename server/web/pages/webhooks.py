"""Webhooks of a project, for administrators: which there are, what each hears, how it went, telling again. No secret twice."""

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, render_template, request

from server import clock
from server.access.allow import allow
from server.access.projects import get_project
from server.errors import Problem
from server.feeds import replaying, webhooks
from server.feeds.deliveries import FAILED, SENT, WAITING
from server.feeds.numbering import newest
from server.feeds.webhooks import GROUPS, LONGEST
from server.models import Project, Webhook
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.channel_words import why_words
from server.web.pages.door import pages
from server.web.pages.sent import ID, sent_id, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, _n
from server.web.pages.toasts import Undo, say
from server.web.pages.webhook_words import GROUP_WORDS, delivery_line, groups_in_words

PAGE = f"/admin/projects/<{ID}:project_id>/webhooks"
ONE = f"{PAGE}/<{ID}:webhook_id>"
LISTED = "project/webhooks.html"
SHOWN = "project/webhook.html"
MOST_SHOWN = 30


@pages.get(PAGE)
def show_webhooks(project_id: int) -> Response:
    return make_response(render_template(LISTED, **facts_of(reach(project_id))))


@pages.post(PAGE)
def add_webhook(project_id: int) -> Response:
    """Its secret is on this page alone."""
    project = reach(project_id)

    def act() -> Response:
        asked = sent_text("address", LONGEST), request.form.getlist("groups"), session.config().outbound_allow
        row, secret = webhooks.make_webhook(session.db(), project.id, *asked, require_person(), session.now())
        return make_response(render_template(SHOWN, secret=secret, **facts_of_one(project, row)))

    return or_again(LISTED, lambda: facts_of(project), act)


def reach(project_id: int) -> Project:
    """Who sets the server up also says whom it calls. Raises Forbidden, NotFound."""
    allow(session.caller(), "config.set")
    return get_project(session.db(), project_id)


def find_one(project_id: int, webhook_id: int) -> tuple[Project, Webhook]:
    project = reach(project_id)
    return project, webhooks.get_webhook(session.db(), project.id, webhook_id)


def path_of(project: Project, row: Webhook | None = None) -> str:
    return f"/admin/projects/{project.id}/webhooks" + (f"/{row.id}" if row else "")


def facts_of(project: Project) -> dict[str, Any]:
    rows = webhooks.list_webhooks(session.db(), project.id)
    ids = [row.id for row in rows]
    counts, last = replaying.count_by_state(session.db(), ids), replaying.last_sent(session.db(), ids)
    lines = [
        {
            "row": row,
            "host": webhooks.host_of(row),
            "groups": groups_in_words(row.groups),
            "failed": counts.get((row.id, FAILED), 0),
            "waiting": counts.get((row.id, WAITING), 0),
            "last": last.get(row.id),
        }
        for row in rows
    ]
    gone = webhooks.list_removed(session.db(), project.id, session.now())
    removed = [{"row": row, "host": webhooks.host_of(row)} for row in gone]
    choice = {"groups": GROUP_WORDS, "chosen": GROUPS}
    return {"project": project, "path": path_of(project), "rows": lines, "removed": removed, **choice}


@pages.get(ONE)
def show_webhook(project_id: int, webhook_id: int) -> Response:
    return make_response(render_template(SHOWN, **facts_of_one(*find_one(project_id, webhook_id))))


def facts_of_one(project: Project, row: Webhook) -> dict[str, Any]:
    counts = replaying.count_by_state(session.db(), [row.id])
    deliveries = replaying.list_deliveries(session.db(), row.id, MOST_SHOWN)
    return {
        "project": project,
        "path": path_of(project, row),
        "row": row,
        "host": webhooks.host_of(row),
        "groups": GROUP_WORDS,
        "chosen": row.groups.split(","),
        "old_signs": len(webhooks.secrets_of(row, session.now())) > 1,
        "newest": newest(session.db(), project.id),
        "counts": {state: counts.get((row.id, state), 0) for state in (SENT, WAITING, FAILED)},
        "deliveries": [delivery_line(one) for one in deliveries],
        "most": MOST_SHOWN,
    }


@pages.post(f"{ONE}/groups")
def change_webhook_groups(project_id: int, webhook_id: int) -> Response:
    project, row = find_one(project_id, webhook_id)

    def act() -> Response:
        webhooks.change_groups(session.db(), row, request.form.getlist("groups"), require_person(), session.now())
        return say(path_of(project, row), _("It is stored."))

    return or_again(SHOWN, lambda: facts_of_one(project, row), act)


@pages.post(f"{ONE}/secret")
def change_webhook_secret(project_id: int, webhook_id: int) -> Response:
    """The new secret is on this page alone."""
    project, row = find_one(project_id, webhook_id)
    secret = webhooks.change_secret(session.db(), row, require_person(), session.now())
    return make_response(render_template(SHOWN, secret=secret, **facts_of_one(project, row)))


@pages.post(f"{ONE}/pause")
def pause_webhook(project_id: int, webhook_id: int) -> Response:
    project, row = find_one(project_id, webhook_id)
    webhooks.set_pause(session.db(), row, True, require_person(), session.now())
    undo = Undo(f"{path_of(project, row)}/resume", {})
    return say(path_of(project, row), _("It is paused. What happens meanwhile is told when it goes on."), undo)


@pages.post(f"{ONE}/resume")
def resume_webhook(project_id: int, webhook_id: int) -> Response:
    project, row = find_one(project_id, webhook_id)
    webhooks.set_pause(session.db(), row, False, require_person(), session.now())
    return say(path_of(project, row), _("It goes on from where it stood."))


@pages.post(f"{ONE}/test")
def try_webhook(project_id: int, webhook_id: int) -> Response:
    project, row = find_one(project_id, webhook_id)

    def act() -> Response:
        session.db().rollback()  # nothing waits for this request while the other side is called
        with session.database().transaction() as db:
            mine = webhooks.get_webhook(db, project_id, webhook_id)
            claim = replaying.begin_test(db, mine, require_person(), session.now())
        why = replaying.send_test(session.database(), claim, session.config().outbound_allow, clock.now)
        tried = {"good": not why, "words": why_words(why)}
        return make_response(render_template(SHOWN, tried=tried, **facts_of_one(*find_one(project_id, webhook_id))))

    return or_again(SHOWN, lambda: facts_of_one(project, row), act)


@pages.post(f"{ONE}/remove")
def remove_webhook(project_id: int, webhook_id: int) -> Response:
    project, row = find_one(project_id, webhook_id)
    webhooks.remove_webhook(session.db(), row, require_person(), session.now())
    undo = Undo(f"{path_of(project, row)}/restore", {})
    return say(path_of(project), _("The webhook is taken away. It is told nothing more."), undo)


@pages.post(f"{ONE}/restore")
def restore_webhook(project_id: int, webhook_id: int) -> Response:
    project = reach(project_id)
    webhooks.restore_webhook(session.db(), project.id, webhook_id, require_person(), session.now())
    return say(path_of(project), _("The webhook is back, and goes on from where it stood."))


@pages.post(f"{ONE}/replay")
def replay_webhook(project_id: int, webhook_id: int) -> Response:
    """One delivery that failed, all of those, or a range of numbers."""
    project, row = find_one(project_id, webhook_id)

    def act() -> Response:
        done = replay(row, require_person())
        return say(
            path_of(project, row), _n("%(num)s delivery waits to be sent.", "%(num)s deliveries wait to be sent.", done)
        )

    return or_again(SHOWN, lambda: facts_of_one(project, row), act)


def replay(row: Webhook, person: int) -> int:
    if request.form.get("which") == "range":
        first, last = webhooks.read_range(sent_text("range", 40, required=True))
        return replaying.replay_range(session.db(), row, first, last, person, session.now())
    wanted = None if request.form.get("which") == "all" else sent_id("delivery")
    return replaying.replay_failed(session.db(), row, wanted, person, session.now())


def or_again(template: str, facts: Callable[[], dict[str, Any]], act: Callable[[], Response]) -> Response:
    """Does it; what is wrong is said on the page. An address is not shown again."""
    try:
        return act()
    except Problem as problem:
        if problem.status == 404:
            raise
        return show_again(template, problem, facts)
