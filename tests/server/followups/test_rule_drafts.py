"""A town's own version of a rule, from the draft to the last moved task."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.db import Database
from server.errors import NotFound, NotPreviewed, NotSimulated
from server.followups.migrating import confirm_migration, rules_behind
from server.followups.rule_drafts import (
    change_draft,
    discard_draft,
    find_draft,
    get_draft,
    make_draft,
    publish_draft,
    text_of,
)
from server.followups.rule_fields import RuleInvalid
from server.followups.rule_runs import found_in
from server.followups.town_rules import FIRST_OF_A_TOWN, rules_of, shipped_rules
from server.models import Audit, FollowUp, Project, RuleVersion
from tests.making import a_town
from tests.server.followups.editing import NOON, an_editor, drafted, moved, published, simulated
from tests.server.followups.samples import at_noon, day
from tests.server.followups.told import a_woman, checked, registered, rows_by_rule, work_out

LATER = ("due: { ga_anchor: 126 }", "due: { ga_anchor: 133 }")
"""ANC2 a week later."""


@pytest.fixture
def editor(db: Session) -> int:
    return an_editor(db)


def everything(db: Session) -> list[dict[str, object]]:
    columns = [column.key for column in FollowUp.__table__.columns]
    return [
        {name: getattr(row, name) for name in columns} for row in db.scalars(select(FollowUp).order_by(FollowUp.id))
    ]


def dues(db: Session) -> dict[str, tuple[str, int]]:
    return {rule: (str(row.due_on), row.rule_version) for rule, row in rows_by_rule(db).items()}


def test_one_rule_is_edited_simulated_published_and_its_tasks_are_moved(
    db: Session, woman: Project, editor: int
) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01")
    work_out(db, woman, "2026-12-01")
    before = dues(db)
    row = drafted(db, woman, "ANC2", editor, LATER)
    assert (row.version, row.state) == (FIRST_OF_A_TOWN, "draft")
    assert dues(db) == before, "a draft changes nothing"
    found = found_in(simulated(db, woman, row, editor))
    here = len(before)
    assert found["villages"] == {"510121001002": {"before": here, "after": here, "moved": 1}}
    assert found["shifts"] == {"later 1": 1}
    assert dues(db) == before, "trying it changes nothing"
    run = publish_draft(db, woman, row, day("2026-12-01"), editor, NOON)
    assert (run.kind, run.total, row.state) == ("apply", 1, "published")
    work_out(db, woman, "2026-12-02")
    assert dues(db) == before, "an open task keeps its version"
    waiting = rules_behind(db, woman, day("2026-12-02"))
    assert {name: one.villages for name, one in waiting.items()} == {"ANC2": {"510121001002": 1}}
    moved(db, woman, "ANC2", editor)
    after = dues(db)
    assert after["ANC2"] == ("2027-01-12", FIRST_OF_A_TOWN)
    assert {rule: one for rule, one in after.items() if rule != "ANC2"} == {
        rule: one for rule, one in before.items() if rule != "ANC2"
    }
    assert rules_behind(db, woman, day("2026-12-02")) == {}
    acts = db.scalars(select(Audit.action).where(Audit.action.like("rule.%")).order_by(Audit.id))
    assert list(acts) == ["rule.draft", "rule.draft", "rule.publish", "rule.migrate.preview", "rule.migrate"]


def test_what_begins_after_a_publication_goes_by_the_new_version(db: Session, woman: Project, editor: int) -> None:
    published(db, woman, "ANC2", editor, LATER)
    registered(db, woman, "2026-12-02", "2026-09-01")
    work_out(db, woman, "2026-12-02")
    assert dues(db)["ANC2"] == ("2027-01-12", FIRST_OF_A_TOWN)


def test_what_was_done_stays_done_by_the_version_that_counted_it(db: Session, woman: Project, editor: int) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    checked(db, woman, "2027-01-20")
    work_out(db, woman, "2027-01-21")
    assert rows_by_rule(db)["ANC2"].state == "done_on_time"
    at = at_noon("2027-01-22")
    earlier = ("close: { ga_anchor: 146 }", "close: { ga_anchor: 134 }")
    published(db, woman, "ANC2", editor, earlier, now=at)
    moved(db, woman, "ANC2", editor, now=at)
    work_out(db, woman, "2027-01-23")
    row = rows_by_rule(db)["ANC2"]
    assert (row.state, row.rule_version) == ("done_on_time", 1)


def test_a_visit_that_is_taken_back_leaves_an_open_task_by_the_version_that_tasks_were_moved_to(
    db: Session, woman: Project, editor: int
) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    visit = checked(db, woman, "2027-01-05")
    work_out(db, woman, "2027-01-06")
    at = at_noon("2027-01-06")
    published(db, woman, "ANC2", editor, LATER, now=at)
    moved(db, woman, "ANC2", editor, now=at)
    db.delete(visit)
    db.flush()
    for _ in range(2):
        work_out(db, woman, "2027-01-07")
        row = rows_by_rule(db)["ANC2"]
        assert (row.state, row.rule_version, str(row.due_on)) == ("open", FIRST_OF_A_TOWN, "2027-01-12")


def test_a_draft_is_published_only_after_a_simulation_of_its_very_content(
    db: Session, woman: Project, editor: int
) -> None:
    row = drafted(db, woman, "ANC2", editor, LATER)
    with pytest.raises(NotSimulated):
        publish_draft(db, woman, row, day("2026-12-01"), editor, NOON)
    simulated(db, woman, row, editor)
    change_draft(db, row, row.text.replace("133", "134"), editor, NOON)
    with pytest.raises(NotSimulated):
        publish_draft(db, woman, row, day("2026-12-01"), editor, NOON)
    simulated(db, woman, row, editor)
    with pytest.raises(NotSimulated):
        publish_draft(db, woman, row, day("2026-12-03"), editor, NOON + timedelta(hours=24, minutes=1))
    publish_draft(db, woman, row, day("2026-12-02"), editor, NOON + timedelta(hours=23))
    assert find_draft(db, woman.id, "ANC2") is None


def test_tasks_are_moved_only_after_somebody_looked_at_what_that_moves(
    db: Session, woman: Project, editor: int
) -> None:
    with pytest.raises(NotFound):
        confirm_migration(db, woman, "ANC2", day("2026-12-01"), editor, NOON)
    published(db, woman, "ANC2", editor, LATER)
    with pytest.raises(NotPreviewed):
        confirm_migration(db, woman, "ANC2", day("2026-12-01"), editor, NOON)


@pytest.mark.parametrize(
    ("rule", "old", "new", "field", "words"),
    [
        ("ANC2", "id: ANC2", "id: ANC3", "id", "must be ANC2"),
        ("ANC2", "version: 1001", "version: 2", "version", "must be 1001"),
        ("ANC2", "signature: unsigned", "signature: { by: me, on: 2026-01-01 }", "signature", "signed on its page"),
        ("ANC2", "kind: clinical", "kind: admin", "kind", "not changed in a town"),
        ("PL1", "whose: clinician", "whose: care_team", "whose", "clinician"),
        ("SE", "complaints: [plain]", "complaints: [danger]", "complaints", "not changed in a town"),
        ("IUD-CN", "replaces: [IUD-1]", "replaces: [SE-D]", "replaces", "not changed in a town"),
        ("PAC-1", "needs_consent: after_abortion\n", "", "needs_consent", "do not go together"),
        ("PAC-1", "enabled: false", "enabled: true", "enabled", "no form asks for the consent"),
        ("INJ-DMPA", "[episode_ended, pregnancy_registered, replaced]", "[replaced]", "stops", "episode_ended"),
        ("ANC2", "grace: 0", "grace: no", "window.grace", "whole number"),
        ("ANC2", "due: { ga_anchor: 126", "due: { ga_anchor: 500", "window.close", "can come before"),
        ("ANC2", "before_open: false", "before_open: false\n  target: 5", "answer.target", "target"),
    ],
)
def test_what_no_town_may_say_is_refused_with_its_field(
    db: Session, woman: Project, editor: int, rule: str, old: str, new: str, field: str, words: str
) -> None:
    row = make_draft(db, woman, rule, editor, NOON)
    was = row.text
    assert old in was
    with pytest.raises(RuleInvalid) as refused:
        change_draft(db, row, was.replace(old, new), editor, NOON)
    assert refused.value.details["field"] == field
    assert words in str(refused.value.details["reason"])
    assert row.text == was


def test_every_rule_that_ships_can_be_drafted_as_it_is(db: Session, woman: Project, editor: int) -> None:
    for rule in {one.id for one in shipped_rules()}:
        row = make_draft(db, woman, rule, editor, NOON)
        change_draft(db, row, row.text, editor, NOON)
        assert row.version == FIRST_OF_A_TOWN
        discard_draft(db, row, editor, NOON)
    with pytest.raises(NotFound):
        make_draft(db, woman, "no such rule", editor, NOON)


def test_a_draft_that_is_made_and_thrown_away_changes_nothing(db: Session, woman: Project, editor: int) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01")
    work_out(db, woman, "2026-12-01")
    before = everything(db)
    row = drafted(db, woman, "ANC2", editor, LATER)
    simulated(db, woman, row, editor)
    discard_draft(db, row, editor, NOON)
    work_out(db, woman, "2026-12-01")
    after = everything(db)
    assert after == before
    assert rules_of(db, woman.id).every == shipped_rules()
    with pytest.raises(NotFound):
        get_draft(db, woman.id, "ANC2")


def test_what_is_published_is_kept_as_it_is_by_the_database_itself(database: Database) -> None:
    with database.transaction() as db:
        town, editor = a_town(db), an_editor(db)
        a_woman(db, town)
        published(db, town, "ANC2", editor, LATER)
        draft = drafted(db, town, "ANC3", editor)
        draft.made_at = NOON + timedelta(hours=1)
    here = RuleVersion.rule == "ANC2"
    for statement in (
        update(RuleVersion).where(here).values(text="x"),
        update(RuleVersion).where(here).values(state="draft"),
        delete(RuleVersion).where(here),
        text("UPDATE rule_version SET content_hash = '' WHERE state = 'published'"),
    ):
        with pytest.raises(DBAPIError, match="kept as it is"), database.transaction() as db:
            db.execute(statement)


def test_the_text_of_each_version_can_be_read_again(db: Session, woman: Project, editor: int) -> None:
    published(db, woman, "ANC2", editor, LATER)
    assert LATER[1] in text_of(db, woman.id, "ANC2", FIRST_OF_A_TOWN)
    assert LATER[0] in text_of(db, woman.id, "ANC2", 1)
    for rule, version in (("ANC2", 2), ("ANC2", 1002), ("../ANC2", 1)):
        with pytest.raises(NotFound):
            text_of(db, woman.id, rule, version)
