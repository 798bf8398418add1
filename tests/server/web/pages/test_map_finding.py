"""What is looked for by name, pinyin or code: villages for who sees the map, homes for who may read their records."""

import html
import json
import re

import pytest
from sqlalchemy import select, update

from server.access.pseudonyms import pseudonym
from server.models import Audit, Household, Submission, Village
from tests.server.web.pages.conftest import CODES, a_file, boundaries, text_of
from tests.server.web.pages.health import tell
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_home, main_of

NAMES = ("石桥村", "柳树湾村")


@pytest.fixture
def care_town(paged, database):
    found = CareTown(paged, database)
    with database.transaction() as db:
        for code, name in zip(CODES, NAMES, strict=True):
            db.execute(update(Village).where(Village.code == code).values(name=name))
    return found


def a_visited_home(town, village=1, door="A-014", said='{"location_ok": "yes"}'):
    """A home with a visit that took its point: its uuid, and the record of the visit."""
    record = town.record(village)
    with town.database.transaction() as db:
        home = a_home(db, town.project_id, village=village, door=door)
        tell(db, town.project_id, record, "households", home.uuid, said)
        return home.uuid, record


def find(browser, wanted):
    return browser.see("/map/find?q=" + wanted)


def goes_to(browser, wanted):
    """Where somebody is taken who looks for this; None where nothing is found."""
    answer = find(browser, wanted)
    assert answer.status_code in (200, 303)
    return answer.headers.get("Location")


def test_a_code_with_letters_is_found_however_it_is_typed(care_town, browse, database):
    with database.transaction() as db:
        db.execute(update(Village).where(Village.code == CODES[1]).values(code="HAM-1"))
    for wanted in ("HAM-1", "ham"):
        assert goes_to(browse("lea"), wanted) == "/map?village=HAM-1", wanted


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("石桥", CODES[0]),
        ("shiqiaocun", CODES[0]),
        ("Shi qiao", CODES[0]),
        ("sqc", CODES[0]),
        (CODES[1], CODES[1]),
        ("liushuwan", CODES[1]),
    ],
)
def test_a_village_that_alone_is_called_so_is_gone_to(care_town, browse, wanted, code):
    for name in ("lea", "rita", "wang"):
        assert goes_to(browse(name), wanted) == f"/map?village={code}"


@pytest.mark.parametrize("wanted", ["大坪", "dapingcun", "dp", "老石桥", "lsq"])
def test_a_village_is_found_by_what_else_it_is_called(care_town, browse, database, wanted):
    """By a name that somebody added, and by the one that a boundary file took from it."""
    lea = browse("lea")
    lea.send(f"/places/{CODES[1]}/aliases", {"name": "大坪村"})
    with database.transaction() as db:
        db.execute(update(Village).where(Village.code == CODES[1]).values(name="老石桥村"))
    renamed = {"file": a_file(boundaries(*CODES), "v.geojson"), "crs": "EPSG:4326", "step": "import"}
    assert lea.send("/places/import", renamed).status_code == 200
    assert goes_to(lea, wanted) == f"/map?village={CODES[1]}"
    assert "又叫大坪村、老石桥村" in text_of(find(lea, "村"))
    page = lea.see("/map").get_data(as_text=True)
    (also,) = re.findall(rf'data-code="{CODES[1]}"[^>]*data-also="([^"]+)"', page)
    assert [name for name, _ in json.loads(html.unescape(also))["names"]] == ["大坪村", "老石桥村"]


def test_a_merged_village_is_found_by_its_old_name_and_code_where_it_is_now(care_town, browse):
    lea = browse("lea")
    lea.send(f"/places/{CODES[1]}/aliases", {"name": "大坪村"})
    looked = lea.send(f"/places/{CODES[0]}/merge", {"villages": CODES[1], "step": "check"})
    asked = re.findall(r'name="asked" value="([\d-]+)"', looked.get_data(as_text=True))
    lea.send(f"/places/{CODES[0]}/merge", {"villages": CODES[1], "step": "merge", "asked": asked})
    for wanted in ("柳树湾", "lsw", CODES[1], "大坪"):
        assert goes_to(lea, wanted) == f"/map?village={CODES[0]}", wanted


def test_several_are_listed_each_with_its_way(care_town, browse):
    page = find(browse("lea"), CODES[0][:10])
    assert re.findall(r'href="(/map\?[^"]+)"', main_of(page)) == [f"/map?village={code}" for code in CODES]
    assert "找到 2" in text_of(page)


def test_before_anything_is_typed_there_is_the_field_alone_and_nothing_is_asked(care_town, browse, count_queries):
    lea = browse("lea")
    lea.see("/map/find")
    with count_queries() as asked:
        page = lea.see("/map/find")
    assert 'name="q"' in page.get_data(as_text=True) and "没有" not in main_of(page)
    assert not [one for one in asked if "FROM household" in one or "ORDER BY village.code" in one]


def test_a_home_is_found_by_its_code_and_gone_to_its_pin_where_the_reader_has_pins(care_town, browse):
    _, record = a_visited_home(care_town)
    for wanted in ("A-014", "a014", "二社 A-014", "A-014 二社", "Ａ－０１４"):
        assert goes_to(browse("rita"), wanted) == f"/map?village={CODES[0]}&record={record}", wanted
    assert goes_to(browse("lin"), "A-014") == f"/map?village={CODES[0]}&record={record}"
    assert goes_to(browse("wang"), "A-014") == f"/map?village={CODES[0]}", "she has no pins"
    assert goes_to(browse("rita"), "A-01") is None and goes_to(browse("rita"), "014") is None, "a code is whole"


