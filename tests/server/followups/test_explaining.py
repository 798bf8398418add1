import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups.due import Step
from server.followups.explaining import explain, read_steps, title_of, write_steps
from server.followups.recalculate import recalculate
from server.models import FollowUp, Project
from tests.making import a_town
from tests.server.followups.samples import RULES, at_noon, day
from tests.server.followups.told import a_woman, injected


@pytest.fixture
def town(db: Session) -> Project:
    town = a_town(db)
    a_woman(db, town)
    injected(db, town, "2027-12-02", event="uuid:injection")
    return town


def standing(db: Session, town: Project, today: str) -> FollowUp:
    recalculate(db, town, "women", "w1", day(today), at_noon(today))
    return db.scalars(select(FollowUp)).one()


def test_steps_are_kept_and_read_again_as_they_were() -> None:
    steps = (
        Step("due_on", "ga_anchor", day("2026-09-01"), 126, day("2027-01-05")),
        Step("due_on", "registered_on", day("2026-12-10"), 3, day("2026-12-13"), counts=False),
    )
    assert read_steps(write_steps(steps)) == steps
    assert read_steps("[]") == ()


def test_a_sum_that_was_kept_before_there_was_a_calendar_is_still_read_and_written_as_it_was() -> None:
    kept = (
        '[{"what":"proposed_on","fact":"due_on","on":"2026-02-15","days":-2,"gives":"2026-02-13","counts":true},'
        '{"what":"overdue_from","fact":"closes_on","on":"2026-03-01","days":1,"gives":"2026-03-02","counts":true}]'
    )
    first, second = read_steps(kept)
    assert (first.because, first.provisional, second.because) == ("", False, "")
    assert write_steps((first, second)) == kept
    shifted = Step("proposed_on", "due_on", day("2026-02-15"), -1, day("2026-02-14"), because="spring_festival")
    assert read_steps(write_steps((shifted,))) == (shifted,)
    assert '"because":"spring_festival"' in write_steps((shifted,)) and "provisional" not in write_steps((shifted,))


def test_a_row_is_explained_by_the_version_of_its_rule(db: Session, town: Project) -> None:
    told = explain(standing(db, town, "2028-03-02"), RULES)
    assert (told.rule_id, told.rule_version) == ("INJ-DMPA", 1)
    assert (told.title.zh, told.title.en) == ("约定的一次到访", "An agreed appointment")
    assert told.reason.en.startswith("Her next appointment") and len(told.sources) == 3 and told.disagreement
    assert [(one.what, str(one.gives)) for one in told.steps] == [
        ("opens_on", "2028-02-17"),
        ("due_on", "2028-03-02"),
        ("closes_on", "2028-03-02"),
        ("overdue_from", "2028-03-03"),
        ("proposed_on", "2028-03-02"),  # nothing is known of that year's days off
    ]
    assert [one.provisional for one in told.steps] == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("today", "advice"),
    [
        ("2028-03-02", None),
        ("2028-03-03", "1 to 14 days late"),
        ("2028-03-17", "More than 14 days late"),
        ("2028-03-31", "More than 28 days late"),
    ],
)
def test_advice_is_that_of_the_step_that_was_reached(
    db: Session, town: Project, today: str, advice: str | None
) -> None:
    told = explain(standing(db, town, today), RULES).advice
    assert (told is None) if advice is None else (told is not None and told.en.startswith(advice))


def test_an_ended_one_gives_no_advice(db: Session, town: Project) -> None:
    standing(db, town, "2028-03-20")
    injected(db, town, "2028-03-21", reason="stop")
    recalculate(db, town, "women", "w1", day("2028-03-21"), at_noon("2028-03-21"))
    rows = db.scalars(select(FollowUp).where(FollowUp.ended))
    assert [explain(row, RULES).advice for row in rows] == [None]


def test_a_version_that_no_file_holds_any_more_is_explained_by_its_sums(db: Session, town: Project) -> None:
    row = standing(db, town, "2028-03-02")
    row.rule_version = 99
    told = explain(row, RULES)
    assert (told.rule, told.title.zh, told.sources) == (None, "INJ-DMPA", ())
    assert len(told.steps) == 5 and title_of(row, RULES).en == "INJ-DMPA"
