"""F7: beside her name it is hers and goes by her consent; without a name nothing of it leads to anybody."""

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.access.roles import REVIEWER
from server.db import Database
from server.intake.rederiving import rederive
from server.models import (
    Assignment,
    Audit,
    Base,
    CareEvent,
    ContraceptionEpisode,
    Entity,
    EntityVersion,
    FollowUp,
    NamedWoman,
    Project,
    Seal,
    Submission,
    SubmissionVersion,
    Village,
    VillageScope,
    Woman,
)
from server.registry.erasing import erase_person, plan_erasure
from server.registry.own_data import as_json, collect
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.server.registry.caring import OTHER, VILLAGE, Care, a_care_of_two_villages, a_clinician, a_uuid, updated


@pytest.fixture
def care(app: Flask, database: Database, project_id: int, clock: Clock) -> Care:
    return a_care_of_two_villages(app, database, project_id)


@pytest.fixture
def hers(care: Care) -> tuple[str, str]:
    """A woman and her pill, of which she has some until the first of March."""
    woman, episode = a_uuid(), a_uuid()
    care.register(woman)
    care.method(woman, episode, reason="start", method="coc", supply_end="2026-03-01", reminder_wish="visit")
    return woman, episode


def record(care: Care, sent: str) -> Submission:
    with care.database.reading() as db:
        return db.scalars(select(Submission).where(Submission.instance_id == sent)).one()


def village_of(care: Care, sent: str) -> str | None:
    with care.database.reading() as db:
        number = record(care, sent).village_id
        return db.get_one(Village, number).code if number else None


def all_of(care: Care, *models: type[Base]) -> list[str]:
    with care.database.reading() as db:
        return [str(tuple(row)) for model in models for row in db.execute(select(*model.__table__.columns))]


HER_ROWS = (Woman, ContraceptionEpisode, CareEvent, NamedWoman, FollowUp, Entity, EntityVersion, Seal)


def test_without_a_name_no_row_of_any_woman_changes_and_the_place_is_the_supply_points(
    care: Care, hers: tuple[str, str]
) -> None:
    before = all_of(care, *HER_ROWS)
    sent = care.pick_up_without_a_name(point="hekou", point_village=OTHER)
    assert all_of(care, *HER_ROWS) == before
    found = record(care, sent)
    assert (found.health, found.sealed, village_of(care, sent)) == (False, False, OTHER)
    assert village_of(care, care.pick_up_without_a_name()) is None
    rederive(care.database, None, MORNING, lambda *_: None)
    assert all_of(care, *HER_ROWS) == before
    assert village_of(care, sent) == OTHER


def test_nothing_that_is_kept_of_it_holds_an_id_of_hers(care: Care, hers: tuple[str, str]) -> None:
    care.pick_up(hers[0], "folic_acid", "31")
    sent = care.pick_up_without_a_name(item="folic_acid", qty="31", point_village=OTHER)
    with care.database.reading() as db:
        keys = list(db.scalars(select(FollowUp.visit_key)))
        number = record(care, sent).id
        versions = db.scalars(select(SubmissionVersion).where(SubmissionVersion.submission_id == number))
        said = [f"{one.xml!r} {one.values_json} {one.instance_name}" for one in versions]
        said += [str(one.details) for one in db.scalars(select(Audit).where(Audit.submission_id == number))]
    assert keys and said
    assert [one for one in (*hers, *keys, VILLAGE) if one in " ".join(said)] == []


@pytest.mark.parametrize("name", ["person", "episode", "visit_key", "due_open", "due_overdue"])
def test_a_record_that_says_no_name_and_names_somebody_all_the_same_is_hers_or_nobodys_to_read(
    care: Care, hers: tuple[str, str], name: str
) -> None:
    named = {"person": hers[0], "episode": hers[1]}.get(name, a_uuid())
    sent = care.pick_up_without_a_name(**{name: named})
    assert record(care, sent).health
    assert care.seal_of(sent) == (None if name == "person" else "unknown")


def test_beside_her_name_it_is_hers_and_moves_the_last_day_of_her_pills(care: Care, hers: tuple[str, str]) -> None:
    woman, episode = hers
    sent = care.pick_up(
        woman, "coc", "3", entity=updated("contraception_episodes", episode), episode=episode, supply_end="2026-05-17"
    )
    event = next(one for one in care.rows(CareEvent) if one.form_id == "supplies")
    assert (event.subject, event.episode) == (woman, episode)
    assert record(care, sent).health and village_of(care, sent) == VILLAGE
    (row,) = care.rows(ContraceptionEpisode)
    assert str(row.supply_until) == "2026-05-17"
    entity = care.entity(episode)
    assert entity is not None and orjson.loads(entity.data_json)["supply_end"] == "2026-05-17"


