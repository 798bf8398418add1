"""Projects: making, changing, taking away, and which of them a caller sees."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, literal, or_, select, text, true, update
from sqlalchemy.orm import Session

from server.access.allow import Scope, may, scope_of
from server.access.audit import record
from server.access.caller import Caller
from server.access.restricted import kept_unused
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.models import (
    ABOUT_WOMEN,
    BACK_CHECK,
    FEEDBACK,
    HEALTH_FORMS,
    HER_FILES,
    WORKERS,
    AppUser,
    CareEvent,
    Dataset,
    DeriveProblem,
    Entity,
    Form,
    FormVersion,
    MapCell,
    NamedWoman,
    Project,
    Seal,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    Village,
    Woman,
)
from server.models.facts import AnyProject

CHANGEABLE = ("name", "description", "archived", "keeps_photo_metadata")


@dataclass(frozen=True)
class Figures:
    """What is in a project, as its list shows it; the submission's date is cut to the caller's scope."""

    forms: int = 0
    app_users: int = 0
    datasets: int = 0
    last_submission: datetime | None = None
    last_entity: datetime | None = None


def get_project(db: Session, project_id: int) -> Project:
    """Raises NotFound, also for a deleted project."""
    project = db.get(Project, project_id)
    if project is None or project.deleted_at is not None:
        raise NotFound()
    return project


def list_visible(db: Session, caller: Caller) -> list[Project]:
    """The projects a caller may look into, by name; none for who has no right anywhere."""
    rows = db.scalars(
        select(Project).where(Project.deleted_at.is_(None), in_reach(caller)).order_by(Project.name, Project.id)
    )
    return [project for project in rows if may(caller, "project.read", project)]


def in_reach(caller: Caller) -> ColumnElement[bool]:
    if any(grant.project_id is None and grant.form_id is None for grant in caller.grants):
        return Project.id.is_not(None)
    return Project.id.in_({grant.project_id for grant in caller.grants if grant.project_id is not None})


def create_project(
    db: Session,
    name: str,
    description: str | None,
    by: int | None,
    now: datetime,
    kind: str = "plain",
    number: int | None = None,
) -> Project:
    """With the `number` that is asked for, where it is free. Raises MissingParameter for an empty name, UnexpectedValue for
    an unknown kind.
    """
    project = Project(name=checked_name(name), description=description, kind=checked_kind(kind), created_at=now)
    if number and db.get(Project, number) is None:
        project.id = number
    db.add(project)
    db.flush()
    if project.id == number:
        count_on_from_there(db)
    record(db, "project.create", actor_id=by, project_id=project.id, now=now, details={"data": {"kind": kind}})
    return project


def count_on_from_there(db: Session) -> None:
    """A number was not counted but given: PostgreSQL counts on behind the highest, as SQLite does by itself."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("SELECT setval(pg_get_serial_sequence('project', 'id'), (SELECT max(id) FROM project))"))


def checked_name(name: str) -> str:
    if not name.strip():
        raise MissingParameter(field="name")
    return name.strip()


def checked_kind(kind: str) -> str:
    if kind not in ("plain", "care"):
        raise UnexpectedValue(field="kind", value=kind, reason="it is plain or care")
    return kind


def update_project(db: Session, project: Project, changes: dict[str, Any], by: int | None, now: datetime) -> None:
    """Changes name, description, archived or what photos tell; whatever else `changes` holds is not looked at.

    Raises MissingParameter for an empty name, UnexpectedValue where photos are to tell places in a care project.
    """
    known = {field: changes[field] for field in CHANGEABLE if field in changes}
    if "name" in known:
        known["name"] = checked_name(known["name"])
    if project.kind == "care" and known.get("keeps_photo_metadata"):
        raise UnexpectedValue(field="photoMetadata", value="true", reason="in a care project no photo tells a place")
    for field, value in known.items():
        setattr(project, field, value)
    project.updated_at = now
    db.flush()
    record(db, "project.update", actor_id=by, project_id=project.id, now=now, details={"data": sorted(known)})


