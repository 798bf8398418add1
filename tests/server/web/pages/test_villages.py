"""A village's page: its other names, its outlines, drawing them by hand, and merging villages with a preview and undo."""

import re
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from server.models import Audit, BoundarySet, Submission, Village, VillageAlias
from tests.client import Client
from tests.making import a_record
from tests.server.web.pages.conftest import CODES, a_file, boundaries, text_of

WEST, EAST = CODES
PAGE = f"/places/{WEST}"


def sets(database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(BoundarySet))


def acts(database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(Audit.action).where(Audit.action.like("village.%")).order_by(Audit.id)))


def test_other_names_are_added_and_taken_away_and_a_file_may_use_them(town, browse, database):
    lea = browse("lea")
    assert lea.send(f"/places/{EAST}/aliases", {"name": "大坪"}).status_code == 303
    assert "大坪" in text_of(lea.see(f"/places/{EAST}")) and "大坪" in text_of(lea.see("/places"))
    content = boundaries(WEST, "").replace("村2".encode(), "大坪村".encode())
    looked = lea.send("/places/import", {"file": a_file(content, "v.geojson"), "crs": "EPSG:4326", "step": "check"})
    assert "第 2 行“大坪村”：村2 · 按别名" in text_of(looked)
    with database.reading() as db:
        alias_id = db.scalar(select(VillageAlias.id))
    assert lea.send(f"/places/{WEST}/aliases/{alias_id}/remove").status_code == 404  # another village's
    assert lea.send(f"/places/{EAST}/aliases/{alias_id}/remove").status_code == 303
    assert "大坪" not in text_of(lea.see(f"/places/{EAST}"))
    assert acts(database).count("village.alias") == 2


@pytest.mark.parametrize("name", ["村1", "", "x" * 61])
def test_a_name_that_says_nothing_new_is_refused(town, browse, name):
    assert browse("lea").send(f"{PAGE}/aliases", {"name": name}).status_code == 400


def send_named(town) -> int:
    """A record without a point, that names the eastern village."""
    sent = Client(town.app, key=town.key).send(town.project_id, a_record(village=EAST))
    assert sent.status_code == 201
    with town.database.reading() as db:
        return db.scalar(select(func.max(Submission.id)))


def test_villages_are_merged_after_a_preview_and_taken_apart_again(town, browse, database):
    lea = browse("lea")
    by_point = town.record(village=2)
    by_name = send_named(town)
    looked = lea.send(f"{PAGE}/merge", {"villages": EAST, "step": "check", "valid_from": "2026-02-01"})
    assert "还没有改动" in text_of(looked) and sets(database) == 1
    assert lea.send(f"{PAGE}/merge", {"villages": EAST, "step": "merge", "valid_from": "2026-02-01"}).status_code == 303
    with database.reading() as db:
        east = db.scalars(select(Village).where(Village.code == EAST)).one()
        west = db.scalars(select(Village).where(Village.code == WEST)).one()
        assert (east.successor_id, east.parent_id, east.retired_at is not None) == (west.id, west.id, True)
        assert {db.get_one(Submission, one).village_id for one in (by_point, by_name)} == {west.id}
    assert "已并入村1" in text_of(lea.see("/places"))
    assert "这个村已合并" in text_of(lea.see(f"/places/{EAST}"))
    page = lea.see(PAGE)
    assert "2026-02-01" in text_of(page) and "合村" in text_of(page)
    undo = re.search(rf'action="({PAGE}/merges/\d+/undo)"', page.get_data(as_text=True))[1]
    assert lea.send(undo, {"step": "undo"}).status_code == 303
    with database.reading() as db:
        east = db.scalars(select(Village).where(Village.code == EAST)).one()
        assert (east.successor_id, east.parent_id, east.retired_at) == (None, None, None)
        assert {db.get_one(Submission, one).village_id for one in (by_point, by_name)} == {east.id}
    assert lea.send(undo).status_code == 404
    assert acts(database)[-3:] == ["village.merge", "village.import", "village.merge.undo"]


