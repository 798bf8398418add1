"""Each form of the library answered at random, by the engine of ODK Collect, with the lists that the server gives to phones:
what is finished on a phone is kept, read without a problem and found in every export, and every question is met."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from forms.library import library_ids
from server.config import Config
from server.db import Database
from server.models import FEEDBACK, Audit, DeriveProblem, EntityBacklog, Feedback, Form, Submission
from tests.client import Client
from tests.conftest import Clock
from tests.forms.library.filling import ZONE, Pocket, day
from tests.phones.collectsim.csim.engine import Engine
from tests.phones.random_town import Fills, RandomTown, as_synced, long_offline, nothing_due, visit_given
from tests.sizes import FULL, size

AGREES = {f"consent_{one}": "yes" for one in ("service", "reminder", "share_clinic", "location", "stats")}
HERSELF = {"present_self": "yes", "privacy_now": "alone", "notice_read": "OK", "age_band": "25_34"}
STARTS: dict[str, str | None] = {
    "visit_date": day(0),
    "episode": None,
    "privacy_now": "alone",
    "reason": "start",
    "choice_hers": "yes",
}
INJECTED: dict[str, str | None] = {"method": "dmpa", "next_injection_date": None}
LAST_WEEK, THREE_WEEKS_AGO = day(-100), day(-112)
"""Injections the next of which was due at those times: each kind of lateness has a range of its own, some of them short."""
BEGINNINGS: tuple[tuple[str, str, int, Mapping[str, str | None]], ...] = (
    ("household_visit", "worker", 5, {"privacy_now": "alone"}),
    ("woman_consent", "worker", 12, {"action": "register", **HERSELF, **AGREES, "consent_proof": "thumb"}),
    (
        "pregnancy_registration",
        "worker",
        6,
        {"privacy_now": "alone", "wants_registration": "yes", "lmp_known": "exact"},
    ),
    ("contraception_followup", "worker", 4, STARTS),
    ("contraception_followup", "worker", 4, {**STARTS, **INJECTED, "last_injection": LAST_WEEK}),
    ("contraception_followup", "worker", 2, {**STARTS, **INJECTED, "last_injection": THREE_WEEKS_AGO}),
    ("contraception_followup", "worker", 2, {**STARTS, "method": "coc"}),
)
"""What there is in the town before all is left to chance: form, phone, how many, and the answers that are given."""

ORDER = (
    *dict.fromkeys(form_id for form_id, *_ in BEGINNINGS),
    "antenatal_check",
    "delivery_postnatal",
    "referral_outcome",
)
"""What a form writes is what the next ones choose from; the others in any order."""

Carried = tuple[str, Callable[[Pocket, str], Pocket], int]
ROUNDS: tuple[tuple[Carried, ...], ...] = (
    (("worker", as_synced, 4),),
    (("doctor", as_synced, 3), ("worker", visit_given, 1), ("worker", long_offline, 1), ("spare", nothing_due, 1)),
)
"""Twice through all forms, since the second time there is something to come back to: whose phone, what has happened to what
it holds, and how many of ten records are filled in there."""

INSTEAD = {"benefit_case": "officer"}
"""Who alone has what a form begins with: her phone is filled in for all others."""

READERS = {"household_visit": "reviewer", "back_check": "reviewer"}
READERS |= {"training_quiz": "trainer", "benefit_case": "benefit_officer"}
"""Whose export is looked at. All other forms are the clinician's."""

LIKELY = 0.7
"""The share of branches that a few records reach. All of them are asked of the full size, after the last town."""

