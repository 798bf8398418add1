"""Files with many records: asked for, made by the timetable, taken by who asked; over when anything is gone since."""

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text, update

from server.access.changes import GONE, note_changes
from server.intake import export_files, made_exports, making_exports
from server.intake.made_exports import FOLDER, KEPT_FOR, STUCK_AFTER, read_order, write_order
from server.jobs import make_exports
from server.models import Assignment, Audit, MadeExport, Notification, User
from tests.conftest import MORNING
from tests.server.web.pages.conftest import text_of

PAGE = "/review/export"


@pytest.fixture(autouse=True)
def even_few_are_many(monkeypatch) -> None:
    monkeypatch.setattr(made_exports, "LARGE", 1)
    monkeypatch.setattr(export_files, "EACH", 1)


@pytest.fixture
def records(town) -> None:
    for number in range(3):
        town.record(village=1 + number % 2, note=f"WORDNOTE{number}")


def ask(browser: Any, kind: str = "xlsx", query: str = "form=visit") -> Any:
    answer = browser.send(f"{PAGE}?{query}", {"format": kind, "lang": "zh"})
    assert answer.status_code == 303, text_of(answer)
    return answer


def rows(database) -> list[MadeExport]:
    with database.reading() as db:
        return list(db.scalars(select(MadeExport).order_by(MadeExport.id)))


def files(config) -> list[bytes]:
    return [one.read_bytes() for one in (config.data_dir / FOLDER).glob("*")]


def made(database) -> str:
    return f"{PAGE}/made/{rows(database)[-1].id}"


def test_one_is_asked_for_made_told_of_and_taken(town, browse, records, database, config) -> None:
    rita = browse("rita")
    assert "在后台生成" in text_of(rita.see(f"{PAGE}?form=visit"))
    ask(rita)
    assert "排队中" in text_of(rita.see(PAGE))
    assert rita.see(made(database)).status_code == 404
    assert make_exports(database, config, MORNING) == 1
    assert "做好了" in text_of(rita.see(PAGE))
    [row] = rows(database)
    assert (row.state, row.records, row.total) == ("ready", 3, 3)
    with database.reading() as db:
        assert db.scalar(select(Notification.kind).where(Notification.recipient_id == row.actor_id)) == "export_ready"
    answer = rita.see(made(database))
    assert 'filename="visit.xlsx"' in answer.headers["Content-Disposition"]
    assert len(list(load_workbook(io.BytesIO(answer.data)).worksheets[0].values)) == 4
    with database.reading() as db:
        noted = db.scalars(select(Audit).where(Audit.action == "form.submission.export")).one()
    assert noted.details["records"] == 3


@pytest.mark.parametrize("kind", ["zip", "geojson", "gpkg"])
def test_every_kind_is_made(town, browse, records, database, config, kind) -> None:
    rita = browse("rita")
    ask(rita, kind)
    make_exports(database, config, MORNING)
    answer = rita.see(made(database))
    assert (answer.status_code, len(answer.data)) == (200, rows(database)[0].size)


def test_it_lies_sealed_and_what_was_asked_for_too(town, browse, records, database, config) -> None:
    rita = browse("rita")
    ask(rita, "geojson", "form=visit&answer=/note%3DWORDNOTE1")
    make_exports(database, config, MORNING)
    assert b"WORDNOTE1" in rita.see(made(database)).data
    [file] = files(config)
    assert b"WORDNOTE" not in file
    with database.reading() as db:
        assert b"WORDNOTE" not in bytes(db.execute(text("SELECT wish_json FROM made_export")).scalar_one())


def test_nobody_else_takes_it(town, browse, records, database, config) -> None:
    ask(browse("rita"))
    make_exports(database, config, MORNING)
    for name in ("vera", "lea", "ada"):
        assert browse(name).see(made(database)).status_code == 404, name
    assert browse("vera").send(f"{made(database)}/back").status_code == 404


def test_it_goes_when_taken_back_or_after_a_week(town, browse, records, database, config, clock) -> None:
    rita = browse("rita")
    for _ in range(2):
        ask(rita)
        make_exports(database, config, MORNING)
    assert len(files(config)) == 2
    assert rita.send(f"{made(database)}/back").status_code == 303
    assert rita.see(made(database)).status_code == 404
    clock.set(MORNING + timedelta(hours=1))
    make_exports(database, config, MORNING + timedelta(hours=1))
    assert len(files(config)) == 1
    clock.set(MORNING + KEPT_FOR)
    assert browse("rita").see(f"{PAGE}/made/{rows(database)[0].id}").status_code == 404, "also before it is swept"
    make_exports(database, config, MORNING + KEPT_FOR)
    assert files(config) == []
    assert [(row.state, row.why) for row in rows(database)] == [("over", "expired"), ("over", "taken_back")]


