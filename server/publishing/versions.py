"""Which version of a form is meant, and what it asks. Read on every submission, so what cannot change is remembered."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from forms.schema import FormSchema
from server.access.tokens import hash_token
from server.db import ask
from server.errors import FormVersionNotFound, NotFound
from server.models import Form, FormVersion, Project, table_of
from server.models.facts import AnyForm, AnyProject, FormFacts, ProjectFacts

SCHEMAS_KEPT = 200


@dataclass(frozen=True)
class Asked:
    """A form version that a submission answers."""

    project: AnyProject
    form: AnyForm
    form_version_id: int
    schema: FormSchema
    entity_related: bool
    draft: bool = False


class SchemaMemory:
    """Schemas of form versions by id: a version's bytes never change, so neither does what was read from them."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str], FormSchema] = OrderedDict()
        self._lock = Lock()

    def get(self, db: Session, version_id: int, sha256: str) -> FormSchema:
        key = (version_id, sha256)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        text = db.scalar(select(FormVersion.schema_json).where(FormVersion.id == version_id))
        if text is None:
            raise NotFound()
        schema = FormSchema.from_json(orjson.loads(text))
        with self._lock:
            self._known[key] = schema
            while len(self._known) > SCHEMAS_KEPT:
                self._known.popitem(last=False)
        return schema


SCHEMAS = SchemaMemory()


# Built once, as all that phones ask at every sync.
FOUND = (
    select(Project, Form)
    .join(Form, Form.project_id == Project.id)
    .where(
        Project.id == bindparam("project_id"),
        Project.deleted_at.is_(None),
        Form.xml_form_id == bindparam("xml_form_id"),
        Form.deleted_at.is_(None),
    )
)
CURRENT = (
    FOUND.add_columns(FormVersion)
    .outerjoin(FormVersion, FormVersion.id == Form.current_version_id)
    .options(defer(FormVersion.xml), defer(FormVersion.schema_json))
)


def find_form(db: Session, project_id: int, xml_form_id: str) -> tuple[Project, Form] | None:
    """A form and its project, neither of them deleted."""
    row = db.execute(FOUND, {"project_id": project_id, "xml_form_id": xml_form_id}).first()
    return (row[0], row[1]) if row else None


def get_form(db: Session, project_id: int, xml_form_id: str) -> tuple[Project, Form]:
    """Raises NotFound."""
    found = find_form(db, project_id, xml_form_id)
    if found is None:
        raise NotFound("The form {form} is not in this project.", form=xml_form_id)
    return found


# Built once: it runs for every record. The form's state is read anew each time, for it may have been closed. Facts, not rows.
PROJECT, FORM, VERSION = map(table_of, (Project, Form, FormVersion))
PROJECT_AND_FORM = (PROJECT.c.id, PROJECT.c.kind, FORM.c.id.label("form_id"), FORM.c.xml_form_id, FORM.c.state)
"""The columns of ProjectFacts, then those of FormFacts."""
ASKED = (
    select(
        *PROJECT_AND_FORM,
        VERSION.c.id.label("version_id"),
        VERSION.c.sha256,
        VERSION.c.entity_related,
    )
    .select_from(PROJECT.join(FORM, FORM.c.project_id == PROJECT.c.id))
    .outerjoin(
        VERSION,
        (VERSION.c.form_id == FORM.c.id)
        & (VERSION.c.version == bindparam("version"))
        & VERSION.c.published_at.is_not(None),
    )
    .where(
        PROJECT.c.id == bindparam("project_id"),
        PROJECT.c.deleted_at.is_(None),
        FORM.c.xml_form_id == bindparam("xml_form_id"),
        FORM.c.deleted_at.is_(None),
    )
)


def get_version(db: Session, project_id: int, xml_form_id: str, version: str) -> Asked:
    """The published version that a submission names. Raises NotFound (404.1) or FormVersionNotFound (404.6).

    Old versions stay: phones may hold their records for months.
    """
    wanted = {"project_id": project_id, "xml_form_id": xml_form_id, "version": version}
    row = ask(db, ASKED, wanted).first()
    if row is None:
        raise NotFound("The form {form} is not in this project.", form=xml_form_id)
    *facts, version_id, sha256, entity_related = row
    if version_id is None:
        raise FormVersionNotFound(form=xml_form_id, version=version)
    project, form = ProjectFacts(*facts[:2]), FormFacts(*facts[2:])
    return Asked(project, form, version_id, SCHEMAS.get(db, version_id, sha256), entity_related)


def get_current(db: Session, project_id: int, xml_form_id: str) -> tuple[Project, Form, FormVersion]:
    """The version that phones get; what it is made of is read when asked for. Raises NotFound when nothing is published."""
    row = db.execute(CURRENT, {"project_id": project_id, "xml_form_id": xml_form_id}).first()
    if row is None:
        raise NotFound("The form {form} is not in this project.", form=xml_form_id)
    project, form, version = row
    if version is None:
        raise NotFound()
    return project, form, version


def get_draft_by_token(db: Session, project_id: int, xml_form_id: str, token: str) -> tuple[Project, Form, FormVersion]:
    """The draft behind a test address. Raises NotFound for a token that is wrong or over."""
    found = find_form(db, project_id, xml_form_id)
    if found is None or found[1].draft_token_hash != hash_token(token) or found[1].draft_version_id is None:
        raise NotFound("This draft no longer exists; ask for a new test code.")
    version = db.get(FormVersion, found[1].draft_version_id)
    assert version is not None, "a draft's row stays while the form points at it"
    return found[0], found[1], version


def asked_of(db: Session, project: Project, form: Form, version: FormVersion, draft: bool) -> Asked:
    return Asked(
        project, form, version.id, SCHEMAS.get(db, version.id, version.sha256), version.entity_related, draft=draft
    )
