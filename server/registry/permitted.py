"""What a form may do to entity lists is what it declares; a record that asks for more is refused (odk-contract.md 5.3.2).

Without this a phone could change any list of the project through any form that writes one.
"""

from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from forms.xform import read_xform
from server.db import ask
from server.errors import EntityActionForbidden
from server.models import Form, FormVersion, SubmissionVersion

_DECLARED: Final[dict[str, frozenset[tuple[str, str]]]] = {}
"""(list, action) pairs by the SHA-256 of a form's XML: it never changes, and reading it takes longer than the act."""

_FORM: Final = (
    select(FormVersion.sha256)
    .join(SubmissionVersion, SubmissionVersion.form_version_id == FormVersion.id)
    .where(SubmissionVersion.id == bindparam("record"))
)


def check_permitted(db: Session, submission_version_id: int, act: EntityAct) -> None:
    """Raises EntityActionForbidden (403.2) for a list or an action that the record's form version does not declare."""
    declared = declared_by(db, submission_version_id)
    for action in ("create", "update"):
        if getattr(act, action) and (act.dataset, action) not in declared:
            raise EntityActionForbidden(action=action)


def declared_by(db: Session, submission_version_id: int) -> frozenset[tuple[str, str]]:
    sha256: str = ask(db, _FORM, {"record": submission_version_id}).scalar_one()
    if sha256 not in _DECLARED:
        xml = ask(db, _FORM.with_only_columns(FormVersion.xml), {"record": submission_version_id}).scalar_one()
        _DECLARED[sha256] = read_declared(bytes(xml))
    return _DECLARED[sha256]


def versions_that_create(db: Session, project_id: int, name: str) -> list[int]:
    """Ids of the versions of a project's forms that declare that they create entities of a list. What went out of the trash
    declares nothing any more.
    """
    query = select(FormVersion.id, FormVersion.sha256).join(Form, Form.id == FormVersion.form_id)
    here = Form.project_id == project_id, Form.purged_at.is_(None)
    found = db.execute(query.where(*here, FormVersion.entity_related)).all()
    for version_id, sha256 in found:
        if sha256 not in _DECLARED:
            _DECLARED[sha256] = read_declared(bytes(db.scalars(select(FormVersion.xml).filter_by(id=version_id)).one()))
    return [version_id for version_id, sha256 in found if (name, "create") in _DECLARED[sha256]]


def read_declared(xml: bytes) -> frozenset[tuple[str, str]]:
    uses = read_xform(xml).datasets
    return frozenset(
        (use.name, action)
        for use in uses
        for action, asked in (("create", use.creates), ("update", use.updates))
        if asked
    )
