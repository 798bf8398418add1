"""Which forms write an entity list, read from what is published."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.xform import read_xform
from server.models import Dataset, Form, FormVersion


def source_forms(db: Session, dataset: Dataset) -> tuple[dict[str, str | None], dict[str, list[str]]]:
    """(xmlFormId to name of the forms whose published version writes the list, property to the xmlFormIds that fill it)."""
    rows = db.execute(
        select(Form.xml_form_id, FormVersion.name, FormVersion.xml)
        .join(FormVersion, FormVersion.id == Form.current_version_id)
        .where(Form.project_id == dataset.project_id, Form.deleted_at.is_(None), FormVersion.entity_related)
        .order_by(Form.xml_form_id)
    )
    sources: dict[str, str | None] = {}
    filled: dict[str, list[str]] = {}
    for form_id, name, xml in rows:
        for use in read_xform(bytes(xml)).datasets:
            if use.name != dataset.name:
                continue
            sources[form_id] = name
            for one in use.properties:
                filled.setdefault(one, []).append(form_id)
    return sources, filled
