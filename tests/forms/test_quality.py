"""What one record says of itself; the form is one that a town could have, the times are written as Collect writes them."""

from datetime import UTC, datetime, timedelta

import pytest

from forms.instance import Instance, read_instance
from forms.quality import Envelope, Limits, Said, is_round, placed_by_hand, read_said
from forms.schema import FormSchema
from forms.xform import read_xform

LIMITS = Limits(timedelta(minutes=10), 3, frozenset({"note"}), frozenset({"bp_sys", "bp_dia"}))
CAME = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai
ASKED = "village_code mood who bp_sys bp_dia note"
FORM = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t</h:title><model>'
    '<instance><data id="t" version="1"><start/><end/><gps/>{elements}<made/><kin><age/></kin><meta><instanceID/></meta></data>'
    '</instance><instance id="women" src="jr://file-csv/women.csv"/>'
    '<bind nodeset="/data/start" type="dateTime"/><bind nodeset="/data/end" type="dateTime"/>'
    '<bind nodeset="/data/gps" type="geopoint"/><bind nodeset="/data/made" type="string"/>{binds}'
    '<bind nodeset="/data/kin/age" type="int"/></model></h:head><h:body><input ref="/data/gps"><label>g</label></input>{inputs}'
    '<group ref="/data/kin"><label>k</label><repeat nodeset="/data/kin"><input ref="/data/kin/age"><label>a</label></input>'
    "</repeat></group></h:body></h:html>"
)
CHOSEN = (
    '<select1 ref="/data/who"><label>w</label><itemset nodeset="instance(\'women\')/root/item"><value ref="name"/>'
    '<label ref="label"/></itemset></select1>'
)


def schema() -> FormSchema:
    names = ASKED.split()
    xml = FORM.format(
        elements="".join(f"<{one}/>" for one in names),
        binds="".join(f'<bind nodeset="/data/{one}" type="string"/>' for one in names),
        inputs="".join(
            CHOSEN if one == "who" else f'<input ref="/data/{one}"><label>{one}</label></input>' for one in names
        ),
    )
    return read_xform(xml.encode()).schema


SCHEMA = schema()


def a_filled(**answers: str) -> Instance:
    kin = "".join(f"<kin><age>{age}</age></kin>" for age in answers.pop("kin", "").split())
    told = "".join(f"<{name}>{text}</{name}>" for name, text in answers.items())
    return read_instance(
        f'<data id="t" version="1">{told}{kin}<meta><instanceID>uuid:1</instanceID></meta></data>'.encode()
    )


def said(is_edit: bool = False, aside: int = 0, **answers: str) -> Said:
    return read_said(a_filled(**answers), SCHEMA, Envelope(CAME, is_edit, aside), LIMITS)


def test_how_long_it_took() -> None:
    found = said(start="2026-03-02T09:00:00.000+08:00", end="2026-03-02T09:04:30.000+08:00")
    assert found.seconds == 270 and found.found == {}
    assert found.ended_at == datetime(2026, 3, 2, 1, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end"), [("", "2026-03-02T09:00:00+08:00"), ("yesterday", "later"), ("2026-03-02T09:00:00", "")]
)
def test_without_two_times_on_earth_nothing_is_said(start: str, end: str) -> None:
    assert said(start=start, end=end).seconds is None


def test_a_record_open_over_night_is_asked_about_and_is_no_measure_of_pace() -> None:
    """23:50 to 00:05 by the phone's clock; in UTC it is one day."""
    found = said(start="2026-03-01T23:50:00+08:00", end="2026-03-02T00:05:00+08:00")
    assert found.found == {"midnight": {}} and found.seconds is None
    assert said(start="2026-03-02T07:50:00+08:00", end="2026-03-02T08:05:00+08:00").found == {}, "midnight in UTC"


def test_a_correction_keeps_the_first_start_so_it_tells_neither_pace_nor_night() -> None:
    found = said(is_edit=True, start="2026-02-01T09:00:00+08:00", end="2026-03-02T09:00:00+08:00")
    assert found.seconds is None and found.found == {}


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-02T11:50:00+08:00", "2026-03-02T12:09:00+08:00", None),
        ("2026-03-02T11:50:00+08:00", "2026-03-02T12:11:00+08:00", 11),
        ("2026-03-02T11:30:00+08:00", "2026-03-02T10:30:00+08:00", 60),
        ("2025-12-02T11:30:00+08:00", "2025-12-02T11:40:00+08:00", None),
    ],
)
def test_a_clock_that_is_surely_off(start: str, end: str, minutes: int | None) -> None:
    """Ahead of the server at its arrival, or turned back meanwhile; a late record shows nothing."""
    assert said(start=start, end=end).found.get("clock") == (None if minutes is None else {"minutes": minutes})


def test_files_kept_aside_are_counted() -> None:
    assert said(aside=2).found == {"kept_aside": {"files": 2}}


def test_blood_pressures_and_those_that_end_in_nought_or_five() -> None:
    found = said(bp_sys="120", bp_dia="78")
    assert (found.readings, found.round_readings) == (2, 1)
    assert (said(bp_sys="120/80").readings, said(bp_sys="9").readings) == (0, 0)
    assert is_round("85") and not is_round("84") and not is_round("5")


def test_answers_are_alike_whoever_they_are_about_and_whenever() -> None:
    first = said(village_code="A", mood="well", note="x", who="w1", start="2026-03-02T09:00:00+08:00", made="7")
    same = said(village_code="A", mood="well", note="x", who="w2", start="2026-03-02T10:00:00+08:00", made="8")
    other = said(village_code="A", mood="low", note="x", who="w1")
    assert first.vector == same.vector and first.vector is not None and first.vector != other.vector
    assert said(village_code="A", mood="well").vector is None, "so few are alike by chance"
    assert said(village_code="A", mood="w", kin="3 4").vector != said(village_code="A", mood="w", kin="4 3").vector


def test_a_remark_is_a_note() -> None:
    assert said(note="赶集回来补录").has_note and not said(note=" ").has_note


@pytest.mark.parametrize(
    ("gps", "agent", "by_hand"),
    [
        ("30 105 0 0", "org.odk.collect.android/v2026.1.0 Dalvik/2.1.0", True),
        ("30 105 0 0.0", "ODK Collect", True),
        ("30 105 0 4.5", "ODK Collect", False),
        ("30 105", "ODK Collect", False),
        ("30 105 0 0", "pyODK", False),
        ("30 105 0 0", None, False),
        ("", "ODK Collect", False),
    ],
)
def test_a_point_without_a_measurement_as_collect_writes_it(gps: str, agent: str | None, by_hand: bool) -> None:
    assert placed_by_hand(a_filled(gps=gps), SCHEMA, agent) is by_hand


def test_an_encrypted_record_says_only_what_its_envelope_says() -> None:
    xml = b'<data id="t" version="1" encrypted="yes"><meta><instanceID>uuid:1</instanceID></meta></data>'
    found = read_said(read_instance(xml), SCHEMA, Envelope(CAME, False, 1), LIMITS)
    assert found.vector is None and found.seconds is None and found.found == {"kept_aside": {"files": 1}}
