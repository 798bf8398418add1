"""The sending side of a transfer: made of what she agreed to and of nothing else, acknowledged, taken back, run out."""

from datetime import date, timedelta

import orjson
import pytest
from flask import Flask
from sqlalchemy import Delete, Update, delete, select, update
from sqlalchemy.orm import Session

from server.clock import today
from server.db import Database
from server.errors import MissingParameter, NotFound, Problem, TransferRefused, UnexpectedValue
from server.followups.gathering import facts_of
from server.followups.working_days import WEEKENDS_ONLY
from server.intake.merging import merge, part
from server.intake.taking_over import receipt_of, take_over
from server.intake.transferring import acknowledge, expire_one, follow, make_package, take_back, want_it_again
from server.models import Audit, FollowUp, Project, TransferPackage, Woman
from server.registry.packages import open_package
from server.registry.receipts import make_receipt
from server.registry.restriction import restrict
from server.registry.transfers_of_her import get_package
from server.reports.indicators.elsewhere import sent_of, transfers_acknowledged
from tests.conftest import Clock
from tests.server.intake.transferring_town import ITEMS, PLACE, Sending, refusal, rows_of_packages, there
from tests.server.registry.caring import VILLAGE, a_uuid


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock, cast: dict[str, int]) -> Sending:
    return Sending(app, database, project_id, clock, cast["bob"])


