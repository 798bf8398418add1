"""Who gets which layer of the map, and that none of them brings a home's point together with facts of health (P3)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from server.models import Audit, CareEvent, Submission, SubmissionGeometry, SubmissionVersion
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_home, a_woman

EVERYBODY = ("ada", "lea", "rita", "vera", "wang", "lin", "nia", "otto")
DOOR = [105.0031, 30.0042]
PIN = {"id", "state", "how", "accuracy", "village", "village_name"}
CLUSTER = {"cluster", "count_text", "suppressed", "count", "box"}
ALLOWED = {
    "/map/villages": {"code", "name", "count_text", "suppressed", "lon", "lat", "overdue"},
    "/map/features": PIN | CLUSTER,
    "/map/health": {"village", "village_name", "count_text", "suppressed", "count"},
}
PAGES = {"/map", "/map/home/<uuid:woman>"}


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def health_record(town, village=1, woman=None, **answers):
    """A record as one of a health form, perhaps told of a woman."""
    record = town.record(village, **answers)
    with town.database.transaction() as db:
        values = {"health": True, "place_how": "household", "village_id": town.village_ids[village - 1]}
        db.execute(update(Submission).where(Submission.id == record).values(**values))
        db.query(SubmissionGeometry).filter_by(submission_id=record).delete()
        if woman:
            tell(db, town.project_id, record, "women", woman)
    return record


def tell(db, project_id, record, subject_list, subject, data="{}", on=TODAY):
    version = db.query(SubmissionVersion).filter_by(submission_id=record, is_current=True).one()
    db.add(
        CareEvent(
            submission_id=record,
            submission_version_id=version.id,
            project_id=project_id,
            event=f"uuid:{uuid.uuid4()}",
            form_id="household_visit" if subject_list == "households" else "antenatal_check",
            subject_list=subject_list,
            subject=subject,
            visit_date=on,
            received_at=version.created_at,
            data_json=data,
        )
    )
    db.flush()


def a_woman_at_a_door(town, **more):
    """She lives where a visit took the point DOOR; her uuid."""
    visit = town.record(gps=f"{DOOR[1]} {DOOR[0]} 0 6")
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        woman = a_woman(db, town.project_id, home=home, **more)
        tell(db, town.project_id, visit, "households", home.uuid, '{"location_ok": "yes"}')
        return woman.uuid


def features(browser, path):
    answer = browser.see(path)
    return answer.get_json(force=True)["features"] if answer.status_code == 200 else None


def test_no_layer_of_the_map_joins_a_home_with_facts_of_health(town, browse):
    """Every address of the map is asked by everybody, and every property that comes is one of those known here."""
    woman = a_woman_at_a_door(town)
    record = health_record(town, woman=woman)
    with town.database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id), left=-5)
    rules = {rule.rule for rule in town.app.url_map.iter_rules() if rule.rule.startswith("/map")}
    assert rules == set(ALLOWED) | PAGES, "a new address of the map belongs into this test"
    seen = {}
    for name in EVERYBODY:
        browser = browse(name)
        for path, allowed in ALLOWED.items():
            found = features(browser, f"{path}?zoom=18") or []
            seen[name, path] = found
            for one in found:
                assert set(one["properties"]) <= allowed, (name, path)
                if path != "/map/features":
                    assert one["geometry"]["coordinates"] != DOOR, (name, path)
    pins = [one["properties"]["id"] for one in seen["lin", "/map/features"]]
    assert len(pins) == 1 and record not in pins, "the home's own visit is a pin, her record is not"


def test_health_records_are_a_number_at_the_village_s_name_for_clinicians_alone(town, browse):
    for _ in range(6):
        health_record(town, village=2)
    health_record(town, village=1)
    found = {one["properties"]["village"]: one for one in features(browse("lin"), "/map/health")}
    outlines = {one["properties"]["code"]: one["properties"] for one in features(browse("lin"), "/map/villages")}
    for code, text in ((CODES[0], "<5"), (CODES[1], "6")):
        assert found[code]["properties"]["count_text"] == text
        assert found[code]["geometry"]["coordinates"] == pytest.approx(
            [outlines[code]["lon"], outlines[code]["lat"]], abs=1e-5
        )
    for name in EVERYBODY:
        if name != "lin":
            assert browse(name).see("/map/health").status_code in (403, 404), name
            assert browse(name).see(f"/review/health/{CODES[1]}").status_code in (403, 404), name


def test_a_village_s_number_opens_its_health_records_and_no_others(town, browse):
    mine, elsewhere, visit = health_record(town, village=2), health_record(town, village=1), town.record(village=2)
    page = browse("lin").see(f"/review/health/{CODES[1]}").get_data(as_text=True)
    assert f"/review/{mine}/panel" in page and "<html" not in page
    assert f"/review/{elsewhere}/" not in page and f"/review/{visit}/" not in page


def test_the_review_list_of_a_clinician_can_be_narrowed_to_health_records(town, browse):
    health, visit = health_record(town), town.record()

    def listed(name, query):
        page = browse(name).see(f"/review?{query}").get_data(as_text=True)
        return [one for one in (health, visit) if f'data-record="{one}"' in page]

    assert listed("lin", "kind=health") == [health]
    assert listed("lin", "kind=home") == [visit]
    assert listed("lin", "") == [health, visit]
    assert listed("rita", "kind=health") == [] and listed("rita", "") == [visit]


def late(town, village, women, tasks=1, punctual=0):
    """So many women with tasks overdue, and so many with one that is not."""
    with town.database.transaction() as db:
        for number in range(women + punctual):
            woman = a_woman(db, town.project_id, village=village)
            for _ in range(tasks if number < women else 1):
                a_follow_up(db, woman, left=-3 if number < women else 9)


def bands(browser):
    return {one["properties"]["code"]: one["properties"].get("overdue") for one in features(browser, "/map/villages")}


def test_what_is_overdue_is_told_in_bands_and_only_where_it_gives_nobody_away(town, browse):
    late(town, 1, women=2, punctual=12)
    late(town, 2, women=2, punctual=3)
    assert bands(browse("lea")) == {CODES[0]: "1-4", CODES[1]: "hidden"}
    assert bands(browse("wang")) == {CODES[0]: "1-4", CODES[1]: "hidden"}, "of another village than his own"
    assert bands(browse("lin")) == {CODES[0]: "1-4", CODES[1]: "1-4"}, "her care team sees its own"
    assert bands(browse("rita")) == {CODES[0]: None, CODES[1]: None}
    assert "少于 10" in text_of(browse("lea").see("/map"))


@pytest.mark.parametrize(
    ("women", "tasks", "band"), [(0, 1, "0"), (4, 1, "1-4"), (5, 1, "5-9"), (5, 2, "10+"), (4, 3, "hidden")]
)
def test_the_bands_count_tasks_and_the_rules_count_people(town, browse, women, tasks, band):
    late(town, 1, women, tasks, punctual=11)
    assert bands(browse("lea"))[CODES[0]] == band


def test_a_task_that_ended_is_not_yet_late_or_stands_inside_another_is_not_overdue(town, browse):
    with town.database.transaction() as db:
        for number in range(12):
            woman = a_woman(db, town.project_id)
            more = ({"ended": True}, {"inside": "0" * 64}, {"overdue_from": TODAY + DAY})[number % 3]
            a_follow_up(db, woman, left=-3, **more)
            a_follow_up(db, woman, left=9)
    assert bands(browse("lea"))[CODES[0]] == "0"


def test_a_task_is_overdue_from_its_first_day_after_the_grace(town, browse, clock):
    with town.database.transaction() as db:
        for _ in range(12):
            woman = a_woman(db, town.project_id)
            a_follow_up(db, woman, left=0, overdue_from=TODAY + DAY)
        a_follow_up(db, a_woman(db, town.project_id), left=90)
    lin = browse("lin")
    assert bands(lin)[CODES[0]] == "0"
    clock.forward(hours=14, minutes=59)  # 23:59 in Shanghai
    assert bands(lin)[CODES[0]] == "0"
    clock.forward(minutes=1)
    assert bands(lin)[CODES[0]] == "10+"


def test_the_bands_take_one_query_however_many_are_late(town, browse, count_queries):
    late(town, 1, women=1)
    lin = browse("lin")
    lin.see("/map/villages")
    with count_queries() as few:
        lin.see("/map/villages")
    late(town, 1, women=15)
    late(town, 2, women=15)
    with count_queries() as many:
        lin.see("/map/villages")
    assert len(many) == len(few)
    assert len([one for one in many if "follow_up" in str(one)]) == 1


def test_the_page_shows_bands_with_their_words_and_can_open_on_them(town, browse):
    late(town, 1, women=2, punctual=12)
    page = browse("lea").see("/map?show=overdue").get_data(as_text=True)
    assert 'data-view="overdue"' in page and "1–4" in page and "超期" in page
    assert 'data-view="records"' in browse("lea").see("/map").get_data(as_text=True)
    assert "data-map-view" not in browse("rita").see("/map?show=overdue").get_data(as_text=True)


def test_her_door_is_shown_to_her_care_team_and_the_look_is_written_down(town, browse, database):
    woman = a_woman_at_a_door(town)
    for name in ("lin", "wang"):
        page = text_of(browse(name).see(f"/map/home/{woman}"))
        assert "30.00420, 105.00310" in page and "014" in page and "二社" in page
    with database.reading() as db:
        looks = db.scalars(select(Audit).where(Audit.action == "household.locate").order_by(Audit.id)).all()
    assert [look.details for look in looks] == [{"woman": woman}] * 2
    assert len({look.actor_id for look in looks}) == 2


@pytest.mark.parametrize("name", ["ada", "lea", "rita", "vera", "nia", "otto"])
def test_her_door_is_nobody_else_s_business(town, browse, database, name):
    woman = a_woman_at_a_door(town)
    assert browse(name).see(f"/map/home/{woman}").status_code in (403, 404)
    with database.reading() as db:
        assert db.scalars(select(Audit).where(Audit.action == "household.locate")).all() == []


@pytest.mark.parametrize(
    ("changes", "seen_by"),
    [
        ({"consent_location": False}, []),
        ({"consent_service": False}, []),
        ({"consent_until": TODAY - DAY}, []),
        ({"consent_until": TODAY}, ["lin", "wang"]),
        ({"withdrawn_on": TODAY}, []),
        ({"consent_share_clinic": False}, ["wang"]),
    ],
)
def test_her_consent_decides_who_sees_her_door(town, browse, changes, seen_by):
    woman = a_woman_at_a_door(town, **changes)
    found = [name for name in ("lin", "wang") if browse(name).see(f"/map/home/{woman}").status_code == 200]
    assert found == seen_by


@pytest.mark.parametrize("said", ['{"location_ok": "no"}', '{"consent_household": "no"}'])
def test_a_household_that_said_no_later_has_no_point_any_more(town, browse, said):
    woman = a_woman_at_a_door(town)
    later = town.record(0)
    with town.database.transaction() as db:
        home = db.scalars(select(CareEvent.subject).where(CareEvent.subject_list == "households")).one()
        tell(db, town.project_id, later, "households", home, said, TODAY + timedelta(days=1))
    page = text_of(browse("lin").see(f"/map/home/{woman}"))
    assert "105.00310" not in page and "没有记录" in page


def test_a_later_visit_without_a_word_about_the_place_leaves_the_point(town, browse):
    woman = a_woman_at_a_door(town)
    later = town.record(0)
    with town.database.transaction() as db:
        home = db.scalars(select(CareEvent.subject).where(CareEvent.subject_list == "households")).one()
        tell(db, town.project_id, later, "households", home, '{"visit_result": "absent"}', TODAY + DAY)
    assert "105.00310" in text_of(browse("lin").see(f"/map/home/{woman}"))


def test_a_health_record_says_its_village_and_how_and_leads_the_care_team_to_her_door(town, browse):
    woman = a_woman_at_a_door(town)
    record = health_record(town, woman=woman)
    lin = browse("lin")
    page = lin.see(f"/review/{record}").get_data(as_text=True)
    assert "村1，按她家所在的户（没有点位）" in text_of(lin.see(f"/review/{record}"))
    assert f"/map/home/{woman}" in page and "105.003" not in page
    with town.database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == record).values(place_how="village"))
    page = text_of(lin.see(f"/review/{record}"))
    assert "村1，只记到村" in page and "看住处" not in page
    assert browse("rita").see(f"/review/{record}").status_code == 404
