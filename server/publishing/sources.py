"""Which forms write an entity list and which read it, by what is published and by what is being tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.xform import read_xform
from server.models import Dataset, DatasetProperty, Form, FormAttachment, FormVersion


class FormOfList(NamedTuple):
    """A form by its xmlFormId and its name, which is the id where it has none. `repeat_path` is that of the repeat, /a/b,
    whose entries it writes.
    """

    form_id: str
    name: str
    repeat_path: str | None = None


@dataclass(frozen=True)
class FormsOfList:
    """The forms that write a list, and those that carry it as a file; `filled` are the published writers by property."""

    sources: Sequence[FormOfList]
    linked: Sequence[FormOfList]
    draft_sources: Sequence[FormOfList]
    draft_linked: Sequence[FormOfList]
    filled: Mapping[str, Sequence[FormOfList]]

    def __bool__(self) -> bool:
        """Whether any form hangs on the list."""
        return bool(self.sources or self.linked or self.draft_sources or self.draft_linked)


def forms_of_list(db: Session, dataset: Dataset) -> FormsOfList:
    sources, filled = sources_of(db, dataset, draft=False)
    draft_sources, _ = sources_of(db, dataset, draft=True)
    linked, draft_linked = (linked_forms(db, dataset, draft) for draft in (False, True))
    return FormsOfList(sources, linked, draft_sources, draft_linked, filled)


def sources_of(db: Session, dataset: Dataset, draft: bool) -> tuple[list[FormOfList], dict[str, list[FormOfList]]]:
    shown = Form.draft_version_id if draft else Form.current_version_id
    rows = db.execute(
        select(Form.xml_form_id, FormVersion.name, FormVersion.xml)
        .join(FormVersion, FormVersion.id == shown)
        .where(Form.project_id == dataset.project_id, Form.deleted_at.is_(None), FormVersion.entity_related)
        .order_by(Form.xml_form_id)
    )
    sources: list[FormOfList] = []
    filled: dict[str, list[FormOfList]] = {}
    for form_id, name, xml in rows:
        uses = [use for use in read_xform(bytes(xml)).datasets if use.name == dataset.name]
        sources += [FormOfList(form_id, name or form_id, use.repeat_path) for use in uses[:1]]
        for one in dict.fromkeys(one for use in uses for one in use.properties):
            filled.setdefault(one, []).append(FormOfList(form_id, name or form_id))
    return sources, filled


def linked_forms(db: Session, dataset: Dataset, draft: bool) -> list[FormOfList]:
    shown = Form.draft_version_id if draft else Form.current_version_id
    rows = db.execute(
        select(Form.xml_form_id, FormVersion.name)
        .join(FormVersion, FormVersion.id == shown)
        .join(FormAttachment, FormAttachment.form_version_id == FormVersion.id)
        .where(FormAttachment.dataset_id == dataset.id, Form.deleted_at.is_(None))
        .order_by(Form.xml_form_id)
    )
    return [FormOfList(form_id, name or form_id) for form_id, name in rows]


def lacks_list(db: Session, form: Form) -> bool:
    """Whether what is published or tried of a form carries a list that was deleted, or what is published writes one, or a
    property that was deleted.
    """
    carried = select(FormAttachment.id).join(Dataset, Dataset.id == FormAttachment.dataset_id)
    shown = FormAttachment.form_version_id.in_((form.current_version_id, form.draft_version_id))
    if db.scalar(carried.where(shown, Dataset.deleted_at.is_not(None)).limit(1)) is not None:
        return True
    published = db.get(FormVersion, form.current_version_id) if form.current_version_id else None
    if published is None or not published.entity_related:
        return False
    uses = read_xform(bytes(published.xml)).datasets
    here = Dataset.project_id == form.project_id, Dataset.name.in_({use.name for use in uses})
    written = select(Dataset.name, DatasetProperty.name)
    rows = db.execute(written.outerjoin(DatasetProperty, DatasetProperty.dataset_id == Dataset.id).where(*here)).all()
    lists, properties = {name for name, _ in rows}, {(name, its) for name, its in rows}
    return any(
        use.name not in lists or any((use.name, one) not in properties for one in use.properties) for use in uses
    )
