"""What phones ask of forms at every sync, by one question each: the open forms of a project, a form and what it shows, its text.

Read as facts, not as rows of the session. Nothing of it is remembered but a version's text, which never changes.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from server.errors import NotFound
from server.models import FormAttachment, table_of
from server.models.facts import AnyVersion, FormFacts, ProjectFacts, VersionFacts
from server.publishing.versions import FORM, PROJECT, PROJECT_AND_FORM, VERSION

ATTACHMENT = table_of(FormAttachment)
TEXTS_KEPT: Final = 4_000_000  # bytes, of all forms together
LONGEST_KEPT: Final = 1_000_000


class Shown(NamedTuple):
    """A form of a project in a version, without its text; `needs_files`: whether it names any that go with it."""

    project: ProjectFacts
    form: FormFacts
    version: VersionFacts
    needs_files: bool


# Built once, as all that phones ask at every sync.
FACTS = (
    *PROJECT_AND_FORM,
    VERSION.c.id.label("version_id"),
    VERSION.c.form_id.label("form_of_version"),
    VERSION.c.version,
    VERSION.c.name,
    VERSION.c.md5,
    VERSION.c.sha256,
    VERSION.c.published_at,
    exists().where(ATTACHMENT.c.form_version_id == VERSION.c.id).label("needs_files"),
)
THERE = PROJECT.c.id == bindparam("project_id"), PROJECT.c.deleted_at.is_(None)
OPEN = and_(FORM.c.project_id == PROJECT.c.id, FORM.c.deleted_at.is_(None), FORM.c.state == "open")
LISTED = (
    select(*FACTS)
    .select_from(PROJECT.outerjoin(FORM.join(VERSION, VERSION.c.id == FORM.c.current_version_id), OPEN))
    .where(*THERE)
    .order_by(VERSION.c.name, FORM.c.xml_form_id)
)
SHOWN = (
    select(*FACTS)
    .join_from(PROJECT, FORM, FORM.c.project_id == PROJECT.c.id)
    .join(VERSION, VERSION.c.id == func.coalesce(FORM.c.current_version_id, FORM.c.draft_version_id))
    .where(*THERE, FORM.c.xml_form_id == bindparam("xml_form_id"), FORM.c.deleted_at.is_(None))
)
TEXT = select(VERSION.c.xml).where(VERSION.c.id == bindparam("id"))


def list_open(db: Session, project_id: int) -> tuple[ProjectFacts, list[Shown]]:
    """A project and its open forms that have a published version, by name. Raises NotFound, also for a deleted project."""
    rows = db.connection().execute(LISTED, {"project_id": project_id}).all()
    if not rows:
        raise NotFound()
    return ProjectFacts(*rows[0][:2]), [shown_of(row) for row in rows if row.form_id is not None]


def find_shown(db: Session, project_id: int, xml_form_id: str) -> Shown | None:
    """What a form is when nobody says which version: published, else draft."""
    row = db.connection().execute(SHOWN, {"project_id": project_id, "xml_form_id": xml_form_id}).first()
    return shown_of(row) if row else None


def get_published(db: Session, project_id: int, xml_form_id: str) -> Shown:
    """The version that phones get. Raises NotFound when nothing is published."""
    found = find_shown(db, project_id, xml_form_id)
    if found is None:
        raise NotFound("The form {form} is not in this project.", form=xml_form_id)
    if found.version.published_at is None:
        raise NotFound()
    return found


def shown_of(row: Sequence[Any]) -> Shown:
    return Shown(ProjectFacts(*row[:2]), FormFacts(*row[2:5]), VersionFacts(*row[5:12]), bool(row[12]))


class TextMemory:
    """Texts of form versions by id and hash: whoever asks for one was found to be allowed to at that very request."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str], bytes] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, db: Session, version: AnyVersion) -> bytes:
        """Raises NotFound for a version whose form was purged meanwhile."""
        key = (version.id, version.sha256)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        text = db.connection().scalar(TEXT, {"id": version.id})
        if text is None:
            raise NotFound()
        self._keep(key, bytes(text))
        return bytes(text)

    def _keep(self, key: tuple[int, str], text: bytes) -> None:
        if len(text) > LONGEST_KEPT:
            return
        with self._lock:
            if key not in self._known:
                self._known[key] = text
                self._size += len(text)
            while self._size > TEXTS_KEPT:
                self._size -= len(self._known.popitem(last=False)[1])


TEXTS = TextMemory()
