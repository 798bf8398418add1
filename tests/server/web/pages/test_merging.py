"""Merging villages with the people who work there: who would be left with the old one alone is asked about, one by one."""

import html
import re

import pytest
from sqlalchemy import delete, select

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.access.phones import create_app_user
from server.models import AppUser, Audit, Project, User, Village, VillageMergeRight, VillageScope
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import CODES, a_file, boundaries, text_of

WEST, EAST = CODES
PAGE = f"/places/{EAST}/merge"
ROOT = Caller(actor_id=None, type="user")
"""vera has WEST alone; it becomes a part of EAST."""


@pytest.fixture
def actor_of(database):
    def find(name):
        with database.reading() as db:
            return db.scalar(select(User.actor_id).where(User.email == f"{name}@example.test"))

    return find


def a_phone(town, *codes):
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        phone = create_app_user(db, town.app.extensions["fangshi.key"], project.id, "村医手机", None, MORNING)
        assign(db, ROOT, roles.BY_ID[roles.APP_USER], phone.actor.id, MORNING, project, None)
        set_villages(db, ROOT, project, phone.actor.id, codes, MORNING)
        return phone.actor.id


def a_lead(town, *codes, email="lu@example.test"):
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        user = create_user(db, email, PASSWORD, "lu", None, MORNING)
        assign(db, ROOT, roles.BY_SYSTEM["town_lead"], user.actor_id, MORNING, project, None)
        set_villages(db, ROOT, project, user.actor_id, codes, MORNING)
        return user.actor_id


def villages_of(town, actor_id):
    with town.database.reading() as db:
        query = select(Village.code).join(VillageScope, VillageScope.village_id == Village.id)
        return sorted(db.scalars(query.where(VillageScope.actor_id == actor_id)))


def asked_in(answer):
    """{key: whether it is ticked} as the page has it."""
    page = html.unescape(answer.get_data(as_text=True))
    return {
        key: bool(ticked)
        for key, ticked in re.findall(r'<input type="checkbox" name="given" value="([\d-]+)"( checked)?>', page)
    }


def look(lead, **more):
    return lead.send(PAGE, {"villages": WEST, "step": "check", **more})


def merge(lead, asked=(), given=()):
    return lead.send(PAGE, {"villages": WEST, "step": "merge", "asked": list(asked), "given": list(given)})


def undo_path(lead):
    return re.search(rf'action="(/places/{EAST}/merges/\d+/undo)"', lead.see(f"/places/{EAST}").get_data(as_text=True))[
        1
    ]


def test_each_who_has_the_merged_village_alone_is_asked_about_and_ticked(town, browse, actor_of):
    phone = a_phone(town, WEST)
    looked = look(browse("lea"))
    assert {int(key.partition("-")[0]): ticked for key, ticked in asked_in(looked).items()} == {
        actor_of("vera"): True,
        phone: True,
    }
    said = text_of(looked)
    assert "谁继续在那里工作" in said and "有村1，得到村2" in said
    assert "rita" not in said and "赵秀兰" not in said, "who has the whole town loses nothing"


def test_whoever_is_ticked_gets_the_new_village_and_the_others_keep_what_they_had(town, browse, database, actor_of):
    phone, vera, lea = a_phone(town, WEST), actor_of("vera"), browse("lea")
    asked = asked_in(look(lea))
    mine = [key for key in asked if key.startswith(f"{vera}-")]
    assert merge(lea, asked, mine).status_code == 303
    assert villages_of(town, vera) == [WEST, EAST] and villages_of(town, phone) == [WEST]
    with database.reading() as db:
        acts = db.scalars(select(Audit).order_by(Audit.id)).all()
        (given,) = [one for one in acts if one.action == "village_scope.set" and one.actee_actor_id == vera][1:]
        assert (given.actor_id, given.details) == (actor_of("lea"), {"villages": [WEST, EAST]})
        (merged,) = [one for one in acts if one.action == "village.merge"]
        assert (merged.details["given"], merged.details["notGiven"]) == ([vera], [phone])
    assert "村2" in text_of(browse("vera").see("/review"))


