import json
import re
from datetime import date

import pytest
from sqlalchemy import func, select, update

from geo.boundaries import read_boundaries
from geo.crs import wgs84_to_gcj02
from server.access.audit import record
from server.models import Audit, BoundarySet, FormAttachment, Project, Submission, Village
from server.web.pages import boundaries as page
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES, a_file, boundaries, text_of


def count_sets(database):
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(BoundarySet))


def test_a_file_is_looked_at_first_and_then_imported_without_choosing_it_again(town, browse, database):
    lea = browse("lea")
    content = boundaries(*CODES, "519901201003")
    looked = lea.send(
        "/places/import", {"file": a_file(content, "新村界.geojson"), "crs": "EPSG:4326", "step": "check"}
    )
    assert "还没有改动" in text_of(looked) and "村3" in text_of(looked)
    assert count_sets(database) == 1
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', looked.get_data(as_text=True))[1]
    done = lea.send(
        "/places/import", {"sha256": sha256, "name": "新村界.geojson", "crs": "EPSG:4326", "step": "import"}
    )
    assert "已导入" in text_of(done)
    assert count_sets(database) == 2
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Village)) == 3


@pytest.mark.parametrize(("kind", "who", "words"), [("care", "lea", "不显示"), ("plain", "ada", "<5")])
def test_how_many_records_would_move_is_for_those_who_read_them_all(town, browse, database, kind, who, words):
    """With outlines of one's own one could count what lies in any piece of land, down to one home."""
    town.record()
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == town.project_id).values(kind=kind))
    swapped = a_file(boundaries(*reversed(CODES)), "v.geojson")
    looked = browse(who).send("/places/import", {"file": swapped, "crs": "EPSG:4326", "step": "check"})
    assert f"换村的记录 {words}" in text_of(looked)


def test_rows_that_cannot_be_villages_are_named_and_nothing_is_stored(town, browse, database):
    content = boundaries("12", "519901201001", "519901201001")
    answer = browse("lea").send(
        "/places/import", {"file": a_file(content, "v.geojson"), "crs": "EPSG:4326", "step": "import"}
    )
    page = text_of(answer)
    assert answer.status_code == 400
    assert "第 2 行" in page and "重复" in page
    assert count_sets(database) == 1


def test_a_row_without_a_code_waits_for_somebody_to_say_which_village_it_is(town, browse, database):
    lea, content = browse("lea"), boundaries(CODES[0], "12", name="新名")
    looked = lea.send("/places/import", {"file": a_file(content, "v.geojson"), "crs": "EPSG:4326", "step": "import"})
    assert "这些行是哪个村" in text_of(looked) and "还没有改动" in text_of(looked)
    assert count_sets(database) == 1  # asked to import at once, and not done
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', looked.get_data(as_text=True))[1]
    sent = {"sha256": sha256, "name": "v.geojson", "crs": "EPSG:4326", "row-2": CODES[1]}
    assert f'name="row-2" value="{CODES[1]}"' in lea.send("/places/import", {**sent, "step": "check"}).get_data(
        as_text=True
    )
    assert "已导入" in text_of(lea.send("/places/import", {**sent, "step": "import"}))
    with database.reading() as db:
        names = dict(db.execute(select(Village.code, Village.name)).all())
    assert names == {CODES[0]: "新名1", CODES[1]: "村2"}


def test_overlaps_gaps_and_repairs_are_listed_before_anything_changes(town, browse):
    content = boundaries(*CODES).replace(b"[105.01,30.0]", b"[105.012,30.0]", 1)
    looked = browse("lea").send(
        "/places/import", {"file": a_file(content, "v.geojson"), "crs": "EPSG:4326", "step": "check"}
    )
    page = text_of(looked)
    assert "两个村都划进去的地" in page and "村1、村2" in page and "平方米" in page
    bow = b"[[[105.0,30.0],[105.01,30.01],[105.01,30.0],[105.0,30.01],[105.0,30.0]]]"
    crossed = re.sub(rb"\[\[\[105.0,.*?\]\]\]", bow, boundaries(*CODES), count=1)
    page = text_of(
        browse("lea").send(
            "/places/import", {"file": a_file(crossed, "v.geojson"), "crs": "EPSG:4326", "step": "check"}
        )
    )
    assert "村1: 变成 2 块" in page and "30.00500, 105.00500" in page


def test_a_file_that_lies_beside_the_boundaries_in_use_is_doubted_aloud(town, browse, database):
    """Drawn over a Chinese web map and declared as GPS: both readings are shown, and nothing is changed by itself."""
    document = json.loads(boundaries(*CODES))
    for one in document["features"]:
        (ring,) = one["geometry"]["coordinates"]
        one["geometry"]["coordinates"] = [[wgs84_to_gcj02(*corner) for corner in ring]]
    looked = browse("lea").send(
        "/places/import",
        {"file": a_file(json.dumps(document).encode(), "v.geojson"), "crs": "EPSG:4326", "step": "check"},
    )
    page = looked.get_data(as_text=True)
    assert "GCJ-02" in page and 'class="other"' in page and 'class="in_use"' in page
    assert count_sets(database) == 1


