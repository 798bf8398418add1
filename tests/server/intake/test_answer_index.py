"""An answer is found again, in no database is it written, and it goes when the record goes."""

from sqlalchemy import func, select, text

from server.db import Database
from server.intake.answer_index import answered, key_of, make_key, number_of
from server.models import AnswerWord, Form, Submission
from tests.client import Client
from tests.making import a_record


def found(database: Database, project_id: int, path: str, *words: str) -> list[int]:
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        return list(db.scalars(select(Submission.id).where(answered(db, project_id, form.id, path, words))))


def test_a_record_is_found_by_its_answers_in_repeats_too(phone: Client, project_id: int, database: Database) -> None:
    phone.send(project_id, a_record(note="Red door", members=[("甲", "3"), ("乙", "40")]))
    phone.send(project_id, a_record(note="blue door", members=[("丙", "41")]))
    assert found(database, project_id, "/note", "red door") == [1]
    assert found(database, project_id, "/member/age", "40", "41") == [1, 2]
    assert found(database, project_id, "/member/age", "red door") == []
    assert found(database, project_id, "/note") == []


def test_a_correction_takes_the_old_words_away(phone: Client, project_id: int, database: Database) -> None:
    phone.send(project_id, a_record(note="one", instance_id="uuid:a"))
    phone.send(project_id, a_record(note="two", instance_id="uuid:b", deprecated_id="uuid:a"))
    assert found(database, project_id, "/note", "one") == []
    assert found(database, project_id, "/note", "two") == [1]


def test_the_same_answer_is_another_number_in_another_question_form_and_project() -> None:
    keys = (b"a" * 32, b"b" * 32)
    numbers = {number_of(key, form, path, "yes") for key in keys for form in (1, 2) for path in ("/a", "/b")} | {
        number_of(keys[0], 1, "/a", "no")
    }
    assert len(numbers) == 9
    assert all(0 <= one < 2**63 for one in numbers)


def test_of_two_that_make_a_project_s_key_the_first_one_s_counts(
    phone: Client, project_id: int, database: Database
) -> None:
    phone.send(project_id, a_record(note="one"))
    with database.transaction() as db:
        before = key_of(db, project_id)
        assert make_key(db, project_id) == before
    with database.reading() as db:
        assert before not in bytes(db.execute(text("SELECT key FROM answer_key")).scalar_one())


def test_a_record_without_answers_leaves_nothing(phone: Client, project_id: int, database: Database) -> None:
    phone.send(project_id, a_record(gps="30 105 0 5"))
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(AnswerWord)) == 0
