"""What was told under a merged village's code is called, filtered and counted as the village that it is a part of now."""

import re

import pytest
from sqlalchemy import select

from server.access.assignments import set_villages
from server.access.caller import Caller
from server.models import Project, Village
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.women import TODAY, CareTown, a_follow_up, a_home, a_woman

WEST, EAST = CODES


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


@pytest.fixture
def merged(town, browse):
    """A woman in each village, then the eastern one becomes a part of the western."""
    with town.database.transaction() as db:
        for village, label in ((1, "W-0001 王*"), (2, "W-0002 李*")):
            home = a_home(db, town.project_id, village)
            a_follow_up(db, a_woman(db, town.project_id, label, village, home), TODAY, left=-3)
    assert browse("lea").send(f"/places/{WEST}/merge", {"villages": EAST, "step": "merge"}).status_code == 303
    return town


@pytest.mark.parametrize("path", ["/m", "/m/week", "/follow-ups/list", "/follow-ups/print"])
def test_lists_call_a_merged_village_by_both_names(merged, browse, path):
    page = text_of(browse("lin").see(path))
    assert "村1（原村2）" in page and "村不明" not in page


@pytest.mark.parametrize("path", ["/m", "/follow-ups/list", "/follow-ups/print"])
def test_a_filter_by_the_new_village_finds_what_was_told_of_the_old_one(merged, browse, path):
    page = text_of(browse("lin").see(f"{path}?village={WEST}"))
    assert ("014" in page or "W-0001" in page) and "村1（原村2）" in page


def test_only_villages_in_force_are_there_to_choose(merged, browse):
    page = browse("lin").see("/follow-ups/list").get_data(as_text=True)
    assert re.findall(r'<option value="(\d{12})"', page) == [WEST]


def test_the_board_counts_them_in_one_line(merged, browse):
    page = browse("lin").see("/follow-ups").get_data(as_text=True)
    row = next(one for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "村1" in one)
    assert EAST not in page and "原村2" not in page
    assert re.search(r'class="cell"[^>]*>\s*(?:<[^>]*>)*\s*2\b', row)


def test_who_has_but_the_old_village_goes_on_with_it_and_reaches_no_more(town, browse):
    with town.database.transaction() as db:
        project, by = db.get_one(Project, town.project_id), Caller(actor_id=town.actor_id(db, "ada"), type="user")
        set_villages(db, by, project, town.actor_id(db, "wang"), [EAST], MORNING)
        for village, label in ((1, "W-0001 王*"), (2, "W-0002 李*")):
            a_follow_up(db, a_woman(db, town.project_id, label, village), TODAY, left=-3)
    lea, page = browse("lea"), f"/places/{WEST}/merge"
    preview = lea.send(page, {"villages": EAST, "step": "check"}).get_data(as_text=True)
    asked = re.findall(r'name="asked" value="([^"]+)"', preview)
    lea.send(page, {"villages": EAST, "step": "merge", "asked": asked})  # and nobody is given the new one
    for path in ("/m", "/follow-ups", "/follow-ups/list"):
        page = text_of(browse("wang").see(path))
        assert "村1（原村2）" in page and "W-0001" not in page
    with town.database.reading() as db:
        assert db.scalars(select(Village.successor_id).where(Village.code == EAST)).one() is not None
