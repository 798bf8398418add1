"""Our forms filled as a phone fills them: JavaRosa, the engine of ODK Collect, walks through the questions."""

import csv
import itertools
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forms.entities import EntityAct, read_acts
from forms.instance import elements_at, read_instance
from forms.library import read_library_form
from forms.schema import FormSchema
from forms.xform import read_xform
from server.publishing.to_correct import AS_LISTED, OF_ANY_VISIT
from tests.forms.library.words_read import check_words, names_in
from tests.phones.collectsim.csim.engine import Engine, EngineError

ZONE = "Asia/Shanghai"
Rows = list[dict[str, str]]

VILLAGE, OTHER_VILLAGE = "510121001002", "510121001003"
WANG, LI, ZHAO = (str(uuid.UUID(int=number, version=4)) for number in (11, 12, 13))


def today() -> date:
    return datetime.now(ZoneInfo(ZONE)).date()


FIRST_DAY = today()
"""The day on which the tests were read: what their modules say of days, they said on it."""


def day(distance: int) -> str:
    """So many days from today, as forms write it."""
    return (today() + timedelta(days=distance)).isoformat()


@dataclass(frozen=True)
class Filled:
    """A finished record. `shown` are the names of everything that was relevant, `refused` of what was not taken."""

    form_id: str
    file: Path
    xml: bytes
    values: dict[str, str]
    refused: list[str]

    @property
    def shown(self) -> set[str]:
        return set(self.values)

    @property
    def acts(self) -> list[EntityAct]:
        return read_acts(read_instance(self.xml), schema_of(self.form_id))

    def act(self) -> EntityAct:
        (only,) = self.acts
        return only


@cache
def schema_of(form_id: str) -> FormSchema:
    return read_xform(read_library_form(form_id)).schema


@dataclass
class Pocket:
    """What lies on a phone: entity lists by name, and the town's files by name."""

    lists: dict[str, Rows] = field(default_factory=dict)
    files: dict[str, Rows] = field(default_factory=dict)

    def with_rows(self, name: str, rows: Rows) -> "Pocket":
        lists, files = dict(self.lists), dict(self.files)
        (files if name in files else lists)[name] = rows
        return Pocket(lists, files)

    def as_role(self, role: str) -> "Pocket":
        return self.with_rows("me", [{**self.files["me"][0], "role": role}])


class Phone:
    """Fills forms of the library. One engine (one JVM) serves all tests.

    While it `reads`, every screen is read in every language of its form, and a word that is missing or another language's
    is an AssertionError. A phone that is `switched_on` on a day begins in its morning, whatever the machine's clock says.
    """

    def __init__(self, folder: Path, switched_on: date | None = None) -> None:
        self.folder, self.reads = folder, False
        with _environment(COLLECTSIM_BUILD=str(folder / "classes"), TZ=ZONE, **_clock_from(switched_on)):
            self.engine = Engine()
        self.numbers = itertools.count(1)

    def fill(
        self,
        form_id: str,
        pocket: Pocket,
        answers: Mapping[str, Any],
        edit: Filled | None = None,
        leave_prefilled: bool = False,
        language: str = "",
    ) -> Filled:
        """A record in which only `answers` (by question name) are given. Raises EngineError where it cannot be finished.

        `language` is the one that the phone is set to, else the form's own.

        A required question without an answer gets a random one, even where the form filled it in beforehand; with
        `leave_prefilled` no question is required, and what the form filled in stays.
        """
        xml = read_library_form(form_id)
        place = self.folder / f"{form_id}-{next(self.numbers)}"
        media = place / "media"
        media.mkdir(parents=True)
        (place / "form.xml").write_bytes(xml.replace(b' required="true()"', b"") if leave_prefilled else xml)
        for name, rows in pocket.files.items():
            _write_csv(media / f"{name}.csv", rows)
        again = {"edit": str(edit.file)} if edit else {}
        done = self.engine.ask(
            cmd="fill", form=str(place / "form.xml"), media=str(media), out=str(place / "record"), blankRate=1,
            answers=dict(answers), entities=pocket.lists, properties={"deviceid": "collect:test"}, language=language,
            read=self.reads, **again,
        )  # fmt: skip
        if self.reads:
            check_words(done["words"], names_in({**pocket.lists, **pocket.files}, answers))
        file = Path(done["instanceFile"])
        return Filled(form_id, file, file.read_bytes(), read_flat(file.read_bytes()), names_refused(done["problems"]))

    def refuses(self, form_id: str, pocket: Pocket, answers: Mapping[str, Any]) -> list[str]:
        """The names of the questions whose answers are not taken, whether the record can be finished without them or not."""
        try:
            return self.fill(form_id, pocket, answers).refused
        except EngineError as open_record:
            return names_refused([str(open_record)])

    def close(self) -> None:
        self.engine.close()


def begun_earlier(record: Filled, days: int) -> Filled:
    """The same record as if it had been begun, and everything in it been agreed, so many days earlier."""
    older = re.sub(
        r"\d{4}-\d\d-\d\d", lambda one: str(date.fromisoformat(one[0]) - timedelta(days=days)), record.xml.decode()
    )
    record.file.write_text(older, encoding="utf-8")
    return replace(record, xml=older.encode(), values=read_flat(older.encode()))


