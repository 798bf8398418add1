"""A care project with a woman at a household, and a form that chooses her: rows as the derivers would leave them."""

from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.intake.derive import read_again
from server.models import (
    CareEvent,
    ContraceptionEpisode,
    Household,
    Pregnancy,
    Project,
    Submission,
    SubmissionVersion,
    Woman,
)
from server.places.place import place_submission
from tests.conftest import MORNING
from tests.making import a_form, new_id

HER, HER_HOME = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
HER_PREGNANCY, HER_METHOD = "33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"
LISTS = ("women", "pregnancies", "contraception_episodes")
CHOICE = '<select1 ref="/data/{name}"><label>{name}</label><itemset nodeset="instance(\'{name}\')/root/item">'
CHOICE += '<value ref="name"/><label ref="label"/></itemset></select1>'
CARE_FORM = f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
<h:title>Care</h:title><model><instance><data id="care" version="1"><village_code/>
{"".join(f"<{name}/>" for name in LISTS)}<gps/><meta><instanceID/></meta></data></instance>
{"".join(f'<instance id="{name}" src="jr://file-csv/{name}.csv"/>' for name in LISTS)}
<bind nodeset="/data/village_code" type="string"/>
{"".join(f'<bind nodeset="/data/{name}" type="string"/>' for name in LISTS)}
<bind nodeset="/data/gps" type="geopoint"/><bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>
<input ref="/data/village_code"><label>Village</label></input>{"".join(CHOICE.format(name=name) for name in LISTS)}
<input ref="/data/gps"><label>Place</label></input></h:body></h:html>"""


def a_care_form(db: Session, project_id: int) -> Any:
    """The project becomes a care project; the form `care` chooses from its lists about women, and asks a point."""
    db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
    return a_form(db, project_id, "care", xml=CARE_FORM.encode())


def a_care_record(**answers: str) -> bytes:
    """Answers by name: village_code, women, pregnancies, contraception_episodes, gps."""
    names = ("village_code", *LISTS, "gps")
    said = "".join(f"<{name}>{answers.get(name, '')}</{name}>" for name in names)
    return f'<data id="care" version="1">{said}<meta><instanceID>{new_id()}</instanceID></meta></data>'.encode()


def a_woman(db: Session, project_id: int, village: str, household: str | None = None, **changes: Any) -> Woman:
    """She consents to everything for a year, whether or not she lives in a household that we know."""
    row = {
        "uuid": HER,
        "label": "W-0001 王*",
        "village_code": village,
        "household_uuid": household,
        "assigned_worker": None,
        "consent_service": True,
        "consent_until": date(2027, 3, 1),
        "consent_reminder": True,
        "consent_share_clinic": True,
        "consent_location": True,
        "consent_stats": True,
        "withdrawn_on": None,
    }
    woman = Woman(project_id=project_id, **row | changes)
    db.add(woman)
    db.flush()
    return woman


def a_household(db: Session, project_id: int, village: str, **changes: Any) -> Household:
    row = {"uuid": HER_HOME, "label": "A-12 三社", "village_code": village, "hamlet": "三社", "door_code": "A-12"}
    home = Household(project_id=project_id, consents=True, no_contact_before=None, last_visit_on=None, **row | changes)
    db.add(home)
    db.flush()
    return home


def her_episodes(db: Session, project_id: int) -> None:
    db.add(
        Pregnancy(
            project_id=project_id,
            uuid=HER_PREGNANCY,
            woman_uuid=HER,
            registered_on=date(2026, 3, 1),
            status="ongoing",
        )
    )
    db.add(
        ContraceptionEpisode(
            project_id=project_id, uuid=HER_METHOD, woman_uuid=HER, method="coc", wants_follow_up=False
        )
    )
    db.flush()


def make_health_record(db: Session, submission_id: int, woman: str | None = HER) -> None:
    """What intake and the derivers do to a record of a health form: marked, told of a woman, placed."""
    db.execute(
        update(Submission).where(Submission.id == submission_id).values(health=True, sealed=False, place_how=None)
    )
    version = db.scalars(
        select(SubmissionVersion).where(SubmissionVersion.submission_id == submission_id, SubmissionVersion.is_current)
    ).one()
    if woman:
        project_id = db.scalars(select(Submission.project_id).where(Submission.id == submission_id)).one()
        tell(db, project_id, submission_id, "women", woman, version_id=version.id)
    place_submission(db, read_again(db, version.id, MORNING))


def tell(
    db: Session,
    project_id: int,
    submission_id: int,
    subject_list: str,
    subject: str,
    visit_date: date = date(2026, 3, 2),
    data: str = "{}",
    version_id: int | None = None,
) -> None:
    """The care event of a record."""
    version_id = (
        version_id
        or db.scalars(
            select(SubmissionVersion.id).where(
                SubmissionVersion.submission_id == submission_id, SubmissionVersion.is_current
            )
        ).one()
    )
    db.query(CareEvent).where(CareEvent.submission_id == submission_id).delete()
    db.add(
        CareEvent(
            submission_id=submission_id,
            submission_version_id=version_id,
            project_id=project_id,
            event=f"uuid:event-{submission_id}",
            form_id="care",
            subject_list=subject_list,
            subject=subject,
            visit_date=visit_date,
            received_at=MORNING,
            data_json=data,
        )
    )
    db.flush()
