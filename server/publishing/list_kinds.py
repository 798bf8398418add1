"""The lists that a town keeps itself beside the forms: which there are, what a row holds, and what stands until they are filled.

A list is a CSV file that forms name, read by phones as it is: `name` is what records hold, so it is plain ASCII and stays;
`label` is what people read. What a column may hold is checked by list_checking.py.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

LABEL, PHONE, VILLAGE, LEVEL, PARENT, VALUE = "label", "phone", "village_code", "level", "parent", "value"
LEVELS: Final = ("prov", "county", "site")
"""Of a destination: a province, a county in one, a place that takes over in one (F8)."""

NOT_FILLED: Final = "名单还没有填，请镇里补上 / The town has not filled this list yet"
"""The label of the row that stands in a list until the town has filled it."""
PLACEHOLDER: Final = "none"
"""The name of that row."""


@dataclass(frozen=True)
class Column:
    """`longest` in characters. A column that is not required may stay empty."""

    name: str
    required: bool = False
    longest: int = 60


@dataclass(frozen=True)
class Bounds:
    """What the town may write instead of our number; only to the careful side of it, so that no list switches a danger off."""

    least: Decimal
    most: Decimal

    def hold(self, value: Decimal) -> bool:
        return self.least <= value <= self.most


@dataclass(frozen=True)
class TownList:
    """`columns` come after `name`. `rows` are what phones get until the town has its own.

    `fixed` are names of rows that forms read by name: they stay. `grows` says whether rows may be added, `bounds` what the
    value of a row may be.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    fixed: frozenset[str] = frozenset()
    grows: bool = True
    bounds: dict[str, Bounds] | None = None

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    @property
    def header(self) -> tuple[str, ...]:
        return ("name", *(one.name for one in self.columns))

    @property
    def has_note(self) -> bool:
        """Whether what stands until it is filled only says that it is not filled."""
        return self.rows[0][0] == PLACEHOLDER


def _limits(*found: tuple[str, str, str, str, str]) -> tuple[tuple[tuple[str, ...], ...], dict[str, Bounds]]:
    rows = tuple((name, label, value) for name, label, value, _least, _most in found)
    return rows, {name: Bounds(Decimal(least), Decimal(most)) for name, _label, _value, least, most in found}


_LABEL: Final = Column(LABEL, required=True)
_PHONE: Final = Column(PHONE, longest=30)
_HOTLINES: Final = (("helpline", "心理援助热线", "12356"), ("police", "报警电话", "110"))
_ROWS, _BOUNDS = _limits(
    # domain.md 3, F4 to F6 [B] and F10 (town plans): name, label, ours, the least and the most that a town may write
    ("bp_sys_red", "收缩压从这里起提醒（毫米汞柱）", "140", "120", "140"),
    ("bp_dia_red", "舒张压从这里起提醒（毫米汞柱）", "90", "80", "90"),
    ("bp_sys_critical", "收缩压从这里起危急（毫米汞柱）", "160", "140", "160"),
    ("bp_dia_critical", "舒张压从这里起危急（毫米汞柱）", "110", "90", "110"),
    ("fhr_low", "胎心低于这里提醒（次/分）", "110", "110", "120"),
    ("fhr_high", "胎心高于这里提醒（次/分）", "160", "150", "160"),
    ("hb_low", "血红蛋白低于这里提醒（克/升）", "110", "110", "120"),
    ("hb_critical", "血红蛋白低于这里危急（克/升）", "70", "70", "90"),
    ("fever", "体温从这里起危急（℃）", "38", "37.3", "38"),
    ("quiz_pass", "培训测验从这里起通过（分）", "60", "60", "100"),
)

CLINICS: Final = TownList("clinics", (_LABEL, _PHONE), ((PLACEHOLDER, NOT_FILLED, ""),))
SUPPLY_POINTS: Final = TownList("supply_points", (_LABEL, Column(VILLAGE)), ((PLACEHOLDER, NOT_FILLED, ""),))
DESTINATIONS: Final = TownList(
    "destinations", (_LABEL, Column(LEVEL, required=True), Column(PARENT)), ((PLACEHOLDER, NOT_FILLED, "prov", ""),)
)
HOTLINES: Final = TownList(
    "hotlines", (_LABEL, Column(PHONE, required=True, longest=30)), _HOTLINES, frozenset(row[0] for row in _HOTLINES)
)
THRESHOLDS: Final = TownList(
    "thresholds",
    (_LABEL, Column(VALUE, required=True, longest=10)),
    _ROWS,
    frozenset(row[0] for row in _ROWS),
    grows=False,
    bounds=_BOUNDS,
)

TOWN_LISTS: Final = (CLINICS, SUPPLY_POINTS, DESTINATIONS, HOTLINES, THRESHOLDS)
BY_NAME: Final = {one.name: one for one in TOWN_LISTS}
BY_FILE: Final = {one.file: one for one in TOWN_LISTS}
