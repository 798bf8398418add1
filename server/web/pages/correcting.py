"""Correcting her data with her: one answer at a time in a new version, or a note beside the record."""

from typing import Any

from flask import Response, make_response, render_template, request

from forms.instance import read_instance, read_values, value_at
from server.errors import NotFound, Problem
from server.intake.correcting import Correctable, correct, get_correctable, put_note
from server.models import Project
from server.registry import rights_desk
from server.registry.erasing import plan_erasure
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.answers import in_language, label_of, say_value
from server.web.pages.door import pages
from server.web.pages.review import answer_words
from server.web.pages.rights import desk, get_wish
from server.web.pages.sent import ID, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say
from server.web.readings import note_read

ADDRESS = f"/rights/<{ID}:request_id>/correct/<{ID}:submission_id>"


def find_hers(request_id: int, submission_id: int) -> tuple[Project, Correctable]:
    """A record of the woman who asked for a correction. Raises NotFound for any other record."""
    project, scope = desk("rights.update")
    wish = get_wish(project, scope, request_id, rights_desk.CORRECTION)
    if submission_id not in plan_erasure(session.db(), project.id, str(wish.subject)).records:
        raise NotFound()
    note_read(project, "rights.export", about=wish.subject, submission_id=submission_id)
    return project, get_correctable(session.db(), project.id, submission_id)


@pages.get(ADDRESS)
def show_correction(request_id: int, submission_id: int) -> Response:
    project, found = find_hers(request_id, submission_id)
    return make_response(render_template("rights/correct.html", **facts_of(project, found, request_id)))


def facts_of(project: Project, found: Correctable, request_id: int) -> dict[str, Any]:
    words = answer_words(project, {}, uncovered=True)
    values = read_values(read_instance(bytes(found.version.xml)), found.asked.schema)
    rows = [
        {"path": one.path, "label": label_of(one, words), "answer": say_value(one, value_at(values, one.path), words)}
        for one in found.questions
    ]
    chosen = next((one for one in found.questions if one.path == request.values.get("question")), None)
    asked = None
    if chosen is not None:
        value = value_at(values, chosen.path)
        choices = [(one.name, in_language(one.labels, words.lang) or one.name) for one in chosen.choices or ()]
        plain = [] if chosen.select_multiple else choices
        asked = {"path": chosen.path, "label": label_of(chosen, words), "value": value or "", "choices": plain}
    return {"wish_id": request_id, "submission": found.submission, "questions": rows, "asked": asked}


@pages.post(ADDRESS)
def correct_one(request_id: int, submission_id: int) -> Response:
    _project, found = find_hers(request_id, submission_id)
    try:
        value = sent_text("value", 5000)
        correct(session.db(), found, request.form.get("question", ""), value, require_person(), session.now())
    except Problem as problem:
        again = lambda: facts_of(*find_hers(request_id, submission_id), request_id)  # noqa: E731 - read after a rollback
        return show_again("rights/correct.html", problem, again)
    return say(f"/rights/{request_id}/correct/{submission_id}", _("Corrected. The version before it is kept."))


@pages.post(f"{ADDRESS}/note")
def note_one(request_id: int, submission_id: int) -> Response:
    _project, found = find_hers(request_id, submission_id)
    put_note(session.db(), found, sent_text("note", 2000, required=True), require_person(), session.now())
    return say(f"/rights/{request_id}/correct/{submission_id}", _("The note stands beside the record."))
