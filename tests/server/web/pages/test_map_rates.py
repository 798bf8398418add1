"""The map's rates at the ends of months and a village's card: told once, to whom numbers of visits are for."""

from datetime import date

import pytest
from sqlalchemy import func, select

from server.followups.rates import count_months_due
from server.models import Release, ReleaseLook, Village
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_woman

CLOSED = date(2026, 1, 15)  # before the last month that may be told on 2 March


@pytest.fixture
def care_town(paged, database):
    return CareTown(paged, database)


def visits(town, village, done, missed, closed=CLOSED):
    """Each is of another woman."""
    with town.database.transaction() as db:
        for number in range(done + missed):
            woman = a_woman(db, town.project_id, village=village)
            state = {"state": "done_on_time", "answered_on": closed - DAY} if number < done else {"state": "expired"}
            a_follow_up(db, woman, TODAY, closes_on=closed, overdue_from=closed + DAY, ended=True, **state)


def add_villages(town, number):
    with town.database.transaction() as db:
        made = db.scalar(select(Village.created_at).limit(1))
        for one in range(number):
            db.add(Village(project_id=town.project_id, code=f"9{one:03}", name=f"村{one}", created_at=made))


def count(town):
    """As the timetable does."""
    assert count_months_due(town.database, MORNING)


def rates(browser, query=""):
    return browser.see(f"/map/rates?{query}").get_json(force=True)


def test_a_village_s_rate_is_told_with_what_it_is_of_and_a_small_one_goes_into_the_town(care_town, browse):
    visits(care_town, 1, done=20, missed=10)
    visits(care_town, 2, done=6, missed=3)
    count(care_town)
    found = rates(browse("lea"))
    assert found["month"] == "2026-01"
    first, second = (found["villages"][code]["on_time"] for code in CODES[:2])
    assert first["level"] is None and second["level"] is None, "the one would give the other back"
    assert second["note"] == "人数少，并入全镇"
    (town,) = found["wholes"]
    assert (town["name"], town["on_time"]["text"], town["on_time"]["of"]) == ("全镇", "72%", "26/36"), (
        "the three are too few to move a number"
    )


def test_a_large_village_is_told_alone(care_town, browse):
    visits(care_town, 1, done=20, missed=10)
    visits(care_town, 2, done=40, missed=8)
    count(care_town)
    found = rates(browse("lea"))["villages"]
    assert [(found[code]["on_time"]["of"], found[code]["on_time"]["level"]) for code in CODES[:2]] == [
        ("20/30", 0),
        ("40/48", 2),
    ]
    page = browse("lea").see("/map?show=on_time")
    assert "66%" in text_of(page) and 'value="11"' in page.get_data(as_text=True)


def test_a_month_that_was_told_stays_as_it_was_told(care_town, browse):
    visits(care_town, 1, done=20, missed=10)
    lea = browse("lea")
    count(care_town)
    first = rates(lea)
    visits(care_town, 1, done=30, missed=0)
    assert rates(lea) == first
    with care_town.database.reading() as db:
        assert db.scalar(select(func.count(Release.id)).where(Release.measure == "rate on time")) == 12


def test_every_look_at_a_month_is_kept_once(care_town, browse):
    lea = browse("lea")
    count(care_town)
    assert rates(lea) == rates(lea)
    with care_town.database.reading() as db:
        looked = select(func.count(ReleaseLook.id)).join(Release, Release.id == ReleaseLook.release_id)
        assert db.scalar(looked.where(Release.measure.startswith("rate "))) == 24


def test_an_earlier_month_is_asked_for_by_name_and_anything_else_is_the_newest(care_town, browse):
    for village in (1, 2):
        visits(care_town, village, done=20, missed=10, closed=date(2025, 6, 15))
    lea = browse("lea")
    count(care_town)
    assert rates(lea, "month=2025-05")["villages"][CODES[0]]["on_time"]["level"] is None
    assert rates(lea, "month=2025-06")["villages"][CODES[0]]["on_time"]["of"] == "20/30"
    for other in ("month=2026-02", "month=2019-01", "month=x"):
        assert rates(lea, other)["month"] == "2026-01"


def test_rates_are_for_who_gets_numbers_of_visits(care_town, browse):
    answers = {name: browse(name).see("/map/rates").status_code for name in ("lea", "wang", "lin", "otto")}
    assert answers["lea"] == answers["wang"] == 200 and answers["otto"] in (403, 404)


def test_who_works_in_one_village_is_told_no_sums(care_town, browse):
    visits(care_town, 1, done=20, missed=10)
    visits(care_town, 2, done=6, missed=3)
    count(care_town)
    found = rates(browse("wang"))
    assert found["wholes"] == [] and found["villages"][CODES[1]]["on_time"]["note"] == "人数少，不显示"


def test_many_visits_of_few_people_are_no_rate(care_town, browse):
    with care_town.database.transaction() as db:
        for _ in range(4):
            woman = a_woman(db, care_town.project_id)
            for _ in range(8):
                a_follow_up(db, woman, TODAY, closes_on=CLOSED, ended=True, state="done_on_time", answered_on=CLOSED)
    count(care_town)
    assert rates(browse("lea"))["villages"][CODES[0]]["on_time"]["level"] is None


