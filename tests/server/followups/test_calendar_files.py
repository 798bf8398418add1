from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from server.followups.calendar_files import CalendarInvalid, calendar_with, load_years, read_year, shipped_years
from server.followups.working_days import FESTIVALS

GOOD = """
year: 2027
notice:
  title: 国务院办公厅关于2027年部分节假日安排的通知
  number: 国办发明电〔2026〕1号
  issued_on: 2026-11-20
  address: https://www.gov.cn/example
  mark: C
rest:
  - {festivals: [new_year], first: 2027-01-01, last: 2027-01-03}
  - {festivals: [spring_festival], first: 2027-02-05, last: 2027-02-11}
working: [2027-02-14]
"""


def test_every_day_of_every_year_is_as_another_calendar_of_the_notices_says() -> None:
    for number, year in shipped_years().items():
        day = date(number, 1, 1)
        while day.year == number:
            assert calendar_with().is_rest_day(day) is chinese_calendar.is_holiday(day), day
            day += timedelta(days=1)
        assert chinese_calendar.is_holiday(year.breaks[0].first)


def test_every_festival_is_as_another_calendar_names_it() -> None:
    theirs = {
        "New Year's Day": "new_year",
        "Spring Festival": "spring_festival",
        "Tomb-sweeping Day": "qingming",
        "Labour Day": "labour_day",
        "Dragon Boat Festival": "dragon_boat",
        "Mid-autumn Festival": "mid_autumn",
        "National Day": "national_day",
    }
    for number in shipped_years():
        known = {day: name for day, name in chinese_calendar.constants.holidays.items() if day.year == number}
        ours = shipped_years()[number].breaks_by_day
        assert ours.keys() == known.keys()
        assert all(theirs[name] in ours[day].festivals for day, name in known.items())


def test_the_years_that_ship_say_where_they_come_from() -> None:
    assert [*shipped_years()] == [2024, 2025, 2026]
    for number, year in shipped_years().items():
        assert year.notice.title == f"国务院办公厅关于{number}年部分节假日安排的通知"
        assert year.notice.number.startswith(f"国办发明电〔{number - 1}〕")
        assert year.notice.issued_on.year == number - 1 and year.notice.mark == "B" and year.notice.note
        assert year.notice.address.startswith("https://www.gov.cn/zhengce/content/")


def test_every_festival_has_its_name_in_both_languages() -> None:
    assert all(words.zh and words.en for words in FESTIVALS.values())


def test_a_good_file_is_read() -> None:
    year = read_year(GOOD, "2027.yaml")
    assert (year.year, len(year.breaks), sorted(year.working)) == (2027, 2, [date(2027, 2, 14)])


@pytest.mark.parametrize(
    ("was", "now", "field"),
    [
        ("first: 2027-01-01", "first: 2026-12-31", "rest.1.first"),
        ("last: 2027-02-11", "last: 2028-02-11", "rest.2.last"),
        ("last: 2027-02-11", "last: 2027-02-04", "rest.2.last"),
        ("last: 2027-02-11", "last: 2027-03-11", "rest.2.last"),
        ("[2027-02-14]", "[2026-02-14]", "working.1"),
        ("[2027-02-14]", "[2027-02-15]", "working.1"),
        ("[2027-02-14]", "[2027-02-14, 2027-02-14]", "working.2"),
        ("[2027-02-14]", "[2027-02-06]", "rest.2"),
        ("first: 2027-02-05", "first: 2027-01-31, last: 2027-01-01", "yaml"),
        ("2027-02-05, last: 2027-02-11", "2027-01-03, last: 2027-01-04", "rest.2"),
        ("[2027-02-14]", "2027-02-14", "working"),
        ("[2027-02-14]", "[2027-2-14]", "working.1"),
        ("[2027-02-14]", "[2027-02-30]", "yaml"),
        ("[2027-02-14]", "[2027-02-14 08:00:00]", "working.1"),
        ("[spring_festival]", "[春节]", "rest.2.festivals"),
        ("[spring_festival]", "[]", "rest.2.festivals"),
        ("year: 2027", "year: 1907", "year"),
        ("year: 2027", "year: 2101", "year"),
        ("year: 2027", "year: '2027'", "year"),
        ("working: [2027-02-14]\n", "", "working"),
        ("mark: C", "mark: D", "notice.mark"),
        ("mark: C", "mark: C\n  colour: red", "notice.colour"),
        ("  number: 国办发明电〔2026〕1号\n", "", "notice.note"),
        ("https://www.gov.cn/example", "javascript:alert(1)", "notice.address"),
        ("year: 2027", "year: 2027\nyear: 2027", "yaml"),
        ("year: 2027", "year: &a 2027\nother: *a", "yaml"),
        ("year: 2027", "year: !!python/object/apply:os.system [ls]", "yaml, 2"),
        ("year: 2027", "year: [", "yaml, 4"),
        ("year: 2027", "year: 2027" + " " * 20_000, "yaml"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_field(was: str, now: str, field: str) -> None:
    assert was in GOOD
    with pytest.raises(CalendarInvalid) as refused:
        read_year(GOOD.replace(was, now), "2027.yaml")
    assert (refused.value.details["file"], refused.value.details["field"]) == ("2027.yaml", field)
    assert "2027.yaml" in refused.value.message


@pytest.mark.parametrize("text", ["", "- 1", "2027", "{1: 2}", "\x00", "[" * 5000])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(CalendarInvalid):
        read_year(text, "x.yaml")


def test_a_number_that_is_not_known_is_left_out_with_the_reason() -> None:
    text = GOOD.replace("  number: 国办发明电〔2026〕1号\n", "  note: {zh: 未查到文号, en: not found}\n")
    assert read_year(text, "2027.yaml").notice.number == ""


def test_a_file_is_named_by_its_year(tmp_path: Path) -> None:
    (tmp_path / "2028.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(CalendarInvalid) as refused:
        load_years(tmp_path)
    assert refused.value.details["field"] == "year"


def test_of_a_year_that_the_product_has_the_product_s_own_holds() -> None:
    other = GOOD.replace("2027", "2026").replace("[2026-02-14]", "[2026-03-01]")
    both = calendar_with(GOOD, other)
    assert not both.is_provisional(2027) and both.years[2026] == shipped_years()[2026]
    assert both.cause_of(date(2027, 2, 9)) == "spring_festival"
