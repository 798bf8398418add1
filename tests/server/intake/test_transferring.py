"""A transfer from one town to another: made of what she agreed to and of nothing else, opened once, acknowledged, taken back."""

from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update

from server.clock import today
from server.db import Database
from server.errors import MissingParameter, NotFound, PackageRefused, TransferRefused, UnexpectedValue
from server.followups.gathering import facts_of
from server.followups.working_days import WEEKENDS_ONLY
from server.intake.merging import merge, part
from server.intake.taking_over import forget_opened, look_into, receipt_of, remember, take_over
from server.intake.transferring import acknowledge, expire_one, follow, make_package, take_back, want_it_again
from server.models import Audit, Entity, FollowUp, OpenedPackage, Project, TransferPackage, Village, Woman
from server.registry.own_data import collect
from server.registry.packages import open_package, seal_package
from server.registry.restriction import restrict
from server.registry.transfers_of_her import standings_of
from server.reports.indicators.elsewhere import sent_of, transfers_acknowledged
from tests.conftest import Clock
from tests.server.registry.caring import VILLAGE, Care, a_uuid

ITEMS = "next_dates anc_summary"
PLACE = {"place_zh": "城东卫生院", "place_en": "East clinic", "dest_county": "440785"}


class Sending(Care):
    """A town in which she asked for a transfer; `by` is somebody at the desk."""

    def __init__(self, app: Flask, database: Database, project_id: int, clock: Clock, by: int) -> None:
        super().__init__(app, database, project_id)
        self.clock, self.by = clock, by
        self.woman, self.checked, self.transfer = a_uuid(), a_uuid(), a_uuid()
        self.register(self.woman, keeps="1", phone_safe="13800000001", phone_safe_who="yes", display_name="SECRETNAME")
        self.pregnancy(self.woman, self.checked)
        self.check(self.checked, bp_sys="118", bp_dia="76")
        self.method(self.woman, a_uuid(), method="condom_m")

    def ask(self, items: str = ITEMS, **answers: str) -> str:
        return self.leave(self.woman, self.transfer, items=items, **PLACE, **answers)

    def do(self, verb: Any, *args: Any, woman: str = "") -> Any:
        """One verb in its transaction, with whose it is and who does it."""
        with self.database.transaction() as db:
            project = db.get_one(Project, self.project_id)
            whose = db.scalars(select(Woman).where(Woman.uuid == (woman or self.woman))).one()
            made = verb(db, project, whose, *args, self.by, self.clock.now())
            db.flush()
            db.expunge_all()
            return made

    def make(self, items: str = ITEMS) -> tuple[bytes, str]:
        made = self.do(make_package, self.transfer, items.split())
        return made.row.content, made.key

    def listed(self, transfer: str = "") -> str:
        entity = self.entity(transfer or self.transfer)
        assert entity is not None
        return str(orjson.loads(entity.data_json)["status"])

    def states(self) -> list[str]:
        return [one.state for one in self.rows(TransferPackage)]

    def follow_up(self, rule: str) -> tuple[str, str | None]:
        (found,) = [(one.state, one.cause) for one in self.rows(FollowUp) if one.rule == rule]
        return found

    def move_to(self, county: str) -> None:
        """The same town, seen from elsewhere: its village lies in that county, and it made no package."""
        with self.database.transaction() as db:
            db.execute(update(Village).values(code=county + VILLAGE[6:]))
            db.execute(update(TransferPackage).values(name_sha256=None))


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock, cast: dict[str, int]) -> Sending:
    return Sending(app, database, project_id, clock, cast["bob"])


def refusal(town: Sending, verb: Any, *args: Any, woman: str = "") -> str:
    with pytest.raises((PackageRefused, TransferRefused)) as refused:
        town.do(verb, *args, woman=woman)
    return str(refused.value.details["reason"])


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


def there(town: Sending) -> Sending:
    """The town as its package's receiver finds it, with a woman of its own who registered."""
    town.move_to("440785")
    town.woman, kept = a_uuid(), town.woman
    town.register(town.woman, village_code="440785" + VILLAGE[6:])
    other = object.__new__(Sending)
    other.__dict__ |= town.__dict__
    town.woman = kept
    return other