def names_refused(problems: list[str]) -> list[str]:
    paths = [path for problem in problems for path in re.findall(r"given answer refused at (\S+):", problem)]
    return [path.rpartition("/")[2].partition("[")[0] for path in paths]


def _clock_from(day: date | None) -> dict[str, str]:
    """Environment of a process whose clock begins at nine in the morning of `day`; {} for the machine's clock."""
    if day is None:
        return {}
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return {"LD_PRELOAD": str(library), "FAKETIME": f"@{day} 09:00:00", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _write_csv(file: Path, rows: Rows) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if any(row.values()))


def read_flat(xml: bytes) -> dict[str, str]:
    """What a record holds, by the names of its questions; pages are only pages. Meta is left out."""
    (root,) = elements_at(read_instance(xml).root, "")
    found = (
        one for one in root.iter("{*}*") if not any(str(up.tag).endswith("meta") for up in (one, *one.iterancestors()))
    )
    return {str(one.tag).rpartition("}")[2]: one.text or "" for one in found if len(one) == 0}


def entity(name: str, label: str, **properties: str) -> dict[str, str]:
    """A row of an entity list as a phone holds it after a sync."""
    known = {"name": name, "label": label, "__version": "1", "__trunkVersion": "1", "__branchId": str(uuid.uuid4())}
    return {**known, **properties}


def woman(name: str, label: str, until: str = "", consent: str = "yes", **properties: str) -> dict[str, str]:
    known = {"code": label.split()[0], "village_code": VILLAGE, "consent_service": consent}
    return entity(name, label, **{**known, "consent_until": until or day(200), "consent_reminder": "yes", **properties})


def due_row(form_id: str, subject: str, closes: int, key: str = "", subject_list: str = "women") -> dict[str, str]:
    """A visit as the server lists it, open for three weeks before the day it closes."""
    key = key or str(uuid.uuid4())
    days = {"opens_on": day(closes - 21), "due_on": day(closes - 7), "closes_on": day(closes)}
    about = {"visit_key": key, "form_id": form_id, "subject_list": subject_list, "subject": subject}
    return {"name": key, "label": f"W-0231 王* {days['due_on'][5:]}", **about, **days, "village_code": VILLAGE}


def returned_row(record: "Filled", why: str, **answers: str) -> dict[str, str]:
    """A record that was sent and came back, as the server lists it; `answers` instead of all that it holds."""
    told = answers or record.values
    known = {"name": read_instance(record.xml).instance_id, "label": f"A-0301：{why}", "form_id": record.form_id}
    return {**known, "why": why, "day": day(0), **{f"was_{name}": value for name, value in told.items()}}


def returned_care_row(record: "Filled", chosen: str) -> dict[str, str]:
    """The same of a woman's record, of which nothing is told that she said; `chosen` is the question by which it is hers."""
    told = {name: record.values.get(name, "") for name in (chosen, *OF_ANY_VISIT, *AS_LISTED)}
    return returned_row(record, "请再看一看", **told)


def empty(columns: Iterable[str]) -> Rows:
    """A list that has its head and no row."""
    return [dict.fromkeys(columns, "")]


def consent_texts(recorded: Iterable[str] = (), **versions: int) -> Rows:
    """The words of consent as the server lists them; `versions` are those that are not the first, `recorded` languages in
    which there is a recording of the notice.
    """
    names = ("notice", "service", "reminder", "share_clinic", "location", "stats")
    numbers = {name: versions.get(name, 1) for name in names}
    return [
        {
            "name": name,
            "label": f"说法{number}",
            "en": f"words{number}",
            "version": str(number),
            "sha256": f"{number}a" * 32,
            **{f"recorded_{one}": "yes" if name == "notice" and one in recorded else "" for one in ("zh", "en")},
        }
        for name, number in numbers.items()
    ]


PRESSURE_FROM = {"sys_red_from", "dia_red_from", "sys_critical_from", "dia_critical_from"}
"""What forms take over of the town's list of thresholds, whatever is asked."""


NO_VISITS = empty(due_row("", WANG, 0))


def make_pocket(*due: dict[str, str], **lists: Rows) -> Pocket:
    """The phone of a village worker, with the town's files and the lists that are given."""
    me = {"name": str(uuid.uuid4()), "label": "赵秀兰", "worker": "3", "role": "village_worker"}
    files = {
        "me": [{**me, "villages": VILLAGE, "village_code": VILLAGE}],
        "due_visits": list(due) or NO_VISITS,
        "to_correct": empty(("name", "label", "form_id")),
        "clinics": [{"name": "town", "label": "镇卫生院", "phone": "0825-5550120"}],
        "hotlines": [{"name": "helpline", "label": "心理援助热线", "phone": "12356"}],
        "thresholds": empty(("name", "label", "value")),
        "consent_texts": consent_texts(),
        "villages": [{"name": VILLAGE, "label": "石桥村"}, {"name": OTHER_VILLAGE, "label": "河口村"}],
    }
    return Pocket(dict(lists), files)
