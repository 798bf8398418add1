"""The town's own recording of the consent notice: what to read aloud, putting the file in, listening to it, taking it out."""

from math import ceil
from typing import Any, Final, NamedTuple

from flask import Response, make_response, render_template, request

from forms.sounds import HEAD, kind_of_sound
from server.access.allow import allow
from server.access.profiles import find_actors
from server.blobs import Stored
from server.errors import MissingParameter, NotFound, Problem, UnexpectedValue
from server.models import Project
from server.publishing import recordings
from server.publishing.recordings import FILES, LARGEST
from server.web import session
from server.web.files import send_blob
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.forms import project_by_reads
from server.web.pages.library import library_project
from server.web.pages.library_words import RECORDING_WORDS
from server.web.pages.sent import sent_id, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say

MOST_CHANGES: Final = 20  # told of one language
PER_SECOND: Final = {"zh": 4, "en": 13}  # characters that somebody says who reads slowly and clearly


class Sound(NamedTuple):
    """A file that is on disk, and its media type."""

    stored: Stored
    kind: str


@pages.get("/library/recordings/<language>")
def show_recording(language: str) -> Response:
    return make_response(render_template("library/recording.html", **facts_of(library_project(), language)))


@pages.get("/library/recordings/<language>/file")
def send_recording(language: str) -> Response:
    project = library_project()
    found = recordings.recording_now(session.db(), project, known(language))
    if found is None:
        raise NotFound()
    return send_blob(found.sha256, found.sha256, FILES[language], recordings.kind_of(session.db(), found))


@pages.post("/library/recordings/<language>")
def put_recording(language: str) -> Response:
    """The file is on disk before the session that writes begins."""
    allow(session.caller(), "form.update", project_by_reads())
    try:
        sound = sent_sound()
        project, words, was = library_project(), sent_text("words", 64, required=True), sent_text("was", 64)
        changed = recordings.put_recording(
            session.db(), project, known(language), *sound, words, was, require_person(), session.now()
        )
    except Problem as problem:
        return again(language, problem)
    if not changed:
        return say(page_of(language), _("This is the recording that is there already."))
    return told(project, language, _("Put in. Phones get it the next time they ask."))


@pages.post("/library/recordings/<language>/remove")
def remove_recording(language: str) -> Response:
    project, who, now = library_project(), require_person(), session.now()
    try:
        recordings.remove_recording(
            session.db(), project, known(language), sent_text("was", 64, required=True), who, now
        )
    except Problem as problem:
        return again(language, problem)
    return told(project, language, _("Taken out. Phones show no recording any more; the notice is read aloud."))


@pages.post("/library/recordings/<language>/undo")
def undo_recording(language: str) -> Response:
    project, who, now = library_project(), require_person(), session.now()
    try:
        recordings.undo_last(session.db(), project, known(language), sent_id("change"), who, now)
    except Problem as problem:
        return again(language, problem)
    return say(page_of(language), _("The recording is again as it was before."))


def known(language: str) -> str:
    """Raises NotFound."""
    if language not in FILES:
        raise NotFound()
    return language


def page_of(language: str) -> str:
    return f"/library/recordings/{language}"


def again(language: str, problem: Problem) -> Response:
    return show_again("library/recording.html", problem, lambda: facts_of(library_project(), language))


def told(project: Project, language: str, sentence: str) -> Response:
    last = recordings.changes_of(session.db(), project, language)[0]
    action = f"{page_of(language)}/undo?project={project.id}"
    return say(page_of(language), sentence, Undo(action, {"change": str(last.id)}))


def sent_sound() -> Sound:
    """Raises MissingParameter, UnexpectedValue for what is too large or no sound that phones play."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise MissingParameter(field="file")
    with file.stream as source:  # a large one lies on the disk while it is received
        content = source.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnexpectedValue(
            "The file is larger than 3 MB. Record it as MP3 or M4A, in mono: a minute is less than 1 MB then.",
            field="file",
        )
    kind = kind_of_sound(content[:HEAD])
    if kind is None:
        raise UnexpectedValue(
            "This is no MP3, M4A, WAV or OGG file. Save the recording as one of these and choose it again.",
            field="file",
        )
    return Sound(session.blobs().put(content), kind)


def facts_of(project: Project, language: str) -> dict[str, Any]:
    words = recordings.notice_in(session.db(), project, language)
    return {
        "project": project,
        "language": language,
        "tag": "zh-Hans" if language == "zh" else "en",
        "word": RECORDING_WORDS[language],
        "words": words,
        "words_hash": recordings.hash_of_words(words),
        "seconds": ceil(len(words) / PER_SECOND[language] / 10) * 10,
        **recordings.recording_state(session.db(), project, language),
        "history": history_of(project, language),
    }


def history_of(project: Project, language: str) -> list[dict[str, Any]]:
    changes = recordings.changes_of(session.db(), project, language)[:MOST_CHANGES]
    people = find_actors(session.db(), {one.actor_id for one in changes if one.actor_id})
    return [
        {
            "id": one.id,
            "at": one.logged_at,
            "by": people[one.actor_id].display_name if one.actor_id in people else "",
            "is_there": bool((one.details or {}).get("after")),
            "undoes": "undoes" in (one.details or {}),
            "is_last": number == 0,
        }
        for number, one in enumerate(changes)
    ]
