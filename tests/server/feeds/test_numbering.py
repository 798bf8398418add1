"""Numbers without a gap, and none that a reader misses, however many write at once and whoever commits first."""

import random
import threading
from itertools import pairwise

import pytest
from sqlalchemy import select

from server.access.changes import note_changes
from server.db import Database
from server.feeds import numbering
from server.feeds.numbering import list_waiting, number_all, number_changes, waits
from server.models import Change
from tests.conftest import MORNING

KIND = "submission.create"


def write(database: Database, project_id: int, ids: list[int]) -> None:
    with database.transaction() as db:
        note_changes(db, project_id, KIND, ids, MORNING)


def order(database: Database, project_id: int) -> list[tuple[int | None, int | None]]:
    with database.reading() as db:
        query = select(Change.seq, Change.about_id).where(Change.project_id == project_id, Change.seq.is_not(None))
        return [(seq, about) for seq, about in db.execute(query.order_by(Change.seq))]


def test_numbers_begin_at_one_in_each_project_and_go_on(database: Database, project_id: int) -> None:
    write(database, project_id, [11, 12])
    assert number_all(database, project_id) == 2
    write(database, project_id, [13])
    with database.reading() as db:
        assert (waits(db, project_id), list_waiting(db)) == (True, [project_id])
    assert number_all(database, project_id) == 1
    assert order(database, project_id) == [(1, 11), (2, 12), (3, 13)]
    with database.reading() as db:
        assert (waits(db, project_id), list_waiting(db)) == (False, [])


def test_what_is_taken_back_has_no_number(database: Database, project_id: int) -> None:
    class Broken(Exception):
        pass

    def break_off() -> None:
        with database.transaction() as db:
            note_changes(db, project_id, KIND, [1], MORNING)
            raise Broken

    with pytest.raises(Broken):
        break_off()
    write(database, project_id, [2])
    number_all(database, project_id)
    assert order(database, project_id) == [(1, 2)]


def test_many_are_numbered_in_parts(database: Database, project_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "TOGETHER", 5)
    write(database, project_id, list(range(1, 13)))
    assert number_all(database, project_id) == 12
    assert order(database, project_id) == [(place, place) for place in range(1, 13)]


def test_who_commits_last_comes_last_though_the_row_was_written_first(database: Database, project_id: int) -> None:
    """On SQLite the second waits for the first; on PostgreSQL its row, with the higher id, is there before."""
    if database.is_sqlite:
        write(database, project_id, [1])
        write(database, project_id, [2])
        number_all(database, project_id)
        assert order(database, project_id) == [(1, 1), (2, 2)]
        return
    with database.writing() as slow:
        note_changes(slow, project_id, KIND, [1], MORNING)
        write(database, project_id, [2])
        number_all(database, project_id)
        assert order(database, project_id) == [(1, 2)]
        slow.commit()
    number_all(database, project_id)
    assert order(database, project_id) == [(1, 2), (2, 1)]


class Follower(threading.Thread):
    """Reads what is numbered as a program does: after the last number that it has seen."""

    def __init__(self, database: Database, project_id: int, over: threading.Event) -> None:
        super().__init__()
        self.database, self.project_id, self.over = database, project_id, over
        self.seen: list[tuple[int | None, int | None]] = []

    def run(self) -> None:
        while True:
            last_round = self.over.is_set()
            number_all(self.database, self.project_id)
            after = self.seen[-1][0] if self.seen else 0
            with self.database.reading() as db:
                here = Change.project_id == self.project_id, Change.seq > after
                rows = db.execute(select(Change.seq, Change.about_id).where(*here).order_by(Change.seq)).all()
            self.seen += [(seq, about) for seq, about in rows]
            if last_round:
                return


def test_with_many_writers_no_reader_ever_misses_a_change(database: Database, project_id: int) -> None:
    over, errors = threading.Event(), list[BaseException]()

    def write_some(writer: int) -> None:
        chance = random.Random(writer)
        try:
            for turn in range(15):
                ids = [writer * 1000 + turn * 10 + one for one in range(chance.randint(1, 4))]
                with database.transaction() as db:
                    for one in ids:  # rows of several transactions lie between each other
                        note_changes(db, project_id, KIND, [one], MORNING)
        except BaseException as error:
            errors.append(error)

    followers = [Follower(database, project_id, over) for _ in range(3)]
    writers = [threading.Thread(target=write_some, args=(number,)) for number in range(1, 7)]
    for thread in (*followers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in followers:
        thread.join()
    assert errors == []
    whole = order(database, project_id)
    with database.reading() as db:
        written = set(db.scalars(select(Change.about_id).where(Change.project_id == project_id)))
    assert [seq for seq, _ in whole] == list(range(1, len(whole) + 1))
    assert {about for _, about in whole} == written
    assert len(written) == len(whole) > 6 * 15
    assert [one.seen for one in followers] == [whole] * 3
    mine = [about for _, about in whole if about is not None and about // 1000 == 1]
    assert all(first < second for first, second in pairwise(mine)), "a writer's own stay in their order"


def test_numbers_of_one_project_do_not_wait_for_another(database: Database, project_id: int) -> None:
    from tests.making import a_town

    with database.transaction() as db:
        other = a_town(db, "别的镇").id
    write(database, project_id, [1])
    write(database, other, [5, 6])
    with database.transaction() as db:
        assert number_changes(db, other) == 2
    assert (order(database, other), order(database, project_id)) == ([(1, 5), (2, 6)], [])