def test_nobody_is_merged_over_unseen(town, browse, database, actor_of):
    """Somebody got the village while the preview was looked at: it is shown again, with her."""
    lea = browse("lea")
    asked = asked_in(look(lea))
    phone = a_phone(town, WEST)
    again = merge(lea, asked, ())
    assert again.status_code == 200 and "还没有改动" in text_of(again)
    ticked = asked_in(again)
    assert [ticked[key] for key in asked] == [False], "what was chosen stays"
    assert [on for key, on in ticked.items() if key.startswith(f"{phone}-")] == [True]
    with database.reading() as db:
        assert db.scalars(select(Village.retired_at)).all() == [None, None]
    assert merge(lea, ticked, ()).status_code == 303


def test_where_nobody_is_left_out_one_press_is_enough(town, browse, database, actor_of):
    with database.transaction() as db:
        db.execute(delete(VillageScope).where(VillageScope.actor_id == actor_of("vera")))
    lea = browse("lea")
    assert "谁继续在那里工作" not in text_of(look(lea))
    assert merge(lea).status_code == 303


def test_undoing_a_merge_says_first_whose_the_village_is_no_longer_and_takes_it_back(town, browse, database, actor_of):
    lea, vera = browse("lea"), actor_of("vera")
    asked = asked_in(look(lea))
    merge(lea, asked, asked)
    undo = undo_path(lea)
    looked = lea.send(undo, {"step": "check"})
    assert "vera：不再有村2" in text_of(looked) and "还没有改动" in text_of(looked)
    assert villages_of(town, vera) == [WEST, EAST]
    assert lea.send(undo, {"step": "undo"}).status_code == 303
    assert villages_of(town, vera) == [WEST]


def test_whoever_was_given_only_the_new_village_since_has_the_old_one_again_after_undoing(
    town, browse, database, actor_of
):
    lea, vera = browse("lea"), actor_of("vera")
    asked = asked_in(look(lea))
    merge(lea, asked, asked)
    with database.transaction() as db:
        set_villages(db, ROOT, db.get_one(Project, town.project_id), vera, [EAST], MORNING)
    lea.send(undo_path(lea), {"step": "undo"})
    assert villages_of(town, vera) == [WEST]


@pytest.mark.parametrize("since", [[], None])
def test_what_somebody_decided_since_stands_after_undoing(town, browse, database, actor_of, since):
    """Nothing comes back to who lost all villages since, and nothing is taken from who got the whole town."""
    lea, vera = browse("lea"), actor_of("vera")
    asked = asked_in(look(lea))
    merge(lea, asked, asked)
    with database.transaction() as db:
        set_villages(db, ROOT, db.get_one(Project, town.project_id), vera, since, MORNING)
    lea.send(undo_path(lea), {"step": "undo"})
    with database.reading() as db:
        rows = db.scalars(select(VillageScope.village_id).where(VillageScope.actor_id == vera)).all()
    assert rows == ([] if since == [] else [None])


def test_whoever_reached_the_village_by_the_cluster_that_it_was_a_part_of_is_asked_about_too(
    town, browse, database, actor_of
):
    with database.transaction() as db:
        north = Village(project_id=town.project_id, code="P1", name="北片", created_at=MORNING)
        db.add(north)
        db.flush()
        db.scalars(select(Village).where(Village.code == WEST)).one().parent_id = north.id
        set_villages(db, ROOT, db.get_one(Project, town.project_id), actor_of("vera"), ["P1"], MORNING)
    lea = browse("lea")
    asked = asked_in(look(lea))
    assert merge(lea, asked, asked).status_code == 303
    assert villages_of(town, actor_of("vera")) == [EAST, "P1"]
    lea.send(undo_path(lea), {"step": "undo"})
    assert villages_of(town, actor_of("vera")) == ["P1"]


def test_nobody_gives_a_village_to_herself_nor_one_that_is_not_hers_to_give(town, browse, actor_of):
    a_lead(town, WEST)
    looked = look(browse("lu"))
    assert asked_in(looked) == {}
    assert "还有 2 个人或手机" in text_of(looked), "vera and herself, without names"
    assert merge(browse("lu"), [f"{actor_of('vera')}-{town.village_ids[1]}"] * 1, []).status_code == 303
    assert villages_of(town, actor_of("vera")) == [WEST] and villages_of(town, actor_of("lu")) == [WEST]