def test_it_holds_what_she_chose_and_nothing_else(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    told = open_package(file, key).told
    assert told.pop("items").keys() == set(ITEMS.split())
    assert told == {
        "code": "W-0231",
        "from": "town",
        "place": {"zh": "城东卫生院", "en": "East clinic", "county": "440785"},
        "made_on": today(town.clock.now()).isoformat(),
    } | {"from": told["from"]}
    every = orjson.dumps(open_package(file, key).told).decode()
    for other in ("13800000001", "condom", "SECRETNAME", "SECRETWORD", town.woman, town.checked, VILLAGE, "王"):
        assert other not in every


def test_each_item_says_what_it_is_of(town: Sending) -> None:
    town.ask("next_dates anc_summary method_card contact")
    items = open_package(*town.make("next_dates anc_summary method_card contact")).told["items"]
    assert items["contact"] == [{"number": "13800000001", "shared": "yes"}]
    assert items["method_card"] == [{"method": "condom_m"}]
    assert items["anc_summary"] == [
        {"ga_anchor": "2025-12-01", "dated_by": "lmp"},
        {"on": "2026-02-20", "bp_sys": "118", "bp_dia": "76"},
    ]
    assert {tuple(sorted(one)) for one in items["next_dates"]} == {("closes_on", "due_on", "en", "opens_on", "zh")}
    assert not any("转接" in one["zh"] for one in items["next_dates"])


def test_she_may_have_less_passed_on_than_she_chose_and_never_more(town: Sending) -> None:
    town.ask()
    assert open_package(*town.make("next_dates")).told["items"].keys() == {"next_dates"}
    with pytest.raises(UnexpectedValue):
        town.make("next_dates contact")
    with pytest.raises(MissingParameter):
        town.make("")


@pytest.mark.parametrize("no", ["not asked", "refused", "service", "clinic", "ran out", "unused", "cancelled"])
def test_without_her_consent_none_is_made(town: Sending, no: str) -> None:
    if no != "not asked":
        town.ask(consent_transfer="no", status="") if no == "refused" else town.ask()
    if no == "service":
        town.withdraw(town.woman, "2026-02-26")
    if no == "clinic":
        town.withdraw(town.woman, "2026-02-26", scope="share_clinic")
    if no == "ran out":
        town.clock.forward(days=600)
    if no == "cancelled":
        town.go_on(town.transfer, "cancel", status="cancelled")
    if no == "unused":
        with town.database.transaction() as db:
            restrict(db, town.project_id, town.woman, town.by, town.clock.now())
    with pytest.raises((TransferRefused, NotFound)):
        town.make()
    assert town.states() == []


def test_it_is_sent_until_the_other_side_acknowledges_it(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    assert (town.states(), town.listed()) == (["sent"], "sent")
    assert town.follow_up("MIG-TR-P")[0] in ("open", "due", "scheduled")
    (row,) = town.rows(TransferPackage)
    assert row.content == file and key not in repr([vars(one) for one in (row, *town.rows(Audit))])

    other = there(town)
    receipt = receipt_of(other.do(take_over, file, key))
    town.clock.forward(days=2)
    assert refusal(town, acknowledge, town.transfer, "0" * 12).startswith("this is no acknowledgement")
    assert town.do(acknowledge, town.transfer, receipt) == today(town.clock.now()) - timedelta(days=2)
    assert town.listed() == "received"
    assert town.follow_up("MIG-TR-P") == ("done_on_time", None)
    assert town.follow_up("ANC3") == ("superseded", "transferred")
    (row,) = [one for one in town.rows(TransferPackage) if one.direction == "out"]
    assert (row.state, row.content, row.proof) == ("received", None, None)
    assert refusal(town, acknowledge, town.transfer, receipt).startswith("this is no acknowledgement")
    assert refusal(town, take_back, town.transfer).startswith("the other side has it")


def test_after_thirty_days_it_opens_nowhere_and_stands_as_expired(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    town.clock.forward(days=30)
    assert expire(town) == 0
    town.clock.forward(days=1)
    assert expire(town) == 1
    assert (town.states(), town.listed()) == (["expired"], "expired")
    assert town.follow_up("MIG-TR-P") == ("superseded", "transfer_over")
    with pytest.raises(TransferRefused):
        town.make()
    other = there(town)
    assert refusal(other, take_over, file, key).startswith("its 30 days are over")
    assert {one.action for one in town.rows(Audit)} >= {"transfer.send", "transfer.expire"}


def expire(town: Sending) -> int:
    done = 0
    while True:
        with town.database.transaction() as db:
            if not expire_one(db, town.clock.now()):
                return done
        done += 1


def test_an_acknowledgement_of_a_day_before_may_come_late(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    receipt = receipt_of(there(town).do(take_over, file, key))
    town.clock.forward(days=40)
    assert expire(town) == 1
    assert town.do(acknowledge, town.transfer, receipt) == today(town.clock.now()) - timedelta(days=40)
    assert town.listed() == "received"


def test_she_takes_it_back_until_the_other_side_has_it_and_may_undo_it_that_day(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    back = town.do(take_back, town.transfer)
    assert (town.states(), town.listed()) == (["cancelled"], "cancelled")
    assert town.follow_up("MIG-TR-P") == ("declined", None)
    (row,) = town.rows(TransferPackage)
    assert (row.content, row.proof) == (None, None)
    receipt = receipt_of(there(town).do(take_over, file, key))
    assert refusal(town, acknowledge, town.transfer, receipt).startswith("this is no acknowledgement")

    town.do(want_it_again, back.id)
    assert (town.states()[0], town.listed()) == ("replaced", "asked")
    town.make()
    town.do(take_back, town.transfer)
    last = max(town.rows(TransferPackage), key=lambda one: one.id)
    town.clock.forward(days=1)
    assert refusal(town, want_it_again, last.id).startswith("it was taken back on another day")


def test_before_there_is_any_package_she_takes_it_back_as_well(town: Sending) -> None:
    town.ask()
    back = town.do(take_back, town.transfer)
    assert (town.states(), town.listed()) == (["cancelled"], "cancelled")
    town.do(want_it_again, back.id)
    assert town.listed() == "asked"


def test_what_she_said_to_her_worker_since_is_not_undone_at_the_office(town: Sending) -> None:
    town.ask()
    back = town.do(take_back, town.transfer)
    town.go_on(town.transfer, "cancel", base=2, status="cancelled")
    assert refusal(town, want_it_again, back.id).startswith("she has not agreed to it, or it is over")
    assert (town.states(), town.listed()) == (["cancelled"], "cancelled")


def test_another_package_replaces_the_one_whose_key_was_lost(town: Sending) -> None:
    town.ask()
    first = town.make()
    second = town.make()
    assert town.states() == ["replaced", "sent"] and first[1] != second[1]
    kept = town.rows(TransferPackage)[0]
    assert (kept.content, kept.proof) == (None, None)


def test_what_a_phone_says_ends_its_way_too(town: Sending) -> None:
    asks = town.ask()
    file, key = town.make()
    town.ask("next_dates", deprecated_id=asks, instance_id="uuid:" + a_uuid())
    assert (town.states(), town.listed()) == (["replaced"], "asked"), "she agreed to something else"
    town.make("next_dates")
    told = town.go_on(town.transfer, "receipt", base=4, receiver_ack="received", status="received")
    assert (town.states(), town.listed()) == (["replaced", "told"], "received")
    assert town.seal_of(told) is None
    town.go_on(town.transfer, "cancel", base=4, status="cancelled")
    assert town.listed() == "cancelled"
    assert file and key


@pytest.mark.parametrize("erase", ["erase", "keep_minimal"])
def test_consent_that_is_taken_back_ends_its_way_and_an_erasure_leaves_nothing(town: Sending, erase: str) -> None:
    town.ask()
    town.make()
    town.withdraw(town.woman, "2026-02-28", erase=erase)
    if erase == "erase":
        assert town.rows(TransferPackage) == []
    else:
        (row,) = town.rows(TransferPackage)
        assert (row.state, row.content, row.proof, town.listed()) == ("cancelled", None, None, "cancelled")


def test_an_acknowledgement_stands_when_her_consent_has_run_out(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    receipt = receipt_of(there(town).do(take_over, file, key))
    town.do(acknowledge, town.transfer, receipt)
    town.renew(town.woman, "2026-02-27", "2026-02-28", base=1)
    town.clock.forward(days=5)
    assert town.listed() == "received"
    assert date(2026, 2, 28) < today(town.clock.now())


def test_her_packages_go_along_when_two_registrations_are_one_and_come_back(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    brought = other.do(take_over, file, key)
    before = rows_of_packages(town)
    for kept, gone in ((a_uuid(), town.woman), (a_uuid(), other.woman)):
        town.register(kept, village_code="440785" + VILLAGE[6:], day="2026-02-20")
        town.clock.forward(minutes=1)
        with town.database.transaction() as db:
            project = db.get_one(Project, town.project_id)
            number = merge(db, project, kept, gone, town.by, town.clock.now()).id
        moved = [one for one in town.rows(TransferPackage) if one.woman_uuid == kept]
        assert [one.told_of for one in moved] == [gone]
        standing = {one.rule: (one.subject, one.ended) for one in town.rows(FollowUp) if one.rule.startswith("MIG")}
        assert kept in {subject for subject, _ended in standing.values()}
        entity = town.entity(moved[0].transfer)
        assert entity is not None and entity.about == kept and town.listed(moved[0].transfer) in ("sent", "received")
        town.clock.forward(minutes=1)
        with town.database.transaction() as db:
            part(db, db.get_one(Project, town.project_id), number, town.by, town.clock.now())
        assert rows_of_packages(town) == before
    entity = town.entity(brought.transfer)
    assert entity is not None and entity.about == other.woman
    ended = {(one.rule, one.subject): one.ended for one in town.rows(FollowUp) if one.rule.startswith("MIG")}
    assert ended == {("MIG-TR-P", town.woman): False, ("MIG-TR2", other.woman): False}


def test_working_everything_out_anew_changes_nothing(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    other.do(take_over, file, key)
    before = rows_of_packages(town), town.listed(), [(one.key, one.state) for one in town.rows(FollowUp)]
    for woman in (town.woman, other.woman):
        with town.database.transaction() as db:
            follow(db, db.get_one(Project, town.project_id), woman, town.clock.now())
    assert (rows_of_packages(town), town.listed(), [(one.key, one.state) for one in town.rows(FollowUp)]) == before


def test_the_indicator_of_acknowledged_transfers_counts_by_the_day_on_which_it_was_taken_over(town: Sending) -> None:
    town.ask(day=today(town.clock.now()).isoformat())
    file, key = town.make()
    assert acknowledged(town) == [False]
    town.clock.forward(days=4)
    receipt = receipt_of(there(town).do(take_over, file, key))
    town.clock.forward(days=20)  # told late, and taken over in time
    town.do(acknowledge, town.transfer, receipt)
    assert acknowledged(town) == [True]


def acknowledged(town: Sending) -> list[bool]:
    first = today(town.clock.now()) - timedelta(days=60)
    with town.database.reading() as db:
        facts = facts_of(db, db.get_one(Project, town.project_id), "women", town.woman)
    assert facts is not None
    sent = sent_of(facts, VILLAGE)
    assert sent is not None
    return [one.done for one in transfers_acknowledged([sent], WEEKENDS_ONLY, first, first + timedelta(days=120))]


def test_a_package_made_while_two_registrations_were_one_goes_back_with_its_transfer(town: Sending) -> None:
    town.ask()
    kept = a_uuid()
    town.register(kept, day="2026-02-20")
    town.clock.forward(minutes=1)
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        number = merge(db, project, kept, town.woman, town.by, town.clock.now()).id
    made = town.do(make_package, town.transfer, ["next_dates"], woman=kept)
    town.clock.forward(minutes=1)
    with town.database.transaction() as db:
        part(db, db.get_one(Project, town.project_id), number, town.by, town.clock.now())
    assert rows_of_packages(town) == [(town.woman, None, "sent")]
    receipt = make_receipt(open_package(made.row.content, made.key).proof, made.row.made_on, made.row.made_on)
    town.do(acknowledge, town.transfer, receipt)
    assert town.listed() == "received"


@pytest.mark.parametrize("verb", ["make", "take over"])
@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (update(Woman).values(consent_share_clinic=False), TransferRefused),
        (delete(Woman), NotFound),
    ],
    ids=["she took it back", "she was removed"],
)
def test_what_happened_in_the_same_moment_holds(
    town: Sending, verb: str, change: Update | Delete, refused: type[Problem]
) -> None:
    """Her row was read before nobody else could change it any more."""
    town.ask()
    file, key = town.make()
    other = there(town)
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        woman = db.scalars(select(Woman).where(Woman.uuid == (town if verb == "make" else other).woman)).one()
        db.execute(change.where(Woman.uuid == woman.uuid), execution_options={"synchronize_session": False})
        with pytest.raises(refused):
            if verb == "make":
                make_package(db, project, woman, town.transfer, ["next_dates"], town.by, town.clock.now())
            else:
                take_over(db, project, woman, file, key, town.by, town.clock.now())


@pytest.mark.parametrize("odd", ["城东\n卫生院", "城东\u200b卫生院", "👩\u200d⚕️卫生院", "卫" * 200])
def test_whatever_its_place_is_called_it_can_be_opened_there(town: Sending, odd: str) -> None:
    town.leave(town.woman, town.transfer, items=ITEMS, **PLACE | {"place_zh": odd})
    file, key = town.make()
    assert there(town).do(take_over, file, key).state == "received"


def test_its_days_are_over_also_before_anybody_noted_that(town: Sending) -> None:
    town.ask()
    town.make()
    town.clock.forward(days=31)
    assert refusal(town, make_package, town.transfer, ["next_dates"]).startswith("she has not agreed to it, or it is")
    with town.database.reading() as db, pytest.raises(NotFound):
        woman = db.scalars(select(Woman).where(Woman.uuid == town.woman)).one()
        get_package(db, woman, town.transfer, today(town.clock.now()))


def test_a_visit_of_a_rule_that_is_here_no_more_has_a_day_and_no_name(town: Sending) -> None:
    """The rule's own id says what it is about."""
    town.ask("next_dates")
    with town.database.transaction() as db:
        db.execute(update(FollowUp).values(rule_version=999))
    dates = open_package(*town.make("next_dates")).told["items"]["next_dates"]
    assert dates and {(one["zh"], one["en"]) for one in dates} == {("", "")}


def test_a_record_that_was_about_another_woman_ends_the_package_of_the_first(town: Sending) -> None:
    asks = town.ask()
    town.make()
    first, other = town.woman, a_uuid()
    town.register(other)
    town.woman = other
    town.ask(deprecated_id=asks, instance_id="uuid:" + a_uuid())
    entity = town.entity(town.transfer)
    assert entity is not None and entity.about == other and town.listed() == "asked"
    (row,) = town.rows(TransferPackage)
    assert (row.woman_uuid, row.state, row.content, row.proof) == (first, "replaced", None, None)
    town.make()
    assert rows_of_packages(town) == [(first, None, "replaced"), (other, None, "sent")]


def test_who_is_removed_while_her_package_runs_out_stops_nothing(
    town: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.ask()
    town.make()
    town.clock.forward(days=31)

    def gone(db: Session, *_whose: object) -> None:
        db.execute(delete(TransferPackage), execution_options={"synchronize_session": False})

    monkeypatch.setattr("server.intake.transferring.hold", gone)
    assert expire(town) == 1
    assert town.states() == []
