"""The hash of a list: another when what the caller gets is another, the same else."""

import pytest
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.models import Dataset, DatasetProperty, Entity, Project, Woman
from server.registry.entities import touch
from server.registry.lists import labels_of, list_hash
from server.registry.reach import Reach
from tests.care_town import LISTS, TODAY
from tests.conftest import MORNING
from tests.making import a_dataset, a_town


@pytest.fixture
def project(db: Session) -> Project:
    return a_town(db)


def reach(project: Project, everything: bool = True, villages: frozenset[int] = frozenset()) -> Reach:
    return Reach(Scope(project.id, everything, villages), True, "village_worker", TODAY)


def women(db: Session, project: Project) -> Dataset:
    return a_dataset(db, project.id, "women", LISTS["women"])


def add_woman(db: Session, project: Project, dataset: Dataset, key: str) -> Entity:
    row = Entity(dataset_id=dataset.id, uuid=key, version=1, label="W", data_json="{}", created_at=MORNING)
    consents = dict.fromkeys(("consent_reminder", "consent_share_clinic", "consent_location", "consent_stats"), False)
    db.add_all(
        [row, Woman(project_id=project.id, uuid=key, label="W", village_code="A1", consent_service=True, **consents)]
    )
    db.flush()
    return row


def test_the_whole_town_no_village_and_one_are_told_apart(db: Session, project: Project) -> None:
    homes = a_dataset(db, project.id, "households", LISTS["households"])
    reaches = [reach(project), reach(project, False), reach(project, False, frozenset({1}))]
    reaches.append(reach(project, False, frozenset({1, 2})))
    assert len({list_hash(db, homes, one) for one in reaches}) == 4


def test_a_list_changes_with_its_revision(db: Session, project: Project) -> None:
    homes = a_dataset(db, project.id, "households", LISTS["households"])
    before = list_hash(db, homes, reach(project))
    assert list_hash(db, homes, reach(project)) == before
    touch(db, homes.id, MORNING)
    db.refresh(homes)
    assert list_hash(db, homes, reach(project)) != before


def test_a_list_of_women_changes_with_what_is_listed_alone(db: Session, project: Project) -> None:
    dataset = women(db, project)
    row = add_woman(db, project, dataset, "a")
    seen = [list_hash(db, dataset, reach(project))]
    touch(db, dataset.id, MORNING)
    db.refresh(dataset)
    assert list_hash(db, dataset, reach(project)) == seen[0], "somebody else's row changed"
    row.version = 2
    seen.append(list_hash(db, dataset, reach(project)))
    add_woman(db, project, dataset, "b")
    seen.append(list_hash(db, dataset, reach(project)))
    row.deleted_at = MORNING
    seen.append(list_hash(db, dataset, reach(project)))
    a_property(db, dataset)
    seen.append(list_hash(db, dataset, reach(project)))
    assert len(set(seen)) == len(seen)


def a_property(db: Session, dataset: Dataset) -> None:
    db.add(DatasetProperty(dataset_id=dataset.id, name="new", published_at=MORNING))
    db.flush()


def test_an_answer_that_chose_her_says_her_label_only_while_she_wishes_to_be_listed(
    db: Session, project: Project
) -> None:
    dataset = women(db, project)
    project.kind = "care"
    stays, left = (add_woman(db, project, dataset, key) for key in ("her", "other"))
    clinician = Scope(project.id, everything=True, health=True, shared_only=True)
    assert labels_of(db, project.id, ["her", "other"], clinician) == {"women": {"her": "W", "other": "W"}}
    db.query(Woman).filter_by(uuid=left.uuid).update({"consent_service": False})
    assert labels_of(db, project.id, ["her", "other"], clinician) == {"women": {stays.uuid: "W"}}
    plain = Scope(project.id, everything=True, health=True)
    assert len(labels_of(db, project.id, ["her", "other"], plain)["women"]) == 2, "a plain project has no such lists"
