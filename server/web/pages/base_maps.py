"""What a town's map is drawn upon: its administrator chooses, and can take the last choice back."""

from typing import Any, BinaryIO, Final, cast

from flask import Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from geo.pmtiles import HEAD_BYTES, NotPmTiles, read_head
from server.access.allow import allow
from server.access.projects import get_project
from server.errors import Problem, UnexpectedValue
from server.models import MapBase, Project
from server.places import bases
from server.places.bases import BLANK, FILE, KINDS, SHIFTS, TIANDITU, TownFile, Wish
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.sent import ID, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say

PAGE: Final = f"/admin/projects/<{ID}:project_id>/map-base"
LARGEST_FILE: Final = 100_000_000
BASE_WORDS: Final = {
    BLANK: _l("Blank: the villages alone"),
    FILE: _l("The town's own map file"),
    TIANDITU: _l("Tianditu"),
}


@pages.get(PAGE)
def show_map_base(project_id: int) -> Response:
    allow(session.caller(), "config.set")
    project = get_project(session.db(), project_id)
    return make_response(render_template("project/map_base.html", **facts_of(project)))


def facts_of(project: Project) -> dict[str, Any]:
    chosen = bases.standing(session.db(), project.id)
    base = chosen[0] if chosen else None
    return {
        "project": project,
        "path": f"/admin/projects/{project.id}/map-base",
        "base": base,
        "word": BASE_WORDS[base.kind if base else BLANK],
        "kinds": [(kind, BASE_WORDS[kind]) for kind in KINDS],
        "kind": request.form.get("kind", base.kind if base else BLANK)[:20],
        "shift": request.form.get("shift", "")[:20],
        "before": BASE_WORDS[chosen[1].kind if len(chosen) > 1 else BLANK],
        "size_mb": size_of(base),
        "has_file": any(one.sha256 for one in chosen),
        "has_key": any(one.tk for one in chosen),
    }


def size_of(base: MapBase | None) -> float:
    """Megabytes of the file in use; 0 without one."""
    if base is None or base.sha256 is None or not session.blobs().has(base.sha256):
        return 0.0
    return session.blobs().size_of(base.sha256) / 1_000_000


@pages.post(PAGE)
def change_map_base(project_id: int) -> Response:
    """The file is on disk before anything may be written: a large one takes seconds, and SQLite has one writer."""
    allow(session.caller(), "config.set")
    path = f"/admin/projects/{project_id}/map-base"
    get_project(session.reading(), project_id)
    try:
        wish = sent_wish()
        bases.put_base(session.db(), project_id, wish, require_person(), session.now())
    except Problem as problem:
        session.db().rollback()
        project = get_project(session.db(), project_id)
        return show_again("project/map_base.html", problem, lambda: facts_of(project))
    return say(path, _("The map is drawn upon this from now on."), Undo(f"{path}/undo", {}))


@pages.post(f"{PAGE}/undo")
def undo_map_base(project_id: int) -> Response:
    allow(session.caller(), "config.set")
    project = get_project(session.db(), project_id)
    bases.undo_base(session.db(), project.id, require_person(), session.now())
    return say(f"/admin/projects/{project.id}/map-base", _("The map is drawn as before."))


def sent_wish() -> Wish:
    """Raises a Problem."""
    kind = sent_text("kind", 20, required=True)
    if kind not in KINDS:
        raise UnexpectedValue(field="kind", value=kind, reason="there is no such base")
    sent = request.files.get("file")
    if kind == FILE and sent is not None and sent.filename:
        return Wish(kind, read_file(cast(BinaryIO, sent.stream)))
    return Wish(kind, tk=sent_text("tk", 64) if kind == TIANDITU else "")


def read_file(source: BinaryIO) -> TownFile:
    """Stores what was sent, once its head was looked at. Raises a Problem; what was stored in vain is swept."""
    shift = sent_text("shift", 20, required=True)
    if shift not in SHIFTS:
        raise UnexpectedValue(field="shift", value=shift, reason="it is neither wgs84 nor gcj02")
    size = source.seek(0, 2)
    source.seek(0)
    start = source.read(HEAD_BYTES)
    source.seek(0)
    if size > LARGEST_FILE:
        raise UnexpectedValue(field="file", value="…", reason="it is larger than 100 MB")
    try:
        head = read_head(start, size)
    except NotPmTiles as error:
        raise refusal(error) from None
    return TownFile(session.blobs().put(source), head, shift)


def refusal(error: NotPmTiles) -> UnexpectedValue:
    if error.kind == "cut_pmtiles":
        return UnexpectedValue(field="file", value="…", reason="it is cut short; copy it once more")
    if error.kind == "packed_pmtiles":
        return UnexpectedValue(field="file", value="…", reason="it is packed in a way that browsers do not open")
    return UnexpectedValue(field="file", value="…", reason="it is no PMTiles file of version 3")