@pytest.mark.parametrize("kind", [GONE, "submission.delete"])
def test_what_is_gone_since_ends_it_at_once(town, browse, records, database, config, kind) -> None:
    rita = browse("rita")
    ask(rita)
    make_exports(database, config, MORNING)
    with database.transaction() as db:
        note_changes(db, town.project_id, kind, [None], MORNING - timedelta(minutes=1))  # begun before, committed after
    assert rita.see(made(database)).status_code == 404
    make_exports(database, config, MORNING + timedelta(minutes=2))
    assert (files(config), rows(database)[0].why) == ([], "gone")
    assert "撤回同意" in text_of(rita.see(PAGE))


def test_what_was_gone_before_ends_nothing(town, browse, records, database, config) -> None:
    with database.transaction() as db:
        note_changes(db, town.project_id, GONE, [None], MORNING)
    rita = browse("rita")
    ask(rita)
    make_exports(database, config, MORNING)
    assert rita.see(made(database)).status_code == 200


def test_whose_rights_are_others_by_now_does_not_get_it(town, browse, records, database, config) -> None:
    rita = browse("rita")
    ask(rita)
    make_exports(database, config, MORNING)
    with database.transaction() as db:
        actor = db.scalar(select(User.actor_id).where(User.email == "rita@example.test"))
        db.execute(text("DELETE FROM village_scope WHERE actor_id = :actor"), {"actor": actor})
    assert rita.see(made(database)).status_code == 404
    with database.transaction() as db:
        db.execute(update(Assignment).where(Assignment.actor_id == actor).values(role_id=2))
    assert rita.see(made(database)).status_code in (403, 404)


def test_what_cannot_be_made_is_said_and_leaves_nothing(town, browse, records, database, config, monkeypatch) -> None:
    rita = browse("rita")
    ask(rita)

    def break_off(*_given: object) -> Any:
        raise OSError("disk full")

    monkeypatch.setattr(made_exports, "write", break_off)
    make_exports(database, config, MORNING)
    assert (rows(database)[0].state, files(config)) == ("failed", [])
    assert "没有做成" in text_of(rita.see(PAGE))


def test_taken_back_while_it_is_made_it_ends(town, browse, records, database, config, monkeypatch) -> None:
    rita = browse("rita")
    ask(rita)
    real = made_exports.note_progress

    def take_back_first(*given: Any) -> None:
        with database.transaction() as db:
            db.execute(update(MadeExport).values(state="over", why="taken_back"))
        real(*given)

    monkeypatch.setattr(made_exports, "note_progress", take_back_first)
    make_exports(database, config, MORNING)
    assert (rows(database)[0].state, files(config)) == ("over", [])


def test_one_that_was_cut_off_is_made_anew(town, browse, records, database, config, monkeypatch, clock) -> None:
    rita = browse("rita")
    ask(rita)

    class Killed(BaseException):
        pass

    def die(*_given: object) -> Any:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(making_exports, "make_file", die)
        with pytest.raises(Killed):
            make_exports(database, config, MORNING)
    assert rows(database)[0].state == "running"
    assert make_exports(database, config, MORNING + timedelta(minutes=5)) == 0
    later = MORNING + STUCK_AFTER + timedelta(minutes=1)
    clock.set(later)
    assert make_exports(database, config, later) == 1
    assert rows(database)[0].state == "ready"


def test_three_at_once_are_enough(town, browse, records, database) -> None:
    rita = browse("rita")
    for _ in range(3):
        ask(rita)
    answer = rita.send(f"{PAGE}?form=visit", {"format": "xlsx"})
    assert (answer.status_code, len(rows(database))) == (429, 3)


def test_what_was_asked_for_is_read_as_it_was_written(town, browse, records, database) -> None:
    ask(browse("rita"), "xlsx", "form=visit&since=2026-01-01&box=105,30,106,31&answer=/note%3Dx..y&state=received")
    order = read_order(rows(database)[0].wish_json)
    assert read_order(write_order(order)) == order
    assert (order.wanted.state, order.wanted.box is not None, order.words["states"][None]) == (
        "received",
        True,
        "待审核",
    )


def test_the_page_asks_as_often_for_many_as_for_one(town, browse, records, database, config, count_queries) -> None:
    rita, asked = browse("rita"), []
    for number in (1, 2):
        for _ in range(number):
            ask(rita)
            make_exports(database, config, MORNING)
        rita.see(PAGE)
        with count_queries() as seen:
            rita.see(PAGE)
        asked.append(len(seen))
    assert asked[0] == asked[1]