def test_a_merge_is_not_undone_once_boundaries_changed_again(town, browse):
    lea = browse("lea")
    lea.send(f"{PAGE}/merge", {"villages": EAST, "step": "merge"})
    undo = re.search(rf'action="({PAGE}/merges/\d+/undo)"', lea.see(PAGE).get_data(as_text=True))[1]
    lea.send("/places/import", {"file": a_file(boundaries(WEST), "v.geojson"), "crs": "EPSG:4326", "step": "import"})
    assert "撤销上一次合村" not in text_of(lea.see(PAGE))
    assert lea.send(undo).status_code == 404


@pytest.mark.parametrize("sent", [{}, {"villages": WEST}, {"villages": "519901201999"}])
def test_a_merge_of_nothing_or_of_itself_is_refused(town, browse, sent):
    assert browse("lea").send(f"{PAGE}/merge", {**sent, "step": "merge"}).status_code == 400


def corners(page) -> str:
    return re.search(r"<textarea.*?>(.*?)</textarea>", page.get_data(as_text=True), re.DOTALL)[1].strip()


def test_an_outline_is_corrected_by_its_corners_through_the_same_preview(town, browse, database):
    lea = browse("lea")
    typed = corners(lea.see(f"{PAGE}/outline"))
    assert len(typed.splitlines()) == 4
    wider = typed.replace("105.0100000", "105.0120000")
    looked = lea.send(f"{PAGE}/outline", {"corners": wider, "step": "check"})
    assert "两个村都划进去的地" in text_of(looked) and sets(database) == 1
    assert corners(looked) == wider
    hidden = re.search(r'name="corners" value="(.*?)"', looked.get_data(as_text=True))[1]
    assert lea.send(f"{PAGE}/outline", {"corners": hidden, "step": "save"}).status_code == 303
    assert corners(lea.see(f"{PAGE}/outline")).count("105.0120000") == 2
    assert "在这里画的" in text_of(lea.see(PAGE))
    assert acts(database)[-1] == "village.draw"


def test_of_two_outlines_that_are_saved_at_once_both_hold(town, browse):
    """Each is the boundaries in force with one outline changed: the second would put back what the first one was."""
    gate, said = Barrier(2), []
    wishes = ((WEST, "105.0000000", "104.9990000"), (EAST, "105.0200000", "105.0210000"))

    def save(lea, code, typed):
        gate.wait(60)
        said.append(lea.send(f"/places/{code}/outline", {"corners": typed, "step": "save"}).status_code)

    people = [(browse("lea"), code, was, becomes) for code, was, becomes in wishes]
    changed = [(lea, code, corners(lea.see(f"/places/{code}/outline")).replace(*edge)) for lea, code, *edge in people]
    threads = [Thread(target=save, args=one) for one in changed]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert said == [303, 303]
    for lea, code, _was, becomes in people:
        assert corners(lea.see(f"/places/{code}/outline")).count(becomes) == 2, code


@pytest.mark.parametrize(
    "typed", ["", "105.0, 30.0\n105.1, 30.0", "105, 30\n106, 91\n107, 30", "a, b\n1, 2\n3, 4", "1,1\n2,2\n3,3"]
)
def test_corners_that_make_no_outline_are_refused_and_kept(town, browse, database, typed):
    answer = browse("lea").send(f"{PAGE}/outline", {"corners": typed, "step": "save"})
    assert answer.status_code == 400 and sets(database) == 1


def test_names_of_places_are_for_everybody_in_the_town_and_changes_for_who_imports(town, browse):
    vera = browse("vera")
    assert vera.see(PAGE).status_code == 200
    assert "改村界" not in text_of(vera.see(PAGE))
    for page in ("merge", "outline", "aliases"):
        assert vera.send(f"{PAGE}/{page}", {"name": "x"}).status_code == 403
    assert browse("lea").see("/places/519901201999").status_code == 404


def test_the_list_takes_no_more_questions_for_many_villages(town, browse, count_queries):
    lea = browse("lea")
    with count_queries() as few:
        assert lea.see("/places").status_code == 200
    more = [f"519901201{number:03}" for number in range(3, 40)]
    lea.send(
        "/places/import", {"file": a_file(boundaries(*CODES, *more), "v.geojson"), "crs": "EPSG:4326", "step": "import"}
    )
    for code in more[:9]:
        lea.send(f"/places/{code}/aliases", {"name": f"别名{code}"})
    with count_queries() as many:
        assert "村39" in text_of(lea.see("/places"))
    assert len(many) <= len(few)
