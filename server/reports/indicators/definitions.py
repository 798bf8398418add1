"""What the indicators are: windows, units and sources as data (domain.md 4.0 and 4.1). Their words: web/pages/indicator_words.py.

A definition that no form's answers can fill has `months` None: it stays in the table, and its page says why it is not
counted. `mark`: A a public text says it, B a text that was seen elsewhere, C the town's own plan or ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from server.access.month_ends import month_ends
from server.followups.windows import add_months

Unit = Literal["town", "clusters"]
SNAPSHOT: Final = 0
SHOWN: Final = {1: 12, 3: 8, 6: 6}
"""How many windows are shown, by how many months lie between their ends."""
BIRTHS: Final = "births"
COVERAGE: Final = "I9"


@dataclass(frozen=True)
class Indicator:
    """`months` long is the window, SNAPSHOT for a state on its last day; `every` so many months one is told.

    `unit`: the smallest that it is told of. Those of one `family` are of the same people but for a few; who is done in one
    that is `part_of` another is done there, or the other way round. A later one of a family is told only where that gives no
    small number (beside.py). `sensitive`: about people, so that small numbers are hidden. `aim` is a rate in per cent that
    the brief gives. `forms` are those whose records it counts. One that is `live` is put together of what is told now.
    """

    id: str
    theme: str
    mark: str
    source: str
    months: int | None = 12
    every: int = 1
    unit: Unit = "town"
    family: str = ""
    part_of: tuple[str, ...] = ()
    sensitive: bool = True
    aim: int | None = None
    forms: tuple[str, ...] = ()
    live: bool = False

    @property
    def measure(self) -> str:
        """Under which name its numbers are kept."""
        return f"indicator {self.id}"

    @property
    def is_kept(self) -> bool:
        """Whether it is counted here. Visit coverage is the map's own rate, so that it is one number everywhere."""
        return self.months is not None and self.id != COVERAGE and not self.live

    def ends(self, today: date) -> list[date]:
        """The last days of the windows that may be told on a day, the oldest first."""
        shown = SHOWN[self.every]
        return [end for end in month_ends(today, shown * self.every) if end.month % self.every == 0][-shown:]

    def first_day(self, end: date) -> date:
        """The first day of the window that ends with a month's last day."""
        return add_months(end + timedelta(days=1), -self.months) if self.months else end


NORM: Final = "国家基本公共卫生服务规范（第三版）"
WHO: Final = "WHO antenatal care 2016"
PLAN: Final = "Town work plan"
OURS: Final = "Fangshi"
CHECKS, POSTNATAL = ("pregnancy_registration", "antenatal_check"), ("delivery_postnatal",)
METHODS, SUPPLIES = ("contraception_followup",), ("supplies",)

ALL: Final = (
    Indicator("I1", "births", "A", NORM, None, aim=None, forms=CHECKS),
    Indicator("I1b", "births", "A", NORM, unit="clusters", forms=CHECKS),
    Indicator("I2", "births", "A", NORM, unit="clusters", family=BIRTHS, forms=CHECKS),
    Indicator("I2b", "births", "A", NORM, unit="clusters", family=BIRTHS, part_of=("I2",), forms=CHECKS),
    Indicator("I3", "births", "A", NORM, unit="clusters", family=BIRTHS, forms=POSTNATAL),
    Indicator("I3b", "births", "A", NORM, unit="clusters", family=BIRTHS, part_of=("I3",), forms=POSTNATAL),
    Indicator("I4", "births", "A", NORM, every=3, unit="clusters", family=BIRTHS, forms=POSTNATAL),
    Indicator(
        "I5", "births", "A", NORM, unit="clusters", family=BIRTHS, part_of=("I2", "I3b"), forms=(*CHECKS, *POSTNATAL)
    ),
    Indicator("I6", "methods", "C", PLAN, forms=METHODS),
    Indicator("I6b", "methods", "B", "WHO selected practice recommendations", every=3, forms=METHODS),
    Indicator("I6c", "methods", "C", PLAN, every=3, aim=100, forms=METHODS),
    Indicator("I7", "supplies", "C", OURS, months=1, sensitive=False),
    Indicator("I8", "supplies", "C", PLAN, every=3, forms=SUPPLIES),
    Indicator("I8b", "supplies", "C", PLAN, every=3, forms=SUPPLIES),
    Indicator(COVERAGE, "visits", "C", PLAN, months=SNAPSHOT, unit="clusters", forms=("household_visit",)),
    Indicator("I10", "visits", "C", OURS, months=SNAPSHOT),
    Indicator("I11", "visits", "C", OURS, months=SNAPSHOT, unit="clusters", live=True),
    Indicator("I12", "visits", "C", OURS, months=SNAPSHOT, live=True),
    Indicator("I13", "elsewhere", "C", OURS, forms=("referral_outcome",)),
    Indicator("I14", "elsewhere", "C", OURS, every=3, forms=("migrant_transfer",)),
    Indicator("I15", "rights", "C", OURS, None),
    Indicator("I15b", "rights", "C", OURS, every=3, aim=100),
    Indicator("I16", "office", "C", PLAN, every=3, forms=("benefit_case",)),
    Indicator("I17", "office", "C", PLAN, months=3, every=3, sensitive=False, aim=100),
    Indicator("I17b", "office", "C", PLAN, months=SNAPSHOT, every=3),
    Indicator("I18", "rights", "C", PLAN, every=3),
    Indicator("I18b", "rights", "C", OURS, every=3),
    Indicator("I19", "rights", "C", OURS),
    Indicator("I20", "rights", "C", PLAN, months=6, every=6, aim=90),
)
BY_ID: Final[Mapping[str, Indicator]] = {one.id: one for one in ALL}
KEPT: Final = tuple(one for one in ALL if one.is_kept)
FIRST_FOUR: Final = ("I2", "I3", COVERAGE, "I13")
"""The numbers that the page shows large."""