def test_an_administrator_gives_no_village_to_herself_nor_to_a_phone_that_she_carries(town, browse, database, actor_of):
    ada, phone = actor_of("ada"), a_phone(town, WEST)
    with database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        assign(db, ROOT, roles.BY_SYSTEM["reviewer"], ada, MORNING, project, None)
        set_villages(db, ROOT, project, ada, [WEST], MORNING)
        db.get_one(AppUser, phone).person_id = ada
    looked = look(browse("ada"))
    assert {int(key.partition("-")[0]) for key in asked_in(looked)} == {actor_of("vera")}
    assert "还有 2 个人或手机" in text_of(looked)


def test_whoever_sends_a_key_that_was_not_asked_about_gives_nothing(town, browse, database, actor_of):
    lea = browse("lea")
    asked = asked_in(look(lea))
    strange = f"{actor_of('otto')}-{town.village_ids[1]}"
    assert merge(lea, [*asked, strange, "x", "1-2-3"], [strange, "x"]).status_code == 303
    assert villages_of(town, actor_of("otto")) == []


def test_an_import_that_is_undone_asks_again_and_remembers_who_was_left_out(town, browse, database, actor_of):
    """The file made the merged village one of its own again; undoing it merges it again."""
    lea, vera = browse("lea"), actor_of("vera")
    early = a_phone(town, WEST)
    asked = asked_in(look(lea))
    merge(lea, asked, [key for key in asked if key.startswith(f"{early}-")])
    with database.transaction() as db:
        set_villages(db, ROOT, db.get_one(Project, town.project_id), early, [WEST], MORNING)
    lea.send("/places/import", {"file": a_file(boundaries(*CODES), "v.geojson"), "crs": "EPSG:4326", "step": "import"})
    phone = a_phone(town, WEST)
    set_id = re.search(r'name="set" value="(\d+)"', lea.see("/places/import").get_data(as_text=True))[1]
    looked = lea.send("/places/import/undo", {"set": set_id, "step": "check"})
    ticked = asked_in(looked)
    assert {int(key.partition("-")[0]): on for key, on in ticked.items()} == {vera: False, phone: True, early: True}
    unseen = lea.send("/places/import/undo", {"set": set_id, "step": "undo"})
    assert unseen.status_code == 200 and asked_in(unseen) == ticked
    given = [key for key, on in ticked.items() if on]
    done = lea.send("/places/import/undo", {"set": set_id, "step": "undo", "asked": list(ticked), "given": given})
    assert done.status_code == 303
    assert villages_of(town, phone) == [WEST, EAST] and villages_of(town, vera) == [WEST]
    lea.send(undo_path(lea), {"step": "undo"})
    assert villages_of(town, phone) == [WEST]


def test_what_was_chosen_is_kept_with_the_merge(town, browse, database, actor_of):
    lea = browse("lea")
    asked = asked_in(look(lea))
    merge(lea, asked, asked)
    with database.reading() as db:
        (row,) = db.scalars(select(VillageMergeRight)).all()
        assert (row.actor_id, row.village_id, row.given) == (actor_of("vera"), town.village_ids[0], True)


def test_as_many_questions_for_many_people_as_for_one(town, browse, count_queries):
    lea = browse("lea")
    look(lea)
    with count_queries() as few:
        look(lea)
    for _ in range(6):
        a_phone(town, WEST)
    with count_queries() as many:
        assert len(asked_in(look(lea))) == 7
    assert len(many) <= len(few)


def test_what_undoing_would_do_is_asked_in_as_many_questions_for_many_people_as_for_few(town, browse, count_queries):
    lea, counted = browse("lea"), []
    for _ in range(2):
        a_phone(town, WEST)
        asked = asked_in(look(lea))
        merge(lea, asked, asked)
        undo = undo_path(lea)
        with count_queries() as statements:
            assert text_of(lea.send(undo, {"step": "check"})).count("不再有村2") == len(asked)
        counted.append(len(statements))
        lea.send(undo, {"step": "undo"})
    assert counted[0] == counted[1]
