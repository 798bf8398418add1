"""A phone that sends GCJ-02 is proposed to the office, corrected after a look, and taken back to the digit."""

import re

import pytest
from geoalchemy2.shape import to_shape
from sqlalchemy import select

from geo.crs import wgs84_to_gcj02
from server.models import (
    Audit,
    PointShift,
    PointShiftItem,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    User,
    Village,
)
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.server.web.pages.conftest import CODES, a_file, boundaries, text_of

PLACES = [(105.0072 + number * 0.0004, 30.005) for number in range(6)]  # in village 1; web maps draw them in village 2


@pytest.fixture
def shifted(town):
    """Six records that name village 1, with points as a web map draws them."""
    found = []
    for lon, lat in PLACES:
        x, y = wgs84_to_gcj02(lon, lat)
        found.append(send(town, f"{y} {x} 0 5"))
    return found


def send(town, gps: str, code: str = CODES[0]) -> int:
    sent = Client(town.app, key=town.key).send(town.project_id, a_record(gps=gps, village=code))
    assert sent.status_code == 201
    with town.database.reading() as db:
        return db.scalars(select(Submission.id).order_by(Submission.id.desc())).first()


def stands(database) -> list[tuple[str, float, float]]:
    with database.reading() as db:
        rows = db.execute(
            select(Village.code, SubmissionGeometry.geometry)
            .select_from(Submission)
            .join(SubmissionGeometry, SubmissionGeometry.submission_id == Submission.id)
            .outerjoin(Village, Village.id == Submission.village_id)
            .order_by(Submission.id)
        ).all()
    return [(code, to_shape(one).x, to_shape(one).y) for code, one in rows]


def test_points_are_proposed_corrected_after_a_look_and_taken_back(town, browse, database, shifted):
    rita, before = browse("rita"), stands(database)
    with database.reading() as db:
        xml = list(db.scalars(select(SubmissionVersion.xml).order_by(SubmissionVersion.id)))
    assert "赵秀兰" in text_of(rita.see("/places/shifts")) and "6 个点位" in text_of(rita.see("/places/shifts"))
    looked = rita.see(f"/places/shifts/{town.phone_id}")
    assert looked.get_data(as_text=True).count('<circle class="after"') == 7  # one of the legend
    assert "村1" in text_of(looked)
    assert stands(database) == before  # looking changes nothing

    assert rita.send(f"/places/shifts/{town.phone_id}").status_code == 303
    after = stands(database)
    assert [code for code, _, _ in after] == [CODES[0]] * 6
    for (_, x, y), place in zip(after, PLACES, strict=True):
        assert (x, y) == pytest.approx(place, abs=1e-7)
    with database.reading() as db:
        assert list(db.scalars(select(SubmissionVersion.xml).order_by(SubmissionVersion.id))) == xml
        kept = set(db.execute(select(PointShiftItem.geo_source, PointShiftItem.geo_crs_declared)).all())
    assert kept == {("gps", "EPSG:4326")}
    page = rita.see("/places/shifts")
    assert "没有手机的点位看起来偏移" in text_of(page)

    undo = re.search(r'action="(/places/shifts/undo/\d+)"', page.get_data(as_text=True))[1]
    assert rita.send(undo).status_code == 303
    assert stands(database) == before
    assert rita.send(undo).status_code == 404
    with database.reading() as db:
        acts = list(db.scalars(select(Audit.action).where(Audit.action.like("point.%")).order_by(Audit.id)))
    assert acts == ["point.correct", "point.correct.undo"]


def test_new_boundaries_keep_what_was_corrected(town, browse, database, shifted):
    browse("rita").send(f"/places/shifts/{town.phone_id}")
    corrected = stands(database)
    sent = {"file": a_file(boundaries(*CODES, name="新"), "v.geojson"), "crs": "EPSG:4326", "step": "import"}
    browse("lea").send("/places/import", sent)
    assert stands(database) == corrected


def test_four_points_are_too_few_to_ask_about(town, browse, database):
    for lon, lat in PLACES[:4]:
        x, y = wgs84_to_gcj02(lon, lat)
        send(town, f"{y} {x} 0 5")
    assert "赵秀兰" not in text_of(browse("rita").see("/places/shifts"))
    assert browse("rita").send(f"/places/shifts/{town.phone_id}").status_code == 404


def test_who_reads_village_1_alone_corrects_nothing_elsewhere(town, browse, database, shifted):
    """The points lie in village 2 as they were sent."""
    assert {code for code, _, _ in stands(database)} == {CODES[1]}
    assert "赵秀兰" not in text_of(browse("vera").see("/places/shifts"))
    assert browse("vera").send(f"/places/shifts/{town.phone_id}").status_code == 404
    browse("rita").send(f"/places/shifts/{town.phone_id}")


def test_who_runs_the_town_reads_how_many_phones_and_not_which(town, browse, shifted):
    lea = browse("lea")
    page = text_of(lea.see("/places/shifts"))
    assert "点位看起来偏移的手机：<5" in page and "赵秀兰" not in page
    assert "/places/shifts" in lea.see("/places").get_data(as_text=True)
    assert lea.see(f"/places/shifts/{town.phone_id}").status_code == 403
    assert lea.send(f"/places/shifts/{town.phone_id}").status_code == 403


def test_the_list_takes_no_more_questions_for_many_corrections(town, browse, database, count_queries):
    rita = browse("rita")
    correction(town, database)
    with count_queries() as few:
        assert rita.see("/places/shifts").status_code == 200
    for _ in range(9):
        correction(town, database)
    with count_queries() as many:
        assert rita.see("/places/shifts").get_data(as_text=True).count("/places/shifts/undo/") == 10
    assert len(many) <= len(few)


def correction(town, database) -> None:
    with database.transaction() as db:
        by = db.scalars(select(User.actor_id).where(User.email == "rita@example.test")).one()
        made = {"made_by_id": by, "made_at": MORNING}
        db.add(PointShift(project_id=town.project_id, phone_id=town.phone_id, read_as="GCJ-02", **made))
