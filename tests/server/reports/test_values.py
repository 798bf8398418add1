import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.reports.values import odata_value, read_value


@pytest.mark.parametrize(
    ("type_name", "text", "value"),
    [
        ("int", "42", 42),
        ("int", "-7", -7),
        ("int", " 7 ", 7),
        ("int", "9223372036854775807", 9223372036854775807),
        ("decimal", "3.50", 3.5),
        ("decimal", "-1e3", -1000.0),
        ("decimal", "7e28", 7e28),
        ("boolean", "true", True),
        ("boolean", "0", False),
        ("date", "2026-02-28", "2026-02-28"),
        ("dateTime", "2026-08-21T09:10:11.123+08:00", "2026-08-21T09:10:11.123+08:00"),
        ("dateTime", "2026-08-21T09:10:11.123+08", "2026-08-21T09:10:11.123+08:00"),
        ("dateTime", "2026-08-21T01:10:11Z", "2026-08-21T01:10:11Z"),
        ("time", "09:10:11.000+08:00", "09:10:11.000+08:00"),
        ("string", " as sent ", " as sent "),
        ("select", "iud pill", "iud pill"),
    ],
)
def test_an_answer_is_of_its_type(type_name: str, text: str, value: object) -> None:
    assert odata_value(text, type_name) == value


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("int", "NaN"),
        ("int", "1_000"),
        ("int", "٣"),
        ("int", "3.0"),
        ("int", "9" * 30),
        ("int", "9223372036854775808"),
        ("decimal", "1e400"),
        ("decimal", "-1e29"),
        ("decimal", "Infinity"),
        ("decimal", "1" * 5000),
        ("decimal", "1,5"),
        ("boolean", "yes"),
        ("date", "2026-02-30"),
        ("date", "20260228"),
        ("date", "0000-01-01"),
        ("dateTime", "2026-08-21T09:10:11"),
        ("dateTime", "2026-08-21T25:10:11Z"),
        ("dateTime", "0001-01-01T00:00:00+14:00"),
        ("geopoint", "NaN NaN"),
        ("geopoint", "1e400 2"),
        ("geopoint", "95 104"),
        ("geopoint", "here"),
        ("geotrace", "30 104"),
        ("geoshape", "30 104;30 104"),
        ("geoshape", ";;;"),
    ],
)
def test_poison_becomes_null(type_name: str, text: str) -> None:
    assert odata_value(text, type_name) is None


@pytest.mark.parametrize("value", [None, {}, [], 3, True])
def test_what_is_no_text_is_no_answer(value: object) -> None:
    assert odata_value(value, "string") is None
    assert odata_value(value, "geopoint") is None


@pytest.mark.parametrize(
    ("type_name", "text", "geojson", "wkt"),
    [
        (
            "geopoint",
            "30.12345 104.5 512.3 4.7",
            {"type": "Point", "coordinates": [104.5, 30.12345, 512.3], "properties": {"accuracy": 4.7}},
            "POINT (104.5 30.12345 512.3)",
        ),
        (
            "geopoint",
            "30.12345 104.5",
            {"type": "Point", "coordinates": [104.5, 30.12345], "properties": {"accuracy": None}},
            "POINT (104.5 30.12345)",
        ),
        (
            "geotrace",
            "30 104 1 5; 31 105 2 6;",
            {"type": "LineString", "coordinates": [[104, 30, 1], [105, 31, 2]], "properties": {"accuracies": [5, 6]}},
            "LINESTRING (104 30 1,105 31 2)",
        ),
        (
            "geotrace",
            "30 104 1;31 105",
            {"type": "LineString", "coordinates": [[104, 30], [105, 31]], "properties": {"accuracies": [None, None]}},
            "LINESTRING (104 30,105 31)",
        ),
        (
            "geoshape",
            "30 104 1 5;30 105 1 5;31 105 2 6",
            {
                "type": "Polygon",
                "coordinates": [[[104, 30, 1], [105, 30, 1], [105, 31, 2], [104, 30, 1]]],
                "properties": {"accuracies": [5, 5, 6]},
            },
            "POLYGON ((104 30 1,105 30 1,105 31 2,104 30 1))",
        ),
    ],
)
def test_places_have_longitude_first(type_name: str, text: str, geojson: dict, wkt: str) -> None:
    assert odata_value(text, type_name) == geojson
    assert odata_value(text, type_name, wkt=True) == wkt


def test_a_filter_compares_dates_and_instants() -> None:
    assert read_value("2026-03-01", "date") == date(2026, 3, 1)
    assert read_value("2026-03-01T08:00:00+08", "dateTime") == datetime(2026, 3, 1, tzinfo=UTC)


ODDITIES = "0123456789" * 3 + "+-.:TZeEW_ \t\x1c\u3000٣"
SPELT = [
    *("7", "-7", "007", "9" * 18, "9" * 19, "3.5", ".5", "5.", "1" * 18 + ".5", "-1e3", "2026-08-21", "2026-W34-5"),
    *(
        "2026-08-21T09:10:11.123+08:00",
        "2026-08-21T09:10:11.123Z",
        "2026-08-21T09:10+08",
        "2026-W34-5T09:10:11.123+08:00",
    ),
    *("9999-12-31T23:59:59.999-14:00", "0001-01-01T00:00:00.000+14:00", "2026-08-21T24:00:00.000+08:00"),
]


@st.composite
def nearly_answers(draw: st.DrawFn) -> str:
    """What a phone may write, with up to three characters put in, changed or left out."""
    text = draw(st.sampled_from(SPELT))
    for _ in range(draw(st.integers(0, 3))):
        at, much = draw(st.integers(0, len(text))), draw(st.integers(0, 1))
        text = text[:at] + draw(st.sampled_from(["", *ODDITIES])) + text[at + much :]
    return text


def number_by_pattern(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?\d{1,19}", text, re.ASCII) and -(2**63) <= int(text) < 2**63 else None


def decimal_by_pattern(text: str) -> float | None:
    pattern = r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?"
    return float(text) if re.fullmatch(pattern, text, re.ASCII) and abs(float(text)) < 7.9e28 else None


def date_by_pattern(text: str) -> str | None:
    try:
        return text if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) and date.fromisoformat(text) else None
    except ValueError:
        return None


def instant_by_pattern(text: str) -> str | None:
    pattern = r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?:(Z)|([+-]\d\d):?(\d\d)?)"
    match = re.fullmatch(pattern, text, re.ASCII)
    clean = match and match[1] + (match[2] or f"{match[3]}:{match[4] or '00'}")
    try:
        return clean if clean and datetime.fromisoformat(clean).astimezone(UTC) else None
    except (ValueError, OverflowError):
        return None


@given(nearly_answers())
@settings(max_examples=1000)
def test_what_is_seen_at_a_glance_is_what_the_pattern_says(text: str) -> None:
    clean = text.strip()
    by_pattern = (
        ("int", number_by_pattern(clean)),
        ("decimal", decimal_by_pattern(clean)),
        ("date", date_by_pattern(clean)),
        ("dateTime", instant_by_pattern(clean)),
    )
    for type_name, value in by_pattern:
        assert odata_value(text, type_name) == value, type_name