OWN = "where only her own villages are drawn nothing is left to choose; tests/forms/library/test_back_check.py comes to it"
BACK = (
    "nothing went back to these phones; tests/forms/library/ and tests/walks/test_returned_to_the_phone.py come to it"
)
CORRECTING = ("household_visit", "benefit_case", "supplies", "antenatal_check")
UNREACHABLE: dict[str, dict[str, str]] = {
    "back_check": {
        "/data/own_village_note": OWN,
        "not /data/visit_date": OWN,
        "not /data/mode": OWN,
        "not /data/reached": OWN,
    },
    **{form_id: {"/data/returned": BACK} for form_id in CORRECTING},
}
"""Branches that no record comes to by chance with what the server gives to phones, by form, and where they are reached."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("COLLECTSIM_BUILD", str(tmp_path_factory.mktemp("classes")))
        environ.setenv("TZ", ZONE)
        made = Engine()
    yield made
    made.close()
    for process in made.procs:
        process.stdout.close()


@pytest.fixture(params=range(size("random_towns")))
def town(
    request: pytest.FixtureRequest, app: Flask, database: Database, config: Config, clock: Clock, project_id: int,
    engine: Engine, tmp_path: Path,
) -> RandomTown:  # fmt: skip
    """One of the towns, one after the other. The engine counts over all of them what it met."""
    clock.set(datetime.now(UTC))  # the engine knows the real day only
    return RandomTown(app, database, config, engine, tmp_path, project_id, number=request.param)


def test_random_records_of_every_form_are_kept_read_and_exported_and_meet_every_question(
    town: RandomTown, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    sent: dict[str, set[str]] = {form_id: set() for form_id in library_ids()}
    for form_id, phone, count, answers in BEGINNINGS:
        sent[form_id] |= fill_and_send(town, form_id, phone, town.sync(phone, form_id), count, answers)[1]

    last: dict[str, Fills] = {}
    for carried in ROUNDS:
        for form_id in in_order():
            clock.set(datetime.now(UTC))
            synced = {phone: town.sync(INSTEAD.get(form_id, phone), form_id) for phone, _, _ in carried}
            for phone, happened, share in carried:
                pocket = happened(synced[phone], form_id)
                count = size("random_fills") * share // 10
                last[form_id], instance_ids = fill_and_send(town, form_id, phone, pocket, count, {})
                assert len(instance_ids) == count, f"{form_id} on the {phone}'s phone: {last[form_id].unfinished}"
                sent[form_id] |= instance_ids

    assert problems_of(town) == []
    for form_id, instance_ids in sent.items():
        check_exports(town, form_id, instance_ids)
    if town.number + 1 == size("random_towns"):
        with capsys.disabled():  # how far they came is printed of a run that goes well, too
            print(f"\nrecords of each form: {size('random_fills')}, in towns: {size('random_towns')}")
            missed = [line for form_id, fills in last.items() for line in tell_coverage(form_id, fills)]
        assert missed == []


def in_order() -> list[str]:
    return [*ORDER, *(form_id for form_id in library_ids() if form_id not in ORDER)]


def fill_and_send(
    town: RandomTown, form_id: str, phone: str, pocket: Pocket, count: int, answers: Mapping[str, str | None]
) -> tuple[Fills, set[str]]:
    """What was filled in, and the ids of the records; the server took each of them."""
    fills = town.fill(form_id, pocket, count, **answers)
    for record in fills.records:
        town.send(town.phones[INSTEAD.get(form_id, phone)], form_id, record)
    return fills, {record.instance_id for record in fills.records}


def problems_of(town: RandomTown) -> list[str]:
    """What could not be read of the records, waits for another one, or was left undone in a list."""
    with town.database.reading() as db:
        found = [f"{one.deriver}: {one.error}" for one in db.scalars(select(DeriveProblem))]
        found += [f"waits for version {one.base_version}" for one in db.scalars(select(EntityBacklog))]
        return found + [f"{one.details}" for one in db.scalars(select(Audit).where(Audit.action == "entity.error"))]


def check_exports(town: RandomTown, form_id: str, sent: set[str]) -> None:
    """Every record that somebody reads on the list is in both exports; what he does not is a health record, or sealed."""
    if form_id == FEEDBACK:  # no record: nobody reads who said what, nor when (intake/feedback.py)
        with town.database.reading() as db:
            assert db.scalar(select(func.count()).select_from(Feedback)) == len(sent)
        return
    path = f"/projects/{town.project_id}/forms/{form_id}"
    client = town.sign_in(READERS.get(form_id, "clinician"), form_id)
    listed = client.get(f"{path}/submissions")
    assert listed.status_code == 200, f"{form_id}: {listed.text}"
    readable = {row["instanceId"] for row in listed.json}
    assert sent - readable <= held_back(town, form_id), form_id
    assert readable and readable <= sent, form_id
    assert ids_in_archive(client, f"{path}/submissions.csv.zip", form_id) == readable, form_id
    assert ids_in_feed(client, f"{path}.svc/Submissions") == readable, form_id
    print(f"{form_id}: {len(sent)} sent, {len(readable)} read by the {READERS.get(form_id, 'clinician')}")


def held_back(town: RandomTown, form_id: str) -> set[str]:
    """What is nobody's or not everybody's to read: sealed records, and those with health answers."""
    query = select(Submission.instance_id).join(Form, Form.id == Submission.form_id)
    with town.database.reading() as db:
        return set(db.scalars(query.where(Form.xml_form_id == form_id, Submission.sealed | Submission.health)))


def ids_in_archive(client: Client, path: str, form_id: str) -> set[str]:
    reply = client.get(path)
    assert reply.status_code == 200, f"{form_id}: {reply.text}"
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        text = archive.read(f"{form_id}.csv").decode()
    return {row["KEY"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}


def ids_in_feed(client: Client, path: str) -> set[str]:
    reply = client.get(path)
    assert reply.status_code == 200, reply.text
    assert "@odata.nextLink" not in reply.json
    return {row["__id"] for row in reply.json["value"]}


def tell_coverage(form_id: str, fills: Fills) -> list[str]:
    """Prints how far the records of a form came; what they should have reached and did not."""
    never = fills.never()
    excused = UNREACHABLE.get(form_id, {})
    branches = 2 * len(fills.branches)
    missing = sorted(never - excused.keys())
    print(
        f"{form_id}: {branches - len(never)} of {branches} branches", *(f"  never {one}" for one in missing), sep="\n"
    )
    if FULL:
        return [f"{form_id}: never {one}" for one in missing]
    return [] if branches - len(never) >= LIKELY * branches else [f"{form_id}: too few branches"]
