"""Each indicator of a town whose every row was counted by hand: the number, and each way in which it is hidden."""

import pytest

from server.reports.indicators.definitions import ALL
from tests.server.reports.indicators.test_told import WHY, api, newest
from tests.server.reports.indicators.whole_town import WholeTown
from tests.server.web.pages.conftest import text_of

OF_FILL = ("I6", "I6c", "I8", "I8b", "I13", "I14", "I15b", "I16", "I17b", "I18", "I18b", "I19", "I20")
"""`done` of `done` and `missed` each."""


@pytest.fixture
def counted(paged, database) -> WholeTown:
    return WholeTown(paged, database)


def test_every_number_is_the_one_that_was_worked_out_by_hand(counted, lead):
    counted.fill_all(14, 7)
    counted.births()
    counted.homes()
    counted.count()
    found = newest(lead, counted)
    expected = dict.fromkeys(OF_FILL, (14, 21)) | {
        "I1": None,  # not counted: no form collects all live births of the area
        "I1b": (25, 35),
        "I2": (20, 35),
        "I2b": (20, 25),
        "I3": (20, 35),
        "I3b": (30, 35),
        "I4": (20, 35),
        "I5": (20, 35),
        "I6b": (7, 21),  # gaps are what is counted
        "I7": (2, 31),
        "I9": (30, 40),
        "I10": (14, 21),
        "I15": None,  # not counted
        "I17": (1, 2),
    }
    live = {"I11", "I12"}
    assert {name: told for name, told in found.items() if name not in live} == expected
    assert found.keys() == {one.id for one in ALL}
    for name, told in expected.items():
        if told:
            done, of = told
            assert f"{done}/{of}" in text_of(lead.see(f"/reports/indicators/{name}")), name


@pytest.mark.parametrize(
    ("done", "missed", "why"),
    [(5, 4, "few_people"), (10, 4, "few"), (4, 10, "few"), (10, 0, "everybody"), (0, 10, "everybody")],
)
def test_each_is_hidden_where_it_is_small_or_of_one_kind(counted, lead, done, missed, why):
    counted.fill_all(done, missed)
    counted.count()
    by_api = {one["id"]: one["windows"][-1]["town"] for one in api(lead, counted) if one["windows"]}
    for name in (*OF_FILL, "I6b", "I10"):
        assert by_api[name] == {"numerator": None, "denominator": None, "percent": None, "hidden": why}, name
        page = text_of(lead.see(f"/reports/indicators/{name}"))
        assert WHY[why] in page and f"{done}/{done + missed}" not in page, name
    assert (by_api["I7"]["numerator"], by_api["I17"]["numerator"]) == (2, 1), "days and sessions are nobody's"