def test_a_code_of_another_village_is_not_found_exactly_as_one_that_does_not_exist(care_town, browse):
    a_visited_home(care_town, village=2, door="B-020")
    assert goes_to(browse("rita"), "B-020") is not None
    for name in ("vera", "wang", "nia"):
        there, nowhere = (main_of(find(browse(name), code)).replace(code, "") for code in ("B-020", "Z-999"))
        assert there == nowhere and "没有" in there
    with care_town.database.reading() as db:
        looks = db.scalars(select(Audit).where(Audit.action == "household.locate")).all()
        assert {one.actor_id for one in looks} == {care_town.actor_id(db, "rita")}


@pytest.mark.parametrize("name", ["lea", "ada"])
def test_who_reads_no_records_finds_villages_alone(care_town, browse, name):
    a_visited_home(care_town)
    assert goes_to(browse(name), "A-014") is None
    assert "门牌编号" not in browse(name).see("/map").get_data(as_text=True)
    assert "门牌编号" in browse("rita").see("/map").get_data(as_text=True)


def test_who_may_not_see_the_map_finds_nothing(care_town, browse):
    assert find(browse("otto"), "sqc").status_code in (403, 404)


def test_a_home_that_said_no_is_found_by_nobody(care_town, browse):
    a_visited_home(care_town)
    with care_town.database.transaction() as db:
        db.execute(update(Household).values(consents=False))
    assert [goes_to(browse(name), "A-014") for name in ("rita", "lin", "wang")] == [None] * 3


def test_a_home_whose_later_visit_said_no_to_its_place_is_found_in_its_village_alone(care_town, browse):
    uuid, _ = a_visited_home(care_town)
    later = care_town.record(1)
    with care_town.database.transaction() as db:
        tell(db, care_town.project_id, later, "households", uuid, '{"location_ok": "no"}', TODAY + DAY)
    assert goes_to(browse("rita"), "A-014") == f"/map?village={CODES[0]}"


def test_a_pin_that_is_not_the_reader_s_is_not_gone_to(care_town, browse):
    """The visit was taken down in another village than the home is of: its pin is not vera's."""
    _, record = a_visited_home(care_town)
    with care_town.database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == record).values(village_id=care_town.village_ids[1]))
    assert goes_to(browse("vera"), "A-014") == f"/map?village={CODES[0]}"
    assert "data-go-to" not in browse("vera").see(f"/map?record={record}").get_data(as_text=True)


def test_each_home_that_is_found_is_written_down_and_its_code_is_not(care_town, browse):
    uuid, _ = a_visited_home(care_town)
    a_visited_home(care_town, village=2)
    page = find(browse("rita"), "A-014")
    assert page.status_code == 200 and all(name in text_of(page) for name in NAMES)
    with care_town.database.reading() as db:
        looks = db.scalars(select(Audit).where(Audit.action == "household.locate")).all()
        about = {one.details.pop("about") for one in looks}  # 64 signs of chance, "014" among them at times
        assert len(looks) == 2 and "014" not in str([one.details for one in looks])
        assert pseudonym(care_town.project_id, uuid).hex() in about


def test_a_home_of_a_village_that_was_merged_is_found_where_it_lies_now(care_town, browse):
    a_visited_home(care_town)
    with care_town.database.transaction() as db:
        old, new = (db.scalars(select(Village).where(Village.code == code)).one() for code in CODES)
        old.retired_at, old.successor_id = new.created_at, new.id
    assert goes_to(browse("lin"), "A-014").startswith(f"/map?village={CODES[1]}")


def test_the_map_goes_to_a_pin_of_the_reader_s(care_town, browse):
    record = care_town.record(1)
    page = browse("rita").see(f"/map?village={CODES[0]}&record={record}").get_data(as_text=True)
    assert f'data-go-to="{record}" data-go-to-lon="105.005" data-go-to-lat="30.005"' in page
    for name, asked in (("lea", record), ("wang", record), ("rita", 999_999_999), ("rita", "x"), ("rita", "9" * 40)):
        assert "data-go-to" not in browse(name).see(f"/map?record={asked}").get_data(as_text=True)


def test_text_that_cannot_be_stored_is_refused_in_words(care_town, browse):
    assert find(browse("lea"), "%00").status_code == 400
    assert find(browse("lea"), "a" * 61).status_code in (400, 413)


def test_looking_takes_as_many_queries_in_a_town_of_many_villages_and_homes(care_town, browse, count_queries):
    rita, asked = browse("rita"), []
    a_visited_home(care_town)
    for number in range(2):
        if number:
            with care_town.database.transaction() as db:
                made = db.scalar(select(Village.created_at).limit(1))
                for one in range(40):
                    db.add(
                        Village(project_id=care_town.project_id, code=f"9{one:03}", name=f"村{one}", created_at=made)
                    )
                    a_home(db, care_town.project_id, door=f"C-{one:03}")
                    a_home(db, care_town.project_id, door="A-014")
        a_visited_home(care_town)
        find(rita, "A-014")
        with count_queries() as found:
            find(rita, "A-014")
        asked.append(len(found))
    assert asked[0] == asked[1]
