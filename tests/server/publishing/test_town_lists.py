"""The town's own lists beside our forms: villages, clinics, workers."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.phones import create_app_user
from server.access.roles import CLINICIAN, REVIEWER, VILLAGE_WORKER
from server.blobs import BlobStore, remember
from server.followups.phone_lists import MADE_LISTS
from server.models import (
    Actor,
    AppUser,
    Assignment,
    Dataset,
    Entity,
    Form,
    FormAttachment,
    FormVersion,
    Project,
    User,
    Village,
)
from server.publishing.datasets import create_dataset
from server.publishing.library import publish_library
from server.publishing.list_kinds import DESTINATIONS
from server.publishing.recordings import FILES
from server.publishing.town_lists import NO_CLINICS, refresh_lists, refresh_workers
from server.registry.workers import name_of, worker_uuid
from tests.conftest import MORNING

KEY = bytes(32)
LATER = MORNING + timedelta(days=1)


@pytest.fixture
def town(db: Session, store: BlobStore, town: Project) -> Project:
    """With a village and all our forms."""
    db.add(Village(project_id=town.id, code="01", name="河口村", created_at=MORNING))
    publish_library(db, store, town, None, MORNING, KEY)
    return town


def slots(db: Session, project: Project, name: str) -> list[FormAttachment]:
    query = select(FormAttachment).join(FormVersion, FormVersion.id == FormAttachment.form_version_id)
    ours = query.join(Form, Form.id == FormVersion.form_id).where(Form.project_id == project.id)
    return list(db.scalars(ours.where(FormAttachment.name == name).order_by(FormAttachment.id)))


def read_list(db: Session, store: BlobStore, project: Project, name: str) -> list[list[str]]:
    """The rows of a list, which is the same beside every form."""
    (sha256,) = {one.blob_sha256 for one in slots(db, project, name)}
    assert sha256 is not None
    return list(csv.reader(io.StringIO(store.read(sha256).decode())))


def workers_in(db: Session, project: Project) -> dict[str, str]:
    """The rows of the town's entity list that phones get: names by uuid."""
    query = select(Entity).join(Dataset, Dataset.id == Entity.dataset_id)
    here = query.where(Dataset.project_id == project.id, Dataset.name == "workers", Entity.deleted_at.is_(None))
    return {row.uuid: row.label for row in db.scalars(here)}


def from_before(db: Session, project: Project) -> None:
    """Makes it a town that has no form yet which writes the list of workers."""
    db.scalars(select(Dataset).where(Dataset.name == "workers")).one().name = "another"
    for slot in slots(db, project, "workers.csv"):
        slot.dataset_id = None
    db.flush()


def person(db: Session, project: Project, name: str, role: int | None = None) -> int:
    actor = Actor(type="user", display_name=name, created_at=MORNING)
    db.add(actor)
    db.flush()
    db.add(User(actor_id=actor.id, email=f"{actor.id}@town.test"))
    if role is not None:
        db.add(Assignment(actor_id=actor.id, role_id=role, project_id=project.id))
    db.flush()
    return actor.id


def upload_clinics(db: Session, store: BlobStore, slot: FormAttachment, content: bytes) -> None:
    stored = store.put(content)
    remember(db, stored, "text/csv", LATER)
    slot.blob_sha256, slot.updated_at = stored.sha256, LATER
    db.flush()


def test_every_list_and_picture_that_a_form_of_ours_names_is_there(db: Session, town: Project) -> None:
    made_for_each_phone = {f"{name}.csv" for name in MADE_LISTS}
    named = db.scalars(
        select(FormAttachment).where(FormAttachment.name.not_in({*made_for_each_phone, *FILES.values()}))
    )

    assert [one.name for one in named if one.blob_sha256 is None and one.dataset_id is None] == []


def test_lists_that_a_later_form_makes_are_linked_to_an_earlier_one(db: Session, town: Project) -> None:
    women = db.scalars(select(Dataset).where(Dataset.name == "women")).one()

    assert {one.dataset_id for one in slots(db, town, "women.csv")} == {women.id}


def test_the_villages_are_beside_every_form_that_asks_for_one(db: Session, store: BlobStore, town: Project) -> None:
    assert read_list(db, store, town, "villages.csv") == [["name", "label"], ["01", "河口村"]]
    assert len(slots(db, town, "villages.csv")) >= 2


