"""Is this record right? Its answers, its place, its course, and what is decided about it."""

from typing import Any

from flask import Response, make_response, render_template, request

from forms.schema import Field, FormSchema
from server.access.allow import Scope, allow_records, find_records_scope, may
from server.access.masking import is_covered, note_reveal
from server.intake import desk
from server.intake.earlier import list_others
from server.intake.mentions import tell_mentioned
from server.intake.queries import get_file
from server.intake.returned import find_returned
from server.intake.returning_many import why_it_cannot
from server.intake.review import add_comment, set_review_state
from server.intake.sealed import find_sealed
from server.models import Project
from server.places.desk import list_villages
from server.places.joined import reach_home, woman_of_record
from server.places.layers import layers_for
from server.places.spot import sketch_record
from server.publishing.versions import SCHEMAS
from server.registry.lists import labels_of
from server.web import languages, session
from server.web.files import send_photo
from server.web.openable import find_open
from server.web.pages.answers import Answer, Words, chosen_entities, list_answers
from server.web.pages.cases import can_remove
from server.web.pages.door import pages
from server.web.pages.review_words import course, files_and_photos, flags, said_of, say_hindered, say_place, say_seal
from server.web.pages.sent import ID, asked_number, sent_text
from server.web.pages.shell import current_project, say_day, today
from server.web.pages.shown_flags import flags_of
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say
from server.web.readings import note_read

LAST_VERSION = 2**53


def reachable(verb: str) -> tuple[Project, Scope]:
    """The current project and what of its records the caller's rights reach. Raises Forbidden."""
    project = current_project()
    return project, allow_records(session.caller(), verb, project)


@pages.get(f"/review/<{ID}:submission_id>")
def show_record(submission_id: int) -> Response:
    return make_response(
        sealed_page(submission_id) or render_template("review/detail.html", **record_view(submission_id))
    )


def sealed_page(submission_id: int) -> str | None:
    """The page of a record that nobody reads; None for any other."""
    project, scope = reachable("submission.read")
    shut = find_sealed(session.db(), scope, submission_id) if project.kind == "care" else None
    return render_template("review/sealed_one.html", record=shut, why=say_seal(shut.reason)) if shut else None


@pages.get(f"/review/<{ID}:submission_id>/panel")
def show_panel(submission_id: int) -> Response:
    values = record_view(submission_id)
    return make_response(
        render_template("review/panel.html", **values, in_place=True, from_map=request.args.get("from") == "map")
    )


def asked_version() -> int | None:
    """?version= names an earlier version by its id."""
    return asked_number("version", 0, LAST_VERSION) or None


def record_view(submission_id: int, uncovered: bool = False, quiet: bool = False) -> dict[str, Any]:
    """Everything panel.html shows; `uncovered` shows what is covered else.

    In a care project the look is written down, but `quiet` where the same request writes down more than a look.
    """
    project, scope = reachable("submission.read")
    found = desk.get_record(session.db(), scope, submission_id, asked_version())
    if not quiet:
        note_read(project, "submission.read", submission_id=submission_id)
    schema = SCHEMAS.get(session.db(), found.form_version.id, found.form_version.sha256)
    photos, files = files_and_photos(found)
    row = found.row
    head = {**row.__dict__, "form_version": found.form_version.version, "flags": flags(found)}
    head["place_words"] = say_place(found)
    head["woman"] = woman_at_her_door(project, found)
    answers = answers_of(project, scope, schema, found, uncovered)
    can_review = found.version.is_current and may_decide(project, found)
    return {
        "record": head,
        "answers": answers,
        "covered": [one.covered for one in answers if one.covered],
        "can_ask": may(session.caller(), "access.read", project),
        "photos": photos,
        "files": files,
        "course": course(found),
        "others": list_others(session.db(), scope, submission_id),
        "sketch": sketch_record(session.db(), layers_for(session.caller(), project), submission_id),
        "returned": find_returned(session.db(), submission_id),
        "outdated": not found.version.is_current,
        "withheld": _("This record is encrypted; only who holds the private key can read it.")
        if found.version.encrypted
        else "",
        "can_reopen": found.version.is_current and find_open(session.db(), project, submission_id) is not None,
        "can_remove_case": can_remove(project, scope, found),
        "can_review": can_review,
        "hindered": say_hindered(why_it_cannot(session.db(), found.submission)) if can_review else "",
        "asked": flags_of(scope, submission_id) if can_review else [],
    }


def may_decide(project: Project, found: desk.Record) -> bool:
    scope = find_records_scope(session.caller(), "submission.update", project)
    return scope is not None and scope.reads(found.xml_form_id)


