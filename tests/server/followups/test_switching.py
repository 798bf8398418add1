"""What a town's switch does to what is open and to what was done."""

import pytest
from sqlalchemy.orm import Session

from server.errors import ConsentNotAsked, NotFound
from server.followups.switching import switch_rule
from server.followups.town_rules import rules_of
from server.models import Audit, FollowUp, Project, RuleSwitch
from tests.server.followups.editing import NOON, an_editor, finish
from tests.server.followups.samples import day
from tests.server.followups.told import F6, a_woman, tell, work_out

TODAY = "2026-12-01"


@pytest.fixture
def editor(db: Session) -> int:
    return an_editor(db)


def switched(db: Session, town: Project, rule: str, enabled: bool, by: int) -> None:
    """And everybody is looked at."""
    run = switch_rule(db, town, rule, enabled, day(TODAY), by, NOON)
    assert run is not None
    finish(db, run, NOON)


def a_device(db: Session, town: Project, on: str, subject: str) -> None:
    known = {"reason": "start", "method": "iud_cu", "reminder_wish": "phone", "choice_hers": "yes"}
    tell(db, town, F6, on, subject=subject, episode=f"c of {subject}", start_date=on, **known)


def test_what_needs_a_consent_that_no_form_asks_for_is_not_switched_on(
    db: Session, woman: Project, editor: int
) -> None:
    with pytest.raises(ConsentNotAsked):
        switch_rule(db, woman, "PAC-1", True, day(TODAY), editor, NOON)
    assert db.query(RuleSwitch).count() == db.query(Audit).filter_by(action="rule.switch").count() == 0
    assert switch_rule(db, woman, "PAC-1", False, day(TODAY), editor, NOON) is None, "it is off"
    with pytest.raises(NotFound):
        switch_rule(db, woman, "PAC-2", True, day(TODAY), editor, NOON)


def test_a_switch_of_before_that_rule_of_consent_switches_nothing_on(db: Session, woman: Project, editor: int) -> None:
    db.add(RuleSwitch(project_id=woman.id, rule="PAC-1", enabled=True, switched_by_id=editor, switched_at=NOON))
    db.flush()
    assert rules_of(db, woman.id).is_off("PAC-1", day(TODAY))


def test_a_schedule_that_replaces_another_ends_what_is_open_of_it_and_leaves_what_was_done(
    db: Session, woman: Project, editor: int
) -> None:
    a_woman(db, woman, "w2")
    a_device(db, woman, "2026-10-01", "w1")
    tell(db, woman, F6, "2026-10-30", episode="c of w1", reason="check", method="iud_cu")
    a_device(db, woman, "2026-11-10", "w2")
    for subject in ("w1", "w2"):
        work_out(db, woman, TODAY, subject)
    before = {"w1": ("done_on_time", None), "w2": ("open", None)}
    assert (states_of(db, "IUD-1"), states_of(db, "IUD-CN")) == (before, {})
    switched(db, woman, "IUD-CN", True, editor)
    assert states_of(db, "IUD-1") == {**before, "w2": ("superseded", "switched_off")}
    assert states_of(db, "IUD-CN")["w2"] == ("scheduled", None)
    switched(db, woman, "IUD-CN", False, editor)
    assert states_of(db, "IUD-1") == before
    assert states_of(db, "IUD-CN")["w2"] == ("superseded", "switched_off")


def states_of(db: Session, rule: str) -> dict[str, tuple[str, str | None]]:
    """State and cause by woman; of several of one woman the first."""
    rows = db.query(FollowUp).filter_by(rule=rule).order_by(FollowUp.occurrence.desc())
    return {row.subject: (row.state, row.cause) for row in rows}
