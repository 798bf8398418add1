"""What is worth knowing before a form goes out, as Central sorts it: the workbook's warnings and the workflow's.

Those about words are our own.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from forms.xform import compare_types
from server.errors import FieldTypeConflict, FormWarnings
from server.models import Form, FormVersion, Project
from server.publishing.definition import Definition
from server.publishing.rights import warn_of_words


def refuse_with_warnings(db: Session, project: Project, form: Form | None, definition: Definition) -> None:
    """Raises FormWarnings (400.16) when there is anything to say."""
    workflow = [{"type": one.type, "details": one.details, "message": one.message} for one in definition.xform.warnings]
    workflow += [*warn_of_words(project, definition), *workflow_warnings(db, project, form, definition)]
    if definition.warnings or workflow:
        raise FormWarnings(
            warnings={"xlsFormWarnings": list(definition.warnings) or None, "workflowWarnings": workflow or None}
        )


def workflow_warnings(db: Session, project: Project, form: Form | None, definition: Definition) -> list[dict[str, Any]]:
    if form is None:
        return deleted_form_warning(db, project, definition.xform.form_id)
    if form.current_version_id is None:
        return []
    old = schemas_of(db, [form.current_version_id])[0]
    gone = [one.path for one in old.fields if one.path not in definition.xform.schema.by_path]
    return [{"type": "structureChanged", "details": gone}] if gone else []


def deleted_form_warning(db: Session, project: Project, form_id: str) -> list[dict[str, Any]]:
    in_trash = Form.deleted_at.is_not(None) & Form.purged_at.is_(None)
    known = select(Form.id).where(Form.project_id == project.id, Form.xml_form_id == form_id, in_trash)
    if db.scalar(known.limit(1)) is None:
        return []
    return [{"type": "deletedFormExists", "details": {"xmlFormId": form_id}}]


def refuse_type_changes(db: Session, form: Form, schema: FormSchema) -> None:
    """Answers already stored must stay readable: a field may become text, nothing else. Raises FieldTypeConflict (400.17)."""
    published = db.scalars(
        select(FormVersion.id).where(FormVersion.form_id == form.id, FormVersion.published_at.is_not(None))
    )
    for old in schemas_of(db, list(published)):
        for conflict in compare_types(old, schema):
            raise FieldTypeConflict(path=conflict.path, type=conflict.old, old=conflict.old, new=conflict.new)


def schemas_of(db: Session, version_ids: Sequence[int]) -> list[FormSchema]:
    """Schemas as stored, each different text read once."""
    texts = db.scalars(select(FormVersion.schema_json).where(FormVersion.id.in_(version_ids)))
    return [FormSchema.from_json(orjson.loads(text)) for text in set(texts)]