def woman_at_her_door(project: Project, found: desk.Record) -> str | None:
    """The woman whom a record placed by her household is about, when the caller may go on to her door."""
    if not found.row.health or found.row.how != "household":
        return None
    woman = woman_of_record(session.db(), found.row.id)
    home = reach_home(session.db(), session.caller(), project, woman, today()) if woman else None
    return woman if home else None


@pages.post(f"/review/<{ID}:submission_id>/show")
def show_covered(submission_id: int) -> Response:
    """The record with its name, phone, door and place, which other looks leave covered; who asked is written down."""
    project, _scope = reachable("submission.read")
    covered = record_view(submission_id, quiet=True)["covered"]
    note_reveal(session.db(), session.caller(), project, session.now(), covered, submission_id)
    values, in_place = record_view(submission_id, uncovered=True), bool(request.form.get("in_place"))
    template = "review/panel.html" if "HX-Request" in request.headers else "review/detail.html"
    return make_response(
        render_template(template, **values, in_place=in_place, from_map=request.form.get("from") == "map")
    )


def answers_of(project: Project, scope: Scope, schema: FormSchema, found: desk.Record, uncovered: bool) -> list[Answer]:
    """The answers in words; none while they could not be read."""
    if found.values is None:
        return []
    chosen = labels_of(session.db(), project.id, chosen_entities(schema, found.values, found.before), scope)
    return list_answers(schema, found.values, found.before, answer_words(project, chosen, uncovered))


def answer_words(project: Project, chosen: dict[str, dict[str, str]], uncovered: bool) -> Words:
    """How answers read here: villages of the whole town by name, whichever the reader's scope reaches; entities by label."""
    villages = list_villages(session.db(), Scope(project.id, everything=True))
    names = {village.code: village.name for village in villages}
    lists = {f"{name}.csv": labels for name, labels in chosen.items()}
    lang = "en" if languages.language_tag() == "en" else "zh"

    def covers(asked: Field) -> bool:
        return not uncovered and is_covered(project, asked.name, asked.type)

    return Words(lang, say_day, {**lists, "villages.csv": names}, _("(not on your lists)"), covers)


@pages.get(f"/review/<{ID}:submission_id>/files/<name>")
def show_file(submission_id: int, name: str) -> Response:
    """A file of the current version, or of the one asked for; only pictures are shown, all else is a download."""
    project, scope = reachable("submission.read")
    submission = desk.get_submission(session.db(), scope, submission_id)
    note_read(project, "submission.read", submission_id=submission_id, details={"file": True})
    file = get_file(session.db(), desk.find_version(session.db(), submission, asked_version()), name)
    assert file.sha256 is not None and file.md5 is not None, "get_file gives only what has arrived"
    kind, whole = file.content_type or "application/octet-stream", project.keeps_photo_metadata
    return send_photo(file.sha256, file.md5, file.name, kind, whole)


@pages.post(f"/review/<{ID}:submission_id>/state")
def decide(submission_id: int) -> Response:
    """A state, a comment, or both. `undo` puts back what was before."""
    project, scope = reachable("submission.update")
    submission = desk.get_submission(session.db(), scope, submission_id)
    before, wanted, me = submission.review_state or "received", sent_text("state", 20), require_person()
    if comment := sent_text("comment", 5000):
        written = add_comment(session.db(), submission, comment, me, session.now())
        tell_mentioned(session.db(), project, written, me, session.now())
    decides = wanted not in ("comment", before)
    if decides:
        set_review_state(session.db(), submission, None if wanted == "received" else wanted, me, session.now())
    undone = bool(request.form.get("undo"))
    back = Undo(f"/review/{submission_id}/state", {"state": before, "undo": "1"}) if decides and not undone else None
    return told(submission_id, said_of(wanted, undone), back, quiet=decides or bool(comment))


def told(submission_id: int, said: str, undo: Undo | None, quiet: bool) -> Response:
    """What was done, with the record beside it where the page stays open."""
    if "HX-Request" in request.headers:
        return panel_again(submission_id, said, undo, quiet)
    return say(f"/review/{submission_id}", said, undo)


def panel_again(submission_id: int, said: str, undo: Undo | None, quiet: bool) -> Response:
    session.db().flush()
    values = record_view(submission_id, quiet=quiet)
    page = render_template(
        "review/panel.html",
        **values,
        said=said,
        undo=undo,
        in_place=bool(request.form.get("in_place")),
        from_map=request.form.get("from") == "map",
    )
    answer = make_response(page)
    answer.headers["HX-Trigger"] = f'{{"reviewed": {{"id": {submission_id}}}}}'
    return answer
