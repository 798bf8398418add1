"""Notices that did not come through: for administrators and the town's lead, without their words; sent again when asked."""

from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from server.access.allow import allow
from server.followups import dead_letters
from server.followups.dead_letters import DeadLetter
from server.followups.digests import DIGEST
from server.followups.plain_notices import SYNC_LEAD, SYNC_WORKER
from server.models import Project
from server.web import session
from server.web.pages.channel_words import channel_words, why_words
from server.web.pages.door import pages
from server.web.pages.pager import PAGE, address, page_asked, pager
from server.web.pages.sent import sent_id
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

PATH = "/notices/failed"
KIND_WORDS = {
    DIGEST: _l("the day's summary"),
    "overdue": _l("an overdue visit"),
    "escalated": _l("something urgent"),
    SYNC_WORKER: _l("a phone that is silent"),
    SYNC_LEAD: _l("a phone that is silent"),
}


@pages.get(PATH)
def show_dead_letters() -> Response:
    project, number = reach(), page_asked()
    rows = dead_letters.list_dead(session.db(), project.id, (number - 1) * PAGE, PAGE)
    total = dead_letters.count_dead(session.db(), project.id)
    page = pager(PATH, {"project": project.id}, number, total)
    return make_response(render_template("admin/dead_letters.html", rows=[line_of(one) for one in rows], page=page))


def reach() -> Project:
    """Who looks after the timetable sees what it could not send. Raises Forbidden."""
    project = current_project()
    allow(session.caller(), "timetable.read", project)
    return project


def line_of(letter: DeadLetter) -> dict[str, Any]:
    return {
        "letter": letter,
        "reader": letter.reader or _("the town's bot"),
        "channel": channel_words(letter.channel),
        "what": str(KIND_WORDS[letter.kind]),
        "why": why_words(letter.why),
    }


@pages.post(f"{PATH}/replay")
def replay_dead_letters() -> Response:
    """One, or all of the town; the page asked before."""
    project, person = reach(), require_person()
    wanted = None if request.form.get("which") == "all" else [sent_id("notice")]
    done = dead_letters.replay(session.db(), project.id, wanted, person, session.now())
    where = address(PATH, {"project": project.id})
    return say(where, _("%(number)s wait to be sent again, outside of quiet hours.", number=done))
