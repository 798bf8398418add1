"""The demo's records are what a phone would send: valid F1, in order, and some of them odd on purpose."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from forms.check import check
from forms.entities import read_acts
from forms.instance import geo_answers, read_instance, read_values
from forms.library import read_library_form
from forms.xform import read_xform
from geo.locate import Locator
from geo.odk_text import read_geometry
from server.demo.records import FORM_ID
from server.demo.town import make_town
from server.demo.visits import WORKERS, Sending, make_visits

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
FORM = read_xform(read_library_form(FORM_ID))


@pytest.fixture(scope="module")
def sendings() -> list[Sending]:
    return make_visits(make_town(), NOON, FORM.version)


def test_months_of_visits_reach_up_to_today_and_not_beyond(sendings: list[Sending]) -> None:
    assert len(sendings) > 800
    assert sendings[0].at < NOON - timedelta(days=150)
    assert NOON - timedelta(days=1) < sendings[-1].at <= NOON
    assert [one.at for one in sendings] == sorted(one.at for one in sendings)
    assert {one.worker for one in sendings} == set(range(len(WORKERS)))


def test_every_record_answers_the_form_without_complaint(sendings: list[Sending]) -> None:
    for sending in sendings:
        instance = read_instance(sending.xml)
        assert (instance.form_id, instance.version) == (FORM_ID, FORM.version)
        assert instance.instance_id == sending.instance_id
        assert instance.deprecated_id == sending.corrects
        assert check(instance, FORM.schema) == []


def test_every_home_is_made_once_and_then_written_in_step(sendings: list[Sending]) -> None:
    versions: Counter[str] = Counter()
    for sending in sendings:
        (act,) = read_acts(read_instance(sending.xml), FORM.schema)
        if sending.corrects:
            continue
        assert (act.create, act.base_version) == (
            (True, None) if not versions[act.uuid] else (False, versions[act.uuid])
        )
        versions[act.uuid] += 1
    assert len(versions) >= 600


def test_nobody_is_asked_again_who_declined_or_moved(sendings: list[Sending]) -> None:
    over: set[str] = set()
    for sending in sendings:
        values = read_values(read_instance(sending.xml), FORM.schema)
        (act,) = read_acts(read_instance(sending.xml), FORM.schema)
        assert act.uuid not in over or sending.corrects
        if values["visit_result"] in {"declined", "moved"}:
            over.add(act.uuid)


def test_no_point_is_sent_without_consent_to_it(sendings: list[Sending]) -> None:
    for sending in sendings:
        instance = read_instance(sending.xml)
        values = read_values(instance, FORM.schema)
        assert bool(geo_answers(instance, FORM.schema)) == (values["location_ok"] == "yes")
        assert values["contact_phone"] is None, "a made-up number may be somebody's"


def test_some_are_late_wrong_or_poor_and_some_of_those_are_corrected(sendings: list[Sending]) -> None:
    locator = Locator((village.code, village.outline) for village in make_town().villages)
    found: Counter[str] = Counter()
    for sending in sendings:
        instance = read_instance(sending.xml)
        values = read_values(instance, FORM.schema)
        found["late"] += sending.at - datetime.fromisoformat(values["end"]) > timedelta(days=1)
        found["corrected"] += sending.corrects is not None
        for answer in geo_answers(instance, FORM.schema):
            read = read_geometry(answer.text, "point")
            located = locator.locate(read.geometry.x, read.geometry.y, read.accuracy)
            found["elsewhere"] += located.code != values["village_code"]
            found["poor"] += (read.accuracy or 0) > 30
            found["outside the town"] += located.how != "inside"
    assert all(found[odd] > 2 for odd in ("late", "corrected", "elsewhere", "poor", "outside the town")), found


def test_the_same_day_gives_the_same_records() -> None:
    assert make_visits(make_town(), NOON, "1") == make_visits(make_town(), NOON, "1")
    assert make_visits(make_town(), NOON, "1", seed=2) != make_visits(make_town(), NOON, "1")
