"""The sheets of the example: a small table with marks, all marks with what they say, all indicators, all clusters."""

from collections.abc import Mapping

from server.reports.indicators.definitions import ALL, FIRST_FOUR
from server.web.languages import language_tag
from server.web.pages.indicator_words import WORDS
from server.web.pages.texts import _


def mark(text: str) -> str:
    return f"{{{{{text}}}}}"


def example_sheets(clusters: Mapping[str, str]) -> list[tuple[str, list[list[str]]]]:
    return [
        (_("My table"), small_table()),
        (_("Marks"), all_marks()),
        (_("Indicators"), all_indicators()),
        (_("Clusters"), [[_("Code"), _("Cluster")], *([code, name] for code, name in sorted(clusters.items()))]),
    ]


def words(english: str, chinese: str) -> str:
    """Marks have names in both languages, and the example is in the reader's."""
    return english if language_tag() == "en" else chinese


def small_table() -> list[list[str]]:
    rate, done, of = words("rate", "比率"), words("numerator", "分子"), words("denominator", "分母")
    rows = [[_("Indicator"), _("Rate"), _("Numerator"), _("Denominator")]]
    for one in FIRST_FOUR:
        name = mark(f"{one}.{words('name', '名称')}")
        rows.append([name, *(mark(f"{one}.{field}") for field in (rate, done, of))])
    town, as_of = mark(words("town", "镇")), mark(words("as_of", "数据截至"))
    return [*rows, [_("%(town)s, data as of %(time)s", town=town, time=as_of), "", "", ""]]


def all_marks() -> list[list[str]]:
    """Written so that the example itself is filled in without fault: what is said of a mark stands without braces."""
    spot = words("cluster", "片")
    return [
        [_("Between two braces on each side"), _("What stands there then")],
        [words("town", "镇"), _("the town's name")],
        [words("month", "月份"), _("the month")],
        [words("as_of", "数据截至"), _("of which moment the numbers are")],
        [words("phones", "手机"), _("how many phones workers carry")],
        [words("synced", "上传"), _("how many of them spoke today")],
        [f"I2.{words('rate', '比率')}", _("the rate of an indicator, as per cent")],
        [f"I2.{words('numerator', '分子')}", _("its numerator")],
        [f"I2.{words('denominator', '分母')}", _("its denominator")],
        [f"I2.{words('window', '时段')}", _("of which months it is")],
        [f"I2.{words('name', '名称')}", _("how it is called")],
        [f"I2.{words('rate', '比率')} {spot}=510121001", _("of one cluster, by its code")],
        [
            f"I9.{words('rate', '比率')} {words('village', '村')}=510121001203",
            _("of one village: the coverage of visits alone"),
        ],
        [f"I2.{words('rate', '比率')} {words('before', '前')}=1", _("of the window before, up to 11 back")],
    ]


def all_indicators() -> list[list[str]]:
    rows = [[_("No."), _("Indicator"), _("What is counted")]]
    here = [one for one in ALL if one.months is not None]
    return rows + [
        [one.id, str(WORDS[one.id].name), _("%(done)s, of %(all)s", done=WORDS[one.id].done, all=WORDS[one.id].of)]
        for one in here
    ]