def set_kind(db: Session, project: Project, kind: str, by: int | None, now: datetime) -> None:
    """Makes a project plain or a care project, whatever its forms ask: publishing/kinds.py looks at those first.

    A care project that holds records stays one: what people told in it, they told under its rules, administrators without
    content, cadres with their villages only. Raises UnexpectedValue.
    """
    if checked_kind(kind) == project.kind:
        return
    if kind == "plain" and holds_records(db, project):
        raise UnexpectedValue(field="kind", value=kind, reason="the care project holds records, which keep its rules")
    project.kind = kind
    project.updated_at = now
    db.flush()
    if kind == "care":
        project.keeps_photo_metadata = False
        seal_from_before(db, project, now)
    record(db, "project.update", actor_id=by, project_id=project.id, now=now, details={"data": {"kind": kind}})


def ask_second_factor(db: Session, project: Project, asks: bool, by: int, now: datetime) -> None:
    """Whether who has a role in the project reaches it with more than a password only. Holds for the next request."""
    if project.asks_second_factor == asks:
        return
    project.asks_second_factor = asks
    project.updated_at = now
    db.flush()
    details = {"data": {"asksSecondFactor": asks}}
    record(db, "project.update", actor_id=by, project_id=project.id, now=now, details=details)


def seal_from_before(db: Session, project: Project, now: datetime) -> None:
    """Health records that came while the project was plain: sealed, and put before the job that looks at the unread.

    Also those of forms of the town's own that choose from the lists about women.
    """
    is_health = Form.xml_form_id.in_(HEALTH_FORMS)
    found = (
        select(Submission.id, is_health.label("health"))
        .join(Form, Form.id == Submission.form_id)
        .where(Submission.project_id == project.id, ~Submission.draft, ~Submission.sealed)
        .where(or_(is_health, may_be_hers()))
    )
    for submission_id, health in db.execute(found).all():
        shut = {"sealed": True} | ({"health": True} if health else {})  # one that names nobody is opened again
        db.execute(update(Submission).where(Submission.id == submission_id).values(**shut))
        db.add(Seal(submission_id=submission_id, project_id=project.id, reason="unread", sealed_at=now))
        current = (SubmissionVersion.submission_id == submission_id) & SubmissionVersion.is_current
        version_id = db.scalars(select(SubmissionVersion.id).where(current)).one()
        failed = (DeriveProblem.submission_version_id == version_id) & (DeriveProblem.deriver == "consent")
        db.execute(delete(DeriveProblem).where(failed))
        problem = {"submission_version_id": version_id, "deriver": "consent", "error": "", "tries": 0}
        db.add(DeriveProblem(**problem, look_at=now, created_at=now))
    db.flush()


def may_be_hers() -> ColumnElement[bool]:
    """Forms that may be about a woman: they choose from the lists about women, or check a record that may be hers."""
    choosing = Form.id.in_(choosing_forms()) & (Form.xml_form_id != "household_visit")
    return or_(choosing, Form.xml_form_id == BACK_CHECK)


def choosing_forms() -> Select[int]:
    """The ids of forms that in some version choose from the lists about women."""
    return select(FormVersion.form_id).where(chooses_women())


def chooses_women() -> ColumnElement[bool]:
    """Versions that choose from those lists, as a condition on FormVersion."""
    return or_(*(FormVersion.schema_json.contains(f'"{one}"', autoescape=True) for one in HER_FILES))


def holds_records(db: Session, project: Project) -> bool:
    """Whether people told anything in it: records, or rows of its lists that the server did not make itself."""
    listed = select(Entity.id).join(Dataset, Dataset.id == Entity.dataset_id).where(Dataset.project_id == project.id)
    listed = listed.where(Dataset.name != WORKERS)
    sent = select(Submission.id).where(Submission.project_id == project.id)
    return any(db.scalar(query.limit(1)) is not None for query in (sent, listed))