def test_another_pill_than_the_method_is_moves_no_day_of_it(care: Care, hers: tuple[str, str]) -> None:
    care.pick_up(hers[0], "pop", "3", episode=hers[1], supply_end="2026-05-17")
    (row,) = care.rows(ContraceptionEpisode)
    assert str(row.supply_until) == "2026-03-01"


def test_folic_acid_beside_her_name_asks_once_for_more(care: Care, hers: tuple[str, str]) -> None:
    care.pick_up(hers[0], "folic_acid", "31", fa_supply_end="2026-03-25")
    (row,) = [one for one in care.rows(FollowUp) if one.rule == "FA-REFILL"]
    assert (row.form_id, row.subject, str(row.closes_on)) == ("supplies", hers[0], "2026-03-25")
    care.pick_up_without_a_name("folic_acid", "31", "2026-03-20")
    (same,) = [one for one in care.rows(FollowUp) if one.rule == "FA-REFILL"]
    assert (same.id, same.state) == (row.id, row.state), "nobody knows who that was"


def test_it_goes_by_her_consent(care: Care, hers: tuple[str, str]) -> None:
    woman, episode = hers
    sent = care.pick_up(woman, "coc", "3", "2026-02-23", episode=episode, supply_end="2026-05-18")
    assert care.seal_of(sent) is None
    care.withdraw(woman, "2026-02-20")
    assert care.seal_of(sent) == "no_consent"
    assert care.seal_of(care.pick_up(a_uuid(), "condom", "10")) == "unknown"


def test_a_correction_that_takes_the_name_out_tells_nothing_of_her_any_more(care: Care, hers: tuple[str, str]) -> None:
    woman, episode = hers
    sent = care.pick_up(woman, "coc", "3", episode=episode, supply_end="2026-05-17")
    care.pick_up_without_a_name(deprecated_id=sent)
    assert [one for one in care.rows(CareEvent) if one.form_id == "supplies"] == []
    (row,) = care.rows(ContraceptionEpisode)
    assert str(row.supply_until) == "2026-03-01"
    assert record(care, sent).health, "what was said before is still in it"


def test_a_correction_that_names_her_makes_it_hers(care: Care, hers: tuple[str, str]) -> None:
    sent = care.pick_up_without_a_name(point_village=OTHER)
    care.pick_up(hers[0], "coc", "3", deprecated_id=sent, episode=hers[1])
    assert record(care, sent).health and care.seal_of(sent) is None
    assert village_of(care, sent) == VILLAGE


def test_her_copy_has_it_and_who_asks_to_be_removed_leaves_none_of_it(care: Care, hers: tuple[str, str]) -> None:
    woman, _method = hers
    sent, without = care.pick_up(woman, "condom", "17", episode=""), care.pick_up_without_a_name()
    with care.database.transaction() as db:
        plan, project = plan_erasure(db, care.project_id, woman), db.get_one(Project, care.project_id)
        assert '"17"' in as_json(collect(db, project, woman, MORNING)).decode()
        erase_person(db, plan, None, MORNING)
    assert (care.seal_of(sent), care.seal_of(without)) == ("erased", None)
    assert care.seal_of(care.pick_up(woman, "condom", "5")) == "erased"


def test_with_a_name_only_the_care_team_reads_it_and_without_one_the_office_counts_it(
    app: Flask, care: Care, cast: dict[str, int], hers: tuple[str, str]
) -> None:
    named, without = care.pick_up(hers[0], "condom", "10"), care.pick_up_without_a_name("condom", "10")
    with care.database.transaction() as db:
        db.add(Assignment(actor_id=cast["bob"], role_id=REVIEWER, project_id=care.project_id))
        db.add(VillageScope(actor_id=cast["bob"], project_id=care.project_id, village_id=None))
    a_clinician(care, cast["alice"])
    found = {}
    for name in ("bob", "alice"):
        who = Client.signed_in(app, care.database, cast[name])
        text = who.get(f"/projects/{care.project_id}/forms/supplies/submissions").get_data(as_text=True)
        found[name] = [one in text for one in (named, without)]
    assert found == {"bob": [False, True], "alice": [True, True]}
