"""The table of what is to be reached in speed: how it is judged and written. Nothing is timed here."""

import pytest

from tests.benchmarks.aims import CENTRAL, OURS, Aim, judge, read_aims, write_table

FAST = Aim("sending", "submit", "per_s", 90, {"sqlite": 5}, {"cpu_ms_per_req": {"sqlite": 2.5}})


def measured(**values: float) -> dict:
    return {"submit": {OURS: [values, values]}}


@pytest.mark.parametrize(
    ("results", "is_met"),
    [
        (measured(per_s=450, cpu_ms_per_req=2.5), True),
        (measured(per_s=449, cpu_ms_per_req=2.5), False),
        (measured(per_s=450, cpu_ms_per_req=2.6), False),
        ({}, None),
    ],
)
def test_an_aim_is_reached_when_each_of_its_numbers_is(results: dict, is_met: bool | None) -> None:
    assert judge(FAST, results, "sqlite").is_met is is_met


def test_a_central_that_was_measured_counts_before_its_figure() -> None:
    results = {"submit": {OURS: [{"per_s": 450, "cpu_ms_per_req": 1}], CENTRAL: [{"per_s": 100}]}}
    assert judge(FAST, results, "sqlite").is_met is False


@pytest.mark.parametrize(("p95", "is_met"), [(33, True), (34, False)])
def test_a_part_of_what_central_took_is_asked_where_both_were_measured(p95: float, is_met: bool) -> None:
    aim = Aim("sending", "submit", "per_s", None, {"sqlite": 5}, part={"p95_ms": {"sqlite": 1 / 3}})
    theirs = {"per_s": 100, "p95_ms": 100, "cpu_ms_per_req": 11.3}
    line = judge(aim, {"submit": {OURS: [{"per_s": 500, "p95_ms": p95}], CENTRAL: [theirs]}}, "sqlite")
    assert (line.is_met, line.central) == (is_met, "100 a second; 11.3 CPU ms")
    assert judge(aim, {"submit": {OURS: [{"per_s": 500, "p95_ms": p95}]}}, "sqlite").is_met is None


def test_less_time_is_better_and_a_wrong_answer_is_never_good() -> None:
    aim = Aim("export", "zip", "secs", 9.0, {"sqlite": 15})
    assert judge(aim, {"zip": {OURS: [{"secs": 0.6}]}}, "sqlite").is_met is True
    assert (
        judge(aim, {"zip": {OURS: [{"secs": 0.6, "errors": {"check": "9 rows, expected 10"}}]}}, "sqlite").is_met
        is False
    )
    assert judge(aim, {"zip": {OURS: [{"secs": 0.6, "errors": {"reconnect": 1}}]}}, "sqlite").is_met is True


def test_without_anything_to_measure_it_against_nothing_is_reached() -> None:
    aim = Aim("export @10", "zip @10000", "secs", 9.0, {"sqlite": 15}, {"first_byte_s": {"sqlite": 0.5}})
    fewer = aim.of_size(lambda rows: rows // 50)
    assert (fewer.step, fewer.central) == ("zip @200", None)
    assert judge(fewer, {"zip @200": {OURS: [{"secs": 0.01, "first_byte_s": 0.1}]}}, "sqlite").is_met is None
    assert aim.of_size(lambda rows: rows) == aim


def test_the_table_names_each_aim_once_and_says_how_rounds_differ() -> None:
    aims = read_aims()
    assert len({aim.work for aim in aims}) == len({aim.step for aim in aims}) == len(aims) > 15
    rounds = {"submit": {OURS: [{"per_s": 400, "cpu_ms_per_req": 2}, {"per_s": 500, "cpu_ms_per_req": 3}]}}
    text = write_table([judge(FAST, rounds, "sqlite")], {"machine": "2 cores"})
    assert "machine: 2 cores" in text
    assert "| sending | 450 (400 to 500) a second; 5.0 times; 2.5 (2 to 3) CPU ms | 90 a second |" in text
    assert text.rstrip().endswith("| yes |")