def delete_project(db: Session, project: Project, by: int | None, now: datetime) -> None:
    """The project is no longer found by anybody, nor are its forms; the rows stay."""
    project.deleted_at = now
    db.flush()
    record(db, "project.delete", actor_id=by, project_id=project.id, now=now)


def count_in_projects(db: Session, caller: Caller, projects: Sequence[Project]) -> dict[int, Figures]:
    """Figures by project id, with as many queries for a hundred projects as for one."""
    ids = [project.id for project in projects]
    forms = count_by(db, Form.project_id, Form.id, Form.project_id.in_(ids) & Form.deleted_at.is_(None))
    phones = count_by(
        db, AppUser.project_id, AppUser.actor_id, AppUser.project_id.in_(ids) & AppUser.revoked_at.is_(None)
    )
    lists = count_by(db, Dataset.project_id, Dataset.id, Dataset.project_id.in_(ids) & Dataset.deleted_at.is_(None))
    # A moment is one record's, or one woman's: it is for those who may read the record.
    sent = latest_submissions(db, [scope_of(caller, one) for one in projects if reads(caller, "submission.list", one)])
    entities = latest_entities(db, [one.id for one in projects if one.kind != "care"])
    return {
        id_: Figures(forms.get(id_, 0), phones.get(id_, 0), lists.get(id_, 0), sent.get(id_), entities.get(id_))
        for id_ in ids
    }


def reads(caller: Caller, verb: str, project: AnyProject) -> bool:
    return project.kind != "care" or may(caller, verb, project)


def count_by(db: Session, key: Any, counted: Any, where: ColumnElement[bool]) -> dict[int, int]:
    rows = db.execute(select(key, func.count(counted)).where(where).group_by(key))
    return dict(rows.all())


def latest_submissions(db: Session, scopes: Sequence[Scope]) -> dict[int, datetime]:
    if not scopes:
        return {}
    rows = db.execute(
        select(Submission.project_id, func.max(Submission.created_at))
        .where(Submission.draft.is_(False), Submission.deleted_at.is_(None), or_(*map(submissions_within, scopes)))
        .group_by(Submission.project_id)
    )
    return dict(rows.all())


def submissions_within(
    scope: Scope, where: type[Submission] | type[SubmissionGeometry] = Submission
) -> ColumnElement[bool]:
    """The records a scope reaches, as a condition on Submission: the one that every list, count and look is built on.

    Sealed records are within nobody's, health records only within a clinician's: those that she shares with the clinic,
    while her consent lasts, and whose use she did not restrict. Where a record names several, all that holds of each.
    What a worker answered in a quiz is within a trainer's, how far a benefit has come within a benefit officer's. Feedback is no
    record in a care project; what is left of one from before is within nobody's, but for trials of its draft, which are
    nobody's word.
    `where` is the table whose project and village are looked at: a query that starts at the points' own index joins
    Submission to them.
    """
    within = (where.project_id == scope.project_id) & Submission.sealed.is_(False)
    within &= is_of_forms(scope)
    if scope.person is not None:
        within &= Submission.form_id.not_in(ids_of_forms(scope, {BACK_CHECK})) | ~checks_work_of(scope)
    if not scope.health:
        within &= Submission.health.is_(False)
    elif scope.shared_only:
        within &= Submission.health.is_(False) | (~kept_from_the_clinic(scope.today) & ~kept_unused())
    if scope.everything:
        return within
    within &= where.village_id.in_(scope.village_ids)
    return within & (Submission.health.is_(False) | ~names_women_elsewhere(scope)) if scope.shared_only else within