@pytest.mark.parametrize("state", ["declined", "not_wanted", "superseded"])
def test_who_declined_withdrew_or_moved_is_no_missed_visit(care_town, browse, state):
    for village in (1, 2):
        visits(care_town, village, done=20, missed=10)
    with care_town.database.transaction() as db:
        for _ in range(7):
            woman = a_woman(db, care_town.project_id)
            a_follow_up(db, woman, TODAY, closes_on=CLOSED, ended=True, state=state)
    count(care_town)
    assert rates(browse("lea"))["villages"][CODES[0]]["on_time"]["of"] == "20/30"


def test_a_village_s_card_says_what_its_numbers_are_and_where_they_lead(care_town, browse):
    for village in (1, 2):
        visits(care_town, village, done=20, missed=10)
    count(care_town)
    card = browse("lea").see(f"/map/village/{CODES[0]}")
    assert "66%" in text_of(card) and "20/30" in text_of(card) and CODES[0] in text_of(card)
    assert "/follow-ups/list" not in card.get_data(as_text=True)
    assert f"/follow-ups/list?village={CODES[0]}" in browse("wang").see(f"/map/village/{CODES[0]}").get_data(
        as_text=True
    )
    assert "/follow-ups/list" not in browse("wang").see(f"/map/village/{CODES[1]}").get_data(as_text=True)
    assert browse("lea").see("/map/village/999999999").status_code == 404


def test_a_card_takes_as_many_questions_in_a_town_of_many_villages(care_town, browse, count_queries):
    count(care_town)
    lea, asked = browse("lea"), []
    for number in range(2):
        if number:
            with care_town.database.transaction() as db:
                made = db.scalar(select(Village.created_at).limit(1))
                db.add_all(
                    Village(project_id=care_town.project_id, code=f"9{one:03}", name=f"村{one}", created_at=made)
                    for one in range(60)
                )
        lea.see(f"/map/village/{CODES[0]}")
        with count_queries() as found:
            lea.see(f"/map/village/{CODES[0]}")
        asked.append(len(found))
    assert asked[0] == asked[1]


def test_a_village_that_is_new_is_not_told_in_months_before_it(care_town, browse):
    lea = browse("lea")
    count(care_town)
    rates(lea)
    add_villages(care_town, 1)
    assert rates(lea)["villages"]["9000"]["on_time"]["level"] is None


def test_villages_of_a_cluster_are_counted_in_it_and_the_cluster_is_no_village(care_town, browse):
    add_villages(care_town, 1)
    with care_town.database.transaction() as db:
        south = db.scalar(select(Village).where(Village.code == "9000"))
        for village in db.scalars(select(Village).where(Village.code.in_(CODES[:2]))):
            village.parent_id = south.id
    visits(care_town, 1, done=20, missed=10)
    visits(care_town, 2, done=30, missed=20)
    count(care_town)
    found = rates(browse("lea"))
    assert [found["villages"][code]["on_time"]["of"] for code in (*CODES[:2], "9000")] == ["20/30", "30/50", "50/80"]
    assert [one["name"] for one in found["wholes"]] == ["村0", "全镇"]


def test_a_month_is_never_counted_for_who_looks(care_town, browse, count_queries):
    """Before the timetable came by, table, card and map say so, in every language; nothing is hatched and nothing kept."""
    visits(care_town, 1, done=20, missed=10)
    lea = browse("lea")
    for path in ("/map?show=on_time", f"/map/village/{CODES[0]}"):
        with count_queries() as asked:
            page = lea.see(path).get_data(as_text=True)
        assert page.count("还在算") >= 2 and "nowrap chip hatched" not in page, path
        assert not [one for one in asked if "closes_on BETWEEN" in one], path
    found = rates(lea)
    assert found["counted"] is False and found["month"] == "2026-01"
    assert found["villages"][CODES[0]]["on_time"]["level"] == -1 and found["wholes"][0]["on_time"]["text"] == "还在算"
    with care_town.database.reading() as db:
        assert db.scalar(select(func.count(Release.id)).where(Release.measure.startswith("rate "))) == 0
    count(care_town)
    assert rates(lea)["counted"] is True


def test_the_newest_counted_month_is_shown_until_the_next_one_is_and_that_can_be_asked_for(care_town, browse, clock):
    for village in (1, 2):
        visits(care_town, village, done=20, missed=10)
    count(care_town)
    clock.forward(days=13)  # the 15th: February may be told
    lea = browse("lea")
    assert (rates(lea)["month"], rates(lea)["counted"]) == ("2026-01", True)
    february = rates(lea, "month=2026-02")
    assert (february["month"], february["counted"]) == ("2026-02", False)
    assert count_months_due(care_town.database, clock.now()) == 2
    assert (rates(lea)["month"], rates(lea)["counted"]) == ("2026-02", True)