def test_boundaries_may_hold_since_another_day(town, browse, database):
    sent = {
        "file": a_file(boundaries(*CODES), "v.geojson"),
        "crs": "EPSG:4326",
        "step": "import",
        "valid_from": "2026-01-01",
    }
    assert browse("lea").send("/places/import", sent).status_code == 200
    with database.reading() as db:
        days = list(db.scalars(select(BoundarySet.valid_from).order_by(BoundarySet.id)))
    assert days == [None, date(2026, 1, 1)]
    wrong = {**sent, "file": a_file(boundaries(*CODES), "v.geojson"), "valid_from": "soon"}
    assert browse("lea").send("/places/import", wrong).status_code == 400


def test_a_wrong_coordinate_system_is_said_in_words(town, browse):
    lea = browse("lea")
    for crs in ("EPSG:4545", "nonsense", ""):
        answer = lea.send(
            "/places/import", {"file": a_file(boundaries(*CODES), "v.geojson"), "crs": crs, "step": "check"}
        )
        assert answer.status_code == 400


def test_bytes_that_are_no_boundaries_are_refused(town, browse):
    lea = browse("lea")
    for content in (b"", b"PK\x03\x04", b"{", b"<!DOCTYPE x><kml/>", bytes(range(256))):
        sent = {"file": a_file(content, "v.geojson"), "crs": "EPSG:4326", "step": "check"}
        assert lea.send("/places/import", sent).status_code == 400


def test_a_hash_of_nothing_we_keep_is_no_file(town, browse):
    lea = browse("lea")
    for sha256 in ("0" * 64, "../../secret.key", ""):
        sent = {"sha256": sha256, "name": "v.geojson", "crs": "EPSG:4326", "step": "import"}
        assert lea.send("/places/import", sent).status_code == 400


def test_importing_is_for_those_who_may(town, browse):
    for name in ("rita", "vera", "otto"):
        browser = browse(name)
        assert browser.see("/places/import").status_code in (403, 404)
        assert browser.send("/places/import", {"crs": "EPSG:4326"}).status_code in (403, 404)


def test_an_import_gives_the_town_s_forms_its_new_villages(town, browse, database):
    lea = browse("lea")
    lea.send("/forms/library")
    content = boundaries(*CODES, "519901201003", name="新村")
    lea.send("/places/import", {"file": a_file(content, "v.geojson"), "crs": "EPSG:4326", "step": "import"})
    with database.reading() as db:
        query = select(FormAttachment.blob_sha256).where(FormAttachment.name == "villages.csv")
        (sha256,) = set(db.scalars(query))  # one list beside all of them
    csv = (lea.client.application.extensions["fangshi.blobs"]).read(sha256).decode()
    assert "新村3" in csv


@pytest.mark.parametrize("step", ["check", "import"])
def test_phones_can_send_records_while_a_large_file_is_read(town, browse, database, monkeypatch, step):
    """Whoever writes meanwhile would wait for SQLite's one writer, and time out, if the page held it while reading."""
    others = []

    def read_slowly(content, name, crs, known):
        with database.transaction() as db:
            record(db, "somebody.wrote", actor_id=None, now=MORNING)
        others.append(name)
        return read_boundaries(content, name, crs, known)

    monkeypatch.setattr(page, "read_boundaries", read_slowly)
    sent = {"file": a_file(boundaries(*CODES), "large.geojson"), "crs": "EPSG:4326", "step": step}
    assert browse("lea").send("/places/import", sent).status_code == 200
    assert others == ["large.geojson"]
    assert count_sets(database) == (1 if step == "check" else 2)


def test_an_import_is_undone_after_a_look_and_records_go_back(town, browse, database):
    town.record(village=1)
    lea, swapped = browse("lea"), a_file(boundaries(*reversed(CODES)), "v.geojson")
    assert "上一次导入" not in text_of(lea.see("/places/import"))
    lea.send("/places/import", {"file": swapped, "crs": "EPSG:4326", "step": "import"})
    assert village_of_the_record(database) == CODES[1]
    newest = re.search(r'name="set" value="(\d+)"', lea.see("/places/import").get_data(as_text=True))[1]
    looked = lea.send("/places/import/undo", {"set": newest, "step": "check"})
    assert looked.status_code == 200 and "还没有改动" in text_of(looked) and count_sets(database) == 2
    assert lea.send("/places/import/undo", {"set": newest, "step": "undo"}).status_code == 303
    assert count_sets(database) == 3 and village_of_the_record(database) == CODES[0]
    assert lea.send("/places/import/undo", {"set": newest, "step": "undo"}).status_code == 404
    with database.reading() as db:
        assert db.scalar(select(func.count()).where(Audit.action == "village.import.undo")) == 1


def test_who_may_not_import_undoes_nothing(town, browse, database):
    vera = browse("vera")
    assert vera.send("/places/import/undo", {"set": "1", "step": "undo"}).status_code == 403


def village_of_the_record(database) -> str:
    with database.reading() as db:
        return db.scalar(select(Village.code).join(Submission, Submission.village_id == Village.id))