def test_what_she_brought_is_kept_as_her_word_and_her_phones_go_on_with_it(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    row = other.do(take_over, file, key)
    assert orjson.loads(row.content) == open_package(file, key).told
    assert other.listed(row.transfer) == "received"
    entity = other.entity(row.transfer)
    assert entity is not None and entity.about == other.woman and "W-0231" in entity.label
    (first,) = [one for one in other.rows(FollowUp) if one.rule == "MIG-TR2"]
    assert (first.subject, first.state) == (other.woman, "open")
    assert not any(one.rule.startswith("ANC") for one in other.rows(FollowUp) if one.subject == other.woman)

    other.clock.forward(minutes=1)
    comes = {"direction": "in", "step": "meet", "she_asks": "yes", "services_in": "anc", "status": "started"}
    other.post(
        "migrant_transfer",
        comes | {"transfer": row.transfer, "visit_date": today(town.clock.now()).isoformat()},
        f'<entity dataset="transfers" id="{row.transfer}" update="1" baseVersion="1"><label/></entity>',
    )
    assert other.listed(row.transfer) == "started"
    (first,) = [one for one in other.rows(FollowUp) if one.rule == "MIG-TR2"]
    assert first.state == "done_on_time"


def test_it_is_taken_over_once(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    other.do(take_over, file, key)
    for verb in (look_into, take_over):
        with pytest.raises(PackageRefused, match="taken over already"):
            look_or_take(other, verb, file, key)
    other.withdraw(other.woman, "2026-02-28", erase="erase")
    assert [one.woman_uuid for one in other.rows(TransferPackage)] == [town.woman]
    another = a_uuid()
    other.register(another, village_code="440785" + VILLAGE[6:])
    assert refusal(other, take_over, file, key, woman=another).startswith("it was taken over already")


def look_or_take(town: Sending, verb: Any, file: bytes, key: str) -> Any:
    if verb is take_over:
        return town.do(take_over, file, key)
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        woman = db.scalars(select(Woman).where(Woman.uuid == town.woman)).one()
        return look_into(db, project, woman, file, key, town.clock.now())


def test_what_was_opened_is_remembered_for_longer_than_a_package_lives(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    there(town).do(take_over, file, key)
    (row,) = town.rows(OpenedPackage)
    last = open_package(file, key).last_day
    assert row.forget_on == last + timedelta(days=30)
    with town.database.transaction() as db:
        assert forget_opened(db, row.forget_on) == 0
        assert forget_opened(db, row.forget_on + timedelta(days=1)) == 1
    assert town.rows(OpenedPackage) == []


def test_nothing_is_opened_for_who_does_not_agree_here(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    stranger = a_uuid()
    other.register(stranger, consent_share_clinic="no", village_code="440785" + VILLAGE[6:])
    assert refusal(other, take_over, file, key, woman=stranger).startswith("she does not agree")
    other.withdraw(other.woman, "2026-02-28")
    assert refusal(other, take_over, file, key).startswith("she does not agree")
    assert other.rows(OpenedPackage) == []


def test_it_is_meant_for_the_county_that_she_chose(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    assert refusal(town, take_over, file, key).startswith("it is meant for another place")
    town.move_to("519902")
    assert refusal(town, take_over, file, key).startswith("it is meant for another place")
    town.move_to("440785")
    assert town.do(take_over, file, key).state == "received"


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


def rows_of_packages(town: Sending) -> list[tuple[str, str | None, str]]:
    return [(one.woman_uuid, one.told_of, one.state) for one in town.rows(TransferPackage)]


def test_the_copy_of_her_data_tells_of_both_ways_and_of_what_she_brought(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    other.do(take_over, file, key)
    with town.database.reading() as db:
        project = db.get_one(Project, town.project_id)
        (sent,) = collect(db, project, town.woman, town.clock.now())["transfers"]
        (brought,) = collect(db, project, other.woman, town.clock.now())["transfers"]
    assert (sent["state"], sent["items"], sent["content"]) == ("sent", ITEMS.split(), None)
    assert brought["content"] == open_package(file, key).told


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


def test_two_who_take_it_over_at_once_get_it_once(town: Sending) -> None:
    """The second finds the name taken, whatever it read before."""
    town.ask()
    file, key = town.make()
    there(town)
    opened = open_package(file, key)
    with town.database.transaction() as db:
        remember(db, opened)
        with pytest.raises(PackageRefused, match="taken over already"):
            remember(db, opened)


@pytest.mark.parametrize(
    "change",
    [
        {"more": "x"},
        {"items": {"anything": []}},
        {"items": {"contact": [{"number": "1", "name": "x"}]}},
        {"items": {"contact": [{"number": 1}]}},
        {"items": {"contact": "x"}},
        {"items": {"next_dates": [{"due_on": "soon"}]}},
        {"items": {"contact": [{"number": "1"}] * 100}},
        {"items": {"contact": [{"number": "9" * 200}]}},
        {"items": {"contact": [{"number": "1\u202e2"}]}},
        {"place": {"zh": "x", "en": "y"}},
        {"made_on": "x"},
        {"code": None},
        {"items": []},
    ],
)
def test_whoever_sealed_it_nothing_but_the_known_items_is_taken_from_it(town: Sending, change: dict[str, Any]) -> None:
    told = {"code": "W-1", "from": "x", "place": {"zh": "x", "en": "y", "county": ""}, "items": {}}
    told |= {"made_on": today(town.clock.now()).isoformat()} | change
    sealed = seal_package(told)
    assert refusal(town, take_over, sealed.file, sealed.key) == "what is in it cannot be read here"


def test_one_from_a_clock_that_runs_ahead_is_not_taken_for_good(town: Sending) -> None:
    told = {"code": "W-1", "from": "x", "place": {"zh": "x", "en": "y", "county": ""}, "items": {}}
    for ahead, word in ((1, ""), (2, "it says that it was made on a day to come")):
        sealed = seal_package(told | {"made_on": (today(town.clock.now()) + timedelta(days=ahead)).isoformat()})
        if word:
            assert refusal(town, take_over, sealed.file, sealed.key).startswith(word)
        else:
            assert town.do(take_over, sealed.file, sealed.key).state == "received"


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


def test_what_she_brought_is_found_also_where_no_list_tells_of_it(town: Sending) -> None:
    town.ask()
    file, key = town.make()
    other = there(town)
    row = other.do(take_over, file, key)
    with town.database.transaction() as db:
        db.execute(update(Entity).where(Entity.uuid == row.transfer).values(deleted_at=town.clock.now()))
    with town.database.reading() as db:
        (found,) = standings_of(db, town.project_id, other.woman)
    assert (found.uuid, found.direction, found.status) == (row.transfer, "in", "received")