def cells_within(scope: Scope) -> ColumnElement[bool]:
    """The same of map cells, which count drawn records alone: none that are trials, sealed, deleted or about health. Of
    back-checks it knows only the form: who may not read some counts them singly (places/cells.py).
    """
    within = MapCell.project_id == scope.project_id
    if scope.only is not None:
        within &= MapCell.form_id.in_(ids_of_forms(scope, scope.only - scope.withheld))
    elif scope.withheld:
        within &= MapCell.form_id.not_in(ids_of_forms(scope, scope.withheld))
    # As a sum, or PostgreSQL would look each village up in each column of cells, and think it cheaper to read the whole table.
    return within if scope.everything else within & (MapCell.village_id + 0).in_(scope.village_ids)


def is_of_forms(scope: Scope) -> ColumnElement[bool]:
    """Records of the forms that a scope reads, and trials of the draft of F9."""
    if scope.only is not None:
        return Submission.form_id.in_(ids_of_forms(scope, scope.only - scope.withheld))
    if not scope.withheld:
        return true()
    is_trial = Submission.draft & Submission.form_id.in_(ids_of_forms(scope, {FEEDBACK}))
    return Submission.form_id.not_in(ids_of_forms(scope, scope.withheld)) | is_trial


def ids_of_forms(scope: Scope, form_ids: Collection[str]) -> Select[int]:
    return select(Form.id).where(Form.project_id == scope.project_id, Form.xml_form_id.in_(sorted(form_ids)))


def checks_work_of(scope: Scope) -> ColumnElement[bool]:
    """Back-checks (F11) of visits of the person's own, also of the phones that she carries: what was said there of the
    visit is not hers to read."""
    forms = select(Form.id).where(Form.project_id == scope.project_id, Form.xml_form_id != BACK_CHECK)
    phones = select(AppUser.actor_id).where(AppUser.project_id == scope.project_id, AppUser.person_id == scope.person)
    return (
        exists()
        .where(
            CareEvent.submission_id == Submission.id,
            SubmissionVersion.form_id.in_(forms),
            ~SubmissionVersion.draft,
            SubmissionVersion.instance_id == literal("uuid:") + CareEvent.episode,
            or_(SubmissionVersion.submitter_id == scope.person, SubmissionVersion.submitter_id.in_(phones)),
        )
        .correlate(Submission)
    )


def names_women_elsewhere(scope: Scope) -> ColumnElement[bool]:
    """Records that name, beside her by whom they are placed, a woman of a village that the scope does not reach."""
    there = (Village.project_id == Woman.project_id) & (Village.code == Woman.village_code)
    here = select(Woman.uuid).join(Village, there).where(Village.id.in_(scope.village_ids))
    is_here = here.where(Woman.project_id == NamedWoman.project_id, Woman.uuid == NamedWoman.woman_uuid)
    of_others = exists().where(NamedWoman.submission_id == Submission.id, ~is_here.correlate(NamedWoman).exists())
    return of_others.correlate(Submission)


def kept_from_the_clinic(today: date | None) -> ColumnElement[bool]:
    """Records of a woman who, as her consent stands that day, does not share them with the clinic, or that also name her."""
    over: ColumnElement[bool] = Woman.consent_share_clinic.is_(False)
    if today is not None:
        over = or_(over, Woman.consent_until < today)
    hers = (Woman.project_id == CareEvent.project_id) & (Woman.uuid == CareEvent.subject)
    told = CareEvent.submission_id == Submission.id, CareEvent.subject_list.in_(ABOUT_WOMEN), hers
    named = (Woman.project_id == NamedWoman.project_id) & (Woman.uuid == NamedWoman.woman_uuid)
    beside = NamedWoman.submission_id == Submission.id, named
    return or_(*(exists().where(*one, over).correlate(Submission) for one in (told, beside)))


def latest_entities(db: Session, project_ids: Sequence[int]) -> dict[int, datetime]:
    rows = db.execute(
        select(Dataset.project_id, func.max(Entity.created_at))
        .join(Entity, Entity.dataset_id == Dataset.id)
        .where(Dataset.project_id.in_(project_ids), Entity.deleted_at.is_(None))
        .group_by(Dataset.project_id)
    )
    return dict(rows.all())
