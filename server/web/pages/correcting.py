"""Correcting her data with her: one answer at a time in a new version, or a note beside the record.

What names another woman, too, is shown and corrected here by who may read it anyhow.
"""

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request

from forms.instance import read_instance, read_values, value_at
from server.access.allow import may, scope_of
from server.errors import Forbidden, NotFound, Problem
from server.intake.correcting import Correctable, correct, get_correctable, put_note
from server.intake.desk import is_within
from server.models import Project
from server.registry import rights_desk
from server.registry.erasing import plan_erasure
from server.registry.named_beside import is_of_others
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


@dataclass(frozen=True)
class Hers:
    """A record of the woman who asked for a correction. `shut`: it names others, too, and the caller may not read it."""

    project: Project
    found: Correctable
    shut: bool


def find_hers(request_id: int, submission_id: int) -> Hers:
    """Raises NotFound for any other record. A look at its answers is written down."""
    project, scope = desk("rights.update")
    wish = get_wish(project, scope, request_id, rights_desk.CORRECTION)
    plan = plan_erasure(session.db(), project.id, str(wish.subject))
    if submission_id not in plan.records:
        raise NotFound()
    found = get_correctable(session.db(), project.id, submission_id)
    if not is_of_others(session.db(), plan, found.version, found.asked.form.xml_form_id):
        note_read(project, "rights.export", about=wish.subject, submission_id=submission_id)
        return Hers(project, found, shut=False)
    shut = not may_read(project, submission_id)
    if not shut:
        note_read(project, "submission.read", submission_id=submission_id)  # of nobody: it is a look at each of them
    return Hers(project, found, shut)


def may_read(project: Project, submission_id: int) -> bool:
    """Whether the caller reads a record on its own page, without anybody's wish."""
    who = session.caller()
    return may(who, "submission.read", project) and is_within(session.db(), scope_of(who, project), submission_id)


@pages.get(ADDRESS)
def show_correction(request_id: int, submission_id: int) -> Response:
    hers = find_hers(request_id, submission_id)
    return make_response(render_template("rights/correct.html", **facts_of(hers, request_id)))


def facts_of(hers: Hers, request_id: int) -> dict[str, Any]:
    answers = {"questions": [], "asked": None} if hers.shut else answers_of(hers.project, hers.found)
    return {"wish_id": request_id, "submission": hers.found.submission, "shut": hers.shut, **answers}


def answers_of(project: Project, found: Correctable) -> dict[str, Any]:
    """Each question that can be answered anew, with its answer; and the one that is being."""
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
    return {"questions": rows, "asked": asked}


@pages.post(ADDRESS)
def correct_one(request_id: int, submission_id: int) -> Response:
    hers = find_hers(request_id, submission_id)
    try:
        if hers.shut:
            raise Forbidden()
        value = sent_text("value", 5000)
        correct(session.db(), hers.found, request.form.get("question", ""), value, require_person(), session.now())
    except Problem as problem:
        again = lambda: facts_of(find_hers(request_id, submission_id), request_id)  # noqa: E731 - read after a rollback
        return show_again("rights/correct.html", problem, again)
    return say(f"/rights/{request_id}/correct/{submission_id}", _("Corrected. The version before it is kept."))


@pages.post(f"{ADDRESS}/note")
def note_one(request_id: int, submission_id: int) -> Response:
    """Also beside a record that is shut: what she says of it waits for who may read it."""
    found = find_hers(request_id, submission_id).found
    put_note(session.db(), found, sent_text("note", 2000, required=True), require_person(), session.now())
    return say(f"/rights/{request_id}/correct/{submission_id}", _("The note stands beside the record."))
