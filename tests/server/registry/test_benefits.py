import orjson
from sqlalchemy.orm import Session

from server.models import Entity, Project
from server.registry.benefits import Case, align_case, case_of
from server.registry.telling import Event
from tests.conftest import MORNING
from tests.making import a_town
from tests.server.followups.samples import at_noon, day
from tests.server.followups.told import F12, a_case, correct, tell


def told(on: str, step: str = "", **answers: str) -> Event:
    data = {"step": step, "step_date": on, **answers} if step else answers
    return Event(f"{step} {on}", F12, day(on), at_noon(on), None, data)


def said(db: Session, row: Entity) -> tuple[str, str, str, int]:
    db.refresh(row)
    data = orjson.loads(row.data_json)
    return data.get("status", ""), data.get("step", ""), data.get("renewal_date", ""), row.version


def test_a_case_is_open_until_it_is_paid_without_a_renewal_to_come() -> None:
    asked, paid = told("2027-01-04", "asked"), told("2027-02-01", "paid")
    renewed = told("2027-01-20", "approved", renewal_date="2027-12-01")

    assert case_of([asked]) == Case("open", "asked", "2027-01-04")
    assert case_of([paid, asked]).status == "done", "whatever the order in which they came"
    assert case_of([asked, renewed, paid]) == Case("open", "paid", "2027-02-01", "2027-12-01")
    assert case_of([told("2027-02-01", "paid", amount_ok="no")]).status == "open"


def test_no_is_final_and_a_step_that_comes_after_it_moves_nothing() -> None:
    no, later = told("2027-01-10", still_wanted="no"), told("2027-01-20", "paid")
    case = case_of([later, told("2027-01-04", "asked"), no])

    assert (case.status, case.step, case.ended) == ("ended", "asked", (day("2027-01-10"), no.event))


def test_a_record_that_comes_late_turns_no_case_back(db: Session) -> None:
    town = a_town(db)
    row = a_case(db, town, step="docs_ok", status="open")  # as the late record wrote it
    tell(db, town, F12, "2027-02-01", step="paid", step_date="2027-02-01")
    tell(db, town, F12, "2027-01-11", received="2027-02-05", step="docs_ok", step_date="2027-01-11")

    align_case(db, town.id, "b1", MORNING)

    assert said(db, row) == ("done", "paid", "", 2)


def test_what_is_corrected_or_taken_out_is_corrected_in_the_list(db: Session) -> None:
    town = a_town(db)
    row = a_case(db, town, step="approved", renewal_date="2027-12-01")
    event = tell(db, town, F12, "2027-02-01", step="approved", step_date="2027-02-01", renewal_date="2027-12-01")
    other = tell(db, town, F12, "2027-02-02", still_wanted="no")
    align_case(db, town.id, "b1", MORNING)
    assert said(db, row)[0] == "ended"

    correct(db, event, renewal_date="2027-11-01")
    db.delete(other)
    db.flush()
    align_case(db, town.id, "b1", MORNING)

    assert said(db, row)[:3] == ("open", "approved", "2027-11-01")


def test_a_row_that_says_it_already_is_not_written_and_one_without_records_is_left_alone(db: Session) -> None:
    town: Project = a_town(db)
    row = a_case(db, town, step="asked", step_date="2027-01-04")
    align_case(db, town.id, "b1", MORNING)
    tell(db, town, F12, "2027-01-04", step="asked", step_date="2027-01-04")
    align_case(db, town.id, "b1", MORNING)

    assert said(db, row) == ("open", "asked", "", 1)
