"""Plain or care: what a project's forms say to it. The rest of the switch is access/projects.py."""

from datetime import datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from server.access.projects import chooses_women, set_kind
from server.errors import ChoosesFurther
from server.followups.feedback_days import due_days_by
from server.followups.town_calendar import calendar_of
from server.models import Form, FormVersion, Project
from server.publishing.town_lists import offer_rows
from server.publishing.whom_it_chooses import chooses_more
from server.registry.feedback_past import take_over
from server.registry.telling import CHOSEN


def switch_kind(db: Session, project: Project, kind: str, by: int | None, now: datetime) -> None:
    """As set_kind. Raises ChoosesFurther where one of our own forms, changed by the town, chooses further women."""
    if kind == "care" and project.kind != "care" and (forms := choosing_further(db, project)):
        raise ChoosesFurther(field="kind", value=kind, forms=", ".join(forms))
    becomes_care = kind == "care" and project.kind != "care"
    set_kind(db, project, kind, by, now)
    if becomes_care:
        take_over(db, project, due_days_by(calendar_of(db, project.id)))
    offer_rows(db, project, now)


def choosing_further(db: Session, project: Project) -> list[str]:
    """Form ids, sorted. Of every version that was published, also of a form in the trash: its records are there, and come."""
    published = (
        select(Form.xml_form_id, FormVersion.schema_json)
        .join(FormVersion, FormVersion.form_id == Form.id)
        .where(Form.project_id == project.id, Form.xml_form_id.in_(CHOSEN), FormVersion.published_at.is_not(None))
    )
    return sorted(
        {form_id for form_id, schema in db.execute(published.where(chooses_women())) if more(form_id, schema)}
    )


def more(form_id: str, schema_json: str) -> bool:
    return any(chooses_more(form_id, FormSchema.from_json(orjson.loads(schema_json))))
