"""What a worker is called, by phones of before and of now; and what a record may do to her row."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.access.people import create_user
from server.access.roles import VILLAGE_WORKER
from server.db import Database
from server.models import Assignment, Audit, Project, Submission, Woman
from server.publishing.datasets import create_dataset
from server.registry.entities import Author
from server.registry.workers import as_written_now, name_of, person_named, worker_uuid
from server.registry.workers_list import keep_workers
from tests.conftest import MORNING
from tests.making import a_form, a_town
from tests.server.registry.caring import Care, a_uuid
from tests.server.registry.quizzing import QuizTown, a_quiz

NOBODY = str(uuid.UUID(int=7, version=4))


@pytest.fixture
def town(app: Flask, database: Database) -> QuizTown:
    return QuizTown(app, database)


def a_worker(db: Session, project: Project, name: str = "赵秀兰") -> int:
    actor_id = create_user(db, f"{uuid.uuid4().hex}@town.test", None, name, None, MORNING).actor_id
    db.add(Assignment(actor_id=actor_id, role_id=VILLAGE_WORKER, project_id=project.id))
    db.flush()
    return actor_id


def with_list(db: Session, project: Project) -> None:
    create_dataset(db, project, "workers", None, MORNING)
    keep_workers(db, project, Author(None, None, None, None, MORNING))


def choosing(worker: str, dataset: str = "women") -> EntityAct:
    return EntityAct(dataset, a_uuid(), True, False, None, None, None, "W-1", {"assigned_worker": worker})


def test_she_is_named_by_her_number_until_the_town_has_the_list_and_by_her_row_from_then_on(db: Session) -> None:
    project, plain = a_town(db), a_town(db, kind="plain")
    person = a_worker(db, project)
    assert name_of(db, project, person) == str(person)
    with_list(db, project)
    create_dataset(db, plain, "workers", None, MORNING)
    assert name_of(db, project, person) == worker_uuid(project.id, person)
    assert name_of(db, plain, person) == str(person), "a plain project's list of that name is its own"


def test_both_names_mean_the_person_and_what_is_nobodys_stays_as_it_is(db: Session) -> None:
    project, other = a_town(db), a_town(db)
    person, far = a_worker(db, project), a_worker(db, other)
    own = worker_uuid(project.id, person)
    for name in (str(person), own, f"uuid:{own}", own.upper()):
        assert person_named(db, project.id, name) == str(person)
    assert person_named(db, project.id, worker_uuid(project.id, far)) == str(far), "who works here no longer, too"
    for name in (None, "", NOBODY, worker_uuid(other.id, far), "worker-7"):
        assert person_named(db, project.id, name) == name


def test_nobody_is_looked_for_where_a_record_names_whom_it_named_before(
    db: Session, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    project = a_town(db)
    person, other = a_worker(db, project), a_worker(db, project)
    own = worker_uuid(project.id, person)
    with count_queries() as asked:
        assert person_named(db, project.id, own, str(person)) == str(person)
        assert person_named(db, project.id, NOBODY, NOBODY) == NOBODY
    assert asked == []
    for before in (str(other), "worker-7", NOBODY, "", None):
        assert person_named(db, project.id, own, before) == str(person), "she chose another"


def test_a_number_in_a_late_record_is_stored_as_the_row_where_there_is_one(db: Session) -> None:
    project = a_town(db)
    person = a_worker(db, project)
    assert as_written_now(db, project, choosing(str(person))).properties == {"assigned_worker": str(person)}
    with_list(db, project)
    key = worker_uuid(project.id, person)
    assert as_written_now(db, project, choosing(str(person))).properties == {"assigned_worker": key}
    assert as_written_now(db, project, choosing(key)).properties == {"assigned_worker": key}
    for act in (choosing("99999"), choosing("9" * 30), choosing("³"), choosing(str(person), "homes")):
        assert as_written_now(db, project, act) is act


def test_the_register_goes_by_the_person_whichever_name_a_record_gave(
    app: Flask, database: Database, project_id: int
) -> None:
    care = Care(app, database, project_id)
    with database.transaction() as db:
        project = db.get_one(Project, project_id)
        person = a_worker(db, project)
        with_list(db, project)
    old, new = a_uuid(), a_uuid()
    care.register(old, named_worker=str(person))
    care.register(new, named_worker=worker_uuid(project_id, person))
    assert {row.uuid: row.assigned_worker for row in care.rows(Woman)} == {old: str(person), new: str(person)}


def test_a_quiz_in_anothers_name_is_kept_and_changes_no_row(town: QuizTown) -> None:
    town.take(town.other, town.zhao, score="100", passed="1")

    assert (town.row(town.zhao).version, town.results(town.zhao)) == (1, {})
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Submission)) == 1
        (noted,) = db.scalars(select(Audit).where(Audit.action == "entity.error")).all()
    assert "into no other" in noted.details["errorMessage"]
    town.take(town.hers, town.zhao)
    assert town.results(town.zhao)["score"] == "55"


def test_a_phone_that_nobody_carries_writes_no_row(town: QuizTown) -> None:
    town.take(town.phone("A1"), town.zhao)
    assert town.results(town.zhao) == {}


def test_no_form_makes_a_worker(town: QuizTown) -> None:
    with town.database.transaction() as db:
        a_form(db, town.project_id, "maker", xml=a_quiz("maker", "create"))
    stranger = town.person("sun", "reviewer", "A1")
    town.keys[stranger] = worker_uuid(town.project_id, stranger)
    town.take(town.hers, stranger, "maker", "create")
    town.take(town.phone("A1", person=stranger), stranger, "maker", "create")

    with town.database.reading() as db:
        assert len(db.scalars(select(Audit).where(Audit.action == "entity.error")).all()) == 2
