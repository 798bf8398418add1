"""An answer is found again, in no database is it written, and it goes when the record goes."""

import hashlib
import hmac
import secrets

import pytest
from sqlalchemy import delete, func, select, text, update

from forms.schema import Choice, Field, FormSchema
from server import jobs
from server.config import Config
from server.db import Database
from server.intake import answer_index
from server.intake.answer_index import Numbering, answered, choice_numbers, key_of, make_key, number_of
from server.models import AnswerKey, AnswerWord, Form, Submission, SubmissionVersion
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record


def found(database: Database, project_id: int, path: str, *words: str) -> list[int]:
    with database.transaction() as db:
        form = db.scalars(select(Form)).one()
        fits = answered(db, project_id, form.id, path, words)
        return list(db.scalars(select(Submission.id).where(fits).order_by(Submission.id)))


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


def test_a_word_s_number_is_its_hmac_under_the_project_s_key() -> None:
    """Words of years ago are still found: it says the same as the library's own."""
    digest = hmac.digest(b"k" * 32, "7\n/house/村\n是".encode(), hashlib.sha256)
    assert number_of(b"k" * 32, 7, "/house/村", "是") == int.from_bytes(digest[:8]) & ((1 << 63) - 1)


def test_in_memory_stay_the_words_that_the_form_itself_says_and_no_one_else_s() -> None:
    labels = {"en": "…"}
    schema = FormSchema(
        (
            Field("roof", "/roof", "string", labels=labels, choices=(Choice("tile", labels), Choice("iron", labels))),
            Field("name", "/name", "string", labels=labels),
        )
    )
    key, said = secrets.token_bytes(32), [("/roof", "tile"), ("/roof", "gold"), ("/name", "tile"), ("/gone", "tile")]
    numbers = Numbering(key, 3, schema)
    before = [numbers[one] for one in said]
    assert choice_numbers(key, 3) == {("/roof", "tile"): before[0]}
    assert [Numbering(key, 3, schema)[one] for one in said] == [number_of(key, 3, *one) for one in said] == before
    assert choice_numbers(key, 4) == {} and Numbering(key, 4)["/roof", "tile"] != before[0]
    assert choice_numbers(key, 4) == {}  # nobody said which form asks what


def test_no_more_of_them_stay_than_a_long_list_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_index, "MOST_CHOICES", 2)
    names = [f"c{number}" for number in range(4)]
    choices = tuple(Choice(name, {"en": name}) for name in names)
    numbers = Numbering(key := secrets.token_bytes(32), 1, FormSchema((Field("a", "/a", "string", choices=choices),)))
    assert len({numbers["/a", name] for name in names}) == 4
    assert len(choice_numbers(key, 1)) == 2


def test_of_two_that_make_a_project_s_key_the_first_one_s_counts(
    phone: Client, project_id: int, database: Database
) -> None:
    phone.send(project_id, a_record(note="one"))
    with database.transaction() as db:
        before = key_of(db, project_id, 1)
        assert make_key(db, project_id, 9) == before
    with database.reading() as db:
        assert before not in bytes(db.execute(text("SELECT key FROM answer_key")).scalar_one())


def test_a_record_without_answers_leaves_nothing(phone: Client, project_id: int, database: Database) -> None:
    phone.send(project_id, a_record(gps="30 105 0 5"))
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(AnswerWord)) == 0


def test_records_from_before_there_were_words_are_found_after_the_job(
    phone: Client, project_id: int, database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TOGETHER_OLDER", 2)
    for _ in range(5):
        phone.send(project_id, a_record(note="red"))
    with database.transaction() as db:  # as an upgrade leaves it
        db.execute(delete(AnswerWord))
        db.execute(delete(AnswerKey))
        db.execute(update(Submission).where(Submission.id == 2).values(sealed=True))
        db.execute(update(SubmissionVersion).where(SubmissionVersion.id == 3).values(values_json=None))
    assert found(database, project_id, "/note", "red") == []
    assert jobs.make_findable(database, config, MORNING) == 0
    phone.send(project_id, a_record(note="red"))
    assert found(database, project_id, "/note", "red") == [6]
    assert jobs.make_findable(database, config, MORNING) == 4
    assert found(database, project_id, "/note", "red") == [1, 4, 5, 6], "of what could not be read there is no word"
    assert jobs.make_findable(database, config, MORNING) == 0
