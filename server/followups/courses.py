"""One woman as her care team's pages show her: who she is, what happened, what she is cared for.

`village_codes` are those of server/followups/queries.py.
"""

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from server.errors import NotFound
from server.followups.queries import Officers, Reached, Whose
from server.models import CareEvent, ContraceptionEpisode, FollowUp, Form, FormVersion, Pregnancy, Woman
from server.registry.events import told_of_her, withdrawals_of
from server.registry.telling import Event


def get_woman(db: Session, project_id: int, village_codes: Reached, uuid: str) -> Woman:
    """Raises NotFound, also for a woman of another village or worker: whether she is known is not said."""
    query = select(Woman).where(Woman.project_id == project_id, Woman.uuid == uuid)
    if isinstance(village_codes, Officers):
        return get_woman(db, project_id, village_codes.others, uuid)
    if isinstance(village_codes, Whose):
        query = query.where(Woman.uuid.in_(village_codes.women))
    elif village_codes is not None:
        query = query.where(Woman.village_code.in_(village_codes))
    found = db.scalar(query)
    if found is None:
        raise NotFound()
    return found


def find_woman(db: Session, row: FollowUp) -> Woman | None:
    """The woman whom a follow-up is about; None for a household or a case. Raises NotFound when nothing is known of her."""
    return get_woman(db, row.project_id, None, row.subject) if row.subject_list == "women" else None


def list_care(db: Session, woman: Woman) -> tuple[list[Pregnancy], list[ContraceptionEpisode]]:
    """What she is cared for, for a clinician's eyes: pregnancies and methods, the newest first."""
    hers = {"project_id": woman.project_id, "woman_uuid": woman.uuid}
    pregnancies = select(Pregnancy).filter_by(**hers).order_by(Pregnancy.registered_on.desc(), Pregnancy.id.desc())
    methods = select(ContraceptionEpisode).filter_by(**hers).order_by(ContraceptionEpisode.id.desc())
    return list(db.scalars(pregnancies)), list(db.scalars(methods))


def list_events(db: Session, woman: Woman, limit: int) -> list[tuple[CareEvent, str]]:
    """Her newest events in the order of their days, each with its form's name."""
    query = (
        select(CareEvent, func.coalesce(FormVersion.name, CareEvent.form_id))
        .outerjoin(
            Form,
            and_(
                Form.project_id == CareEvent.project_id,
                Form.xml_form_id == CareEvent.form_id,
                Form.deleted_at.is_(None),
            ),
        )
        .outerjoin(FormVersion, FormVersion.id == Form.current_version_id)
        .where(told_of_her(woman.project_id, woman.uuid))
        .order_by(CareEvent.visit_date.desc(), CareEvent.received_at.desc(), CareEvent.submission_id.desc())
        .limit(limit)
    )
    return [(event, name) for event, name in db.execute(query)][::-1]


def taken_back(db: Session, woman: Woman) -> list[Event]:
    """What she took back at the office, on her word."""
    return withdrawals_of(db, woman.project_id, woman.uuid)


def name_of_form(db: Session, project_id: int, xml_form_id: str) -> str:
    """As its list on the phone writes it; the id of a form that is not out."""
    query = (
        select(FormVersion.name)
        .join(Form, Form.current_version_id == FormVersion.id)
        .where(Form.project_id == project_id, Form.xml_form_id == xml_form_id, Form.deleted_at.is_(None))
    )
    return db.scalar(query) or xml_form_id