def test_workers_are_who_has_a_care_role_or_carries_a_phone(db: Session, store: BlobStore, town: Project) -> None:
    worker = person(db, town, "赵秀兰", VILLAGE_WORKER)
    doctor = person(db, town, "何医生", CLINICIAN)
    carrier = person(db, town, "孙小满", REVIEWER)
    person(db, town, "审核员", REVIEWER)
    person(db, town, "路人")
    phone = db.get(AppUser, create_app_user(db, KEY, town.id, "手机", None, MORNING).actor.id)
    assert phone is not None
    phone.person_id = carrier
    refresh_workers(db, store, town, LATER)

    names = {worker: "赵秀兰", doctor: "何医生", carrier: "孙小满"}
    assert workers_in(db, town) == {worker_uuid(town.id, one): name for one, name in names.items()}


def test_a_town_without_the_quiz_goes_on_with_a_file_of_numbers_until_it_has_it(
    db: Session, store: BlobStore, town: Project
) -> None:
    from_before(db, town)
    worker = person(db, town, "赵秀兰", VILLAGE_WORKER)
    refresh_workers(db, store, town, LATER)
    assert read_list(db, store, town, "workers.csv") == [["name", "label"], [str(worker), "赵秀兰"]]
    assert name_of(db, town, worker) == str(worker)

    dataset = create_dataset(db, town, "workers", None, LATER)
    refresh_workers(db, store, town, LATER)
    assert {(one.dataset_id, one.blob_sha256) for one in slots(db, town, "workers.csv")} == {(dataset.id, None)}
    assert workers_in(db, town) == {name_of(db, town, worker): "赵秀兰"}


def test_who_left_is_no_worker_any_more(db: Session, store: BlobStore, town: Project) -> None:
    gone, locked = (person(db, town, name, VILLAGE_WORKER) for name in ("甲", "乙"))
    db.get_one(Actor, gone).deleted_at = MORNING
    db.get_one(User, locked).disabled_at = MORNING
    refresh_workers(db, store, town, LATER)

    assert workers_in(db, town) == {}


def test_workers_of_another_town_are_not_offered(db: Session, store: BlobStore, town: Project) -> None:
    other = Project(name="别处", kind="care", created_at=MORNING)
    db.add(other)
    db.flush()
    person(db, other, "外人", VILLAGE_WORKER)
    refresh_workers(db, store, town, LATER)

    assert workers_in(db, town) == {}


def test_a_town_without_a_list_of_clinics_is_told_so_in_the_list(db: Session, store: BlobStore, town: Project) -> None:
    assert read_list(db, store, town, "clinics.csv") == [["name", "label", "phone"], list(NO_CLINICS)]


def test_the_clinics_that_a_town_uploads_beside_one_form_are_beside_all(
    db: Session, store: BlobStore, town: Project
) -> None:
    first, *others = slots(db, town, "clinics.csv")
    assert others
    own = "name,label,phone\n1,镇卫生院,0825-5550120\n".encode()
    upload_clinics(db, store, first, own)
    refresh_lists(db, store, town, LATER)

    assert read_list(db, store, town, "clinics.csv")[1] == ["1", "镇卫生院", "0825-5550120"]


def test_where_care_may_be_passed_on_to_is_the_towns_own_list_and_says_so_until_there_is_one(
    db: Session, store: BlobStore, town: Project
) -> None:
    assert read_list(db, store, town, DESTINATIONS.file) == [
        ["name", "label", "level", "parent"],
        list(DESTINATIONS.rows[0]),
    ]
    (slot,) = slots(db, town, DESTINATIONS.file)
    upload_clinics(db, store, slot, "name,label,level,parent\n44,广东省,prov,\n".encode())
    refresh_lists(db, store, town, LATER)

    assert read_list(db, store, town, DESTINATIONS.file)[1] == ["44", "广东省", "prov", ""]


def test_filling_the_lists_again_touches_nothing(db: Session, store: BlobStore, town: Project) -> None:
    query = select(FormAttachment.id, FormAttachment.blob_sha256, FormAttachment.dataset_id, FormAttachment.updated_at)
    before = db.execute(query.order_by(FormAttachment.id)).all()
    publish_library(db, store, town, None, LATER, KEY)

    assert db.execute(query.order_by(FormAttachment.id)).all() == before
