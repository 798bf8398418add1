"""Feedback and complaints at the rights desk: a page for the rights officer alone, on which nobody is named."""

from typing import Any

import orjson
from flask import Response, make_response, render_template, request

from server.access.allow import allow
from server.access.feedback_officers import is_officer
from server.access.profiles import find_actors
from server.errors import Forbidden, NotFound
from server.models import Feedback, FormVersion, Project
from server.publishing.versions import SCHEMAS
from server.registry import feedback_desk as desk
from server.registry.feedback_figures import figures_between, first_of_half, first_of_quarter
from server.registry.feedback_told import leaves
from server.web import session
from server.web.pages.answers import list_answers
from server.web.pages.door import pages
from server.web.pages.feedback_words import OUTCOME_WORDS, figure_lines, say_due, subjects_of, title_of
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.review import answer_words
from server.web.pages.sent import sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

ONE = "/rights/feedback/<uuid:case_id>"


def hall(verb: str) -> Project:
    """The care project that is open, for its rights officer. Raises Forbidden for anybody else, NotFound in a plain project."""
    project = current_project()
    allow(session.caller(), verb, project)
    if project.kind != "care":
        raise NotFound()
    if not is_officer(session.db(), session.caller(), project):
        raise Forbidden(
            "What people say of the service is read by a data protection officer who has no other role here and carries "
            "no phone. Ask for the role to be given to somebody like that."
        )
    return project


@pages.get("/rights/feedback")
def list_feedback() -> Response:
    project, db, number = hall("feedback.list"), session.db(), page_asked()
    state = desk.DONE if request.args.get("state") == desk.DONE else desk.OPEN
    counts = {one: desk.count_cases(db, project.id, one) for one in (desk.OPEN, desk.DONE)}
    found = desk.list_cases(db, project.id, state, (number - 1) * PAGE, PAGE)
    facts = {
        "cases": [row_of(one) for one in found],
        "state": state,
        "counts": counts,
        "urgent": desk.count_cases(db, project.id, desk.OPEN, urgent=True),
        "page": pager("/rights/feedback", {"state": state if state == desk.DONE else ""}, number, counts[state]),
        "figures": figures_of(project),
    }
    return make_response(render_template("rights/feedback.html", **facts))


def figures_of(project: Project) -> list[tuple[str, str]]:
    day, db = session.today(), session.db()
    quarter = figures_between(db, project.id, first_of_quarter(day), day)
    half = figures_between(db, project.id, first_of_half(day), day)
    return figure_lines(quarter, half)


def row_of(case: Feedback) -> dict[str, Any]:
    told = dict(leaves(orjson.loads(case.answers_json)))
    return {
        "id": case.id,
        "title": title_of(told),
        "subjects": subjects_of(told),
        "received_on": case.received_on,
        "due": say_due(case, session.today()),
        "late": (case.answered_on or session.today()) > case.due_on,
        "urgent": case.urgent,
        "counted": case.counted,
        "answered_on": case.answered_on,
        "outcome": str(OUTCOME_WORDS.get(case.outcome or "", "")),
        "taken": case.taken_by_id is not None,
    }


@pages.get(ONE)
def show_feedback(case_id: Any) -> Response:
    project = hall("feedback.read")
    return show_case(project, desk.get_case(session.db(), project.id, str(case_id)))


def show_case(project: Project, case: Feedback, channel: str = "") -> Response:
    db = session.db()
    taker = find_actors(db, {case.taken_by_id}).get(case.taken_by_id or 0)
    facts = {
        "case": row_of(case),
        "answers": answers_of(project, case),
        "wants_reply": desk.has_channel(db, case),
        "channel": channel,
        "taker": taker.display_name if taker else "",
        "mine": case.taken_by_id == session.caller().actor_id,
        "outcomes": OUTCOME_WORDS,
    }
    return make_response(render_template("rights/feedback_one.html", **facts))


def answers_of(project: Project, case: Feedback) -> Any:
    """What was said, as the form asked it, in the reader's language."""
    version = session.db().get_one(FormVersion, case.form_version_id)
    schema = SCHEMAS.get(session.db(), version.id, version.sha256)
    return list_answers(schema, orjson.loads(case.answers_json), None, answer_words(project, {}, uncovered=True))


@pages.post(f"{ONE}/take")
def take_feedback(case_id: Any) -> Response:
    project, db = hall("feedback.answer"), session.db()
    desk.take_case(db, desk.get_case(db, project.id, str(case_id)), require_person(), session.now())
    return say(f"/rights/feedback/{case_id}", _("It is yours to answer."))


@pages.post(f"{ONE}/reach")
def show_channel(case_id: Any) -> Response:
    """How to reach who gave no name, for who answers; that it was shown is written down."""
    project, db = hall("feedback.answer"), session.db()
    case = desk.get_case(db, project.id, str(case_id))
    return show_case(project, case, desk.read_channel(db, case, require_person(), session.now()))


@pages.post(f"{ONE}/answer")
def answer_feedback(case_id: Any) -> Response:
    project, db = hall("feedback.answer"), session.db()
    case, outcome = desk.get_case(db, project.id, str(case_id)), sent_text("outcome", 20, required=True)
    desk.answer_case(db, case, outcome, require_person(), session.now())
    return say(f"/rights/feedback/{case_id}", _("Written down: it is answered."))
