"""Files with names: as Excel and WPS save them, in Chinese or English, and everything that is wrong with one."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.caller import Caller
from server.access.people import create_administrator
from server.access.rosters import RosterRow, make_phones, read_roster
from server.errors import Problem
from server.models import AppUser, Project, Village, VillageScope
from tests.conftest import MORNING, PASSWORD

KEY = bytes(range(32))
PLAIN = "姓名,村\n赵秀兰,河湾村;石桥村\n马玉梅,519901201002\n李敏,全镇\n,\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.encode("gb18030"),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("姓名,村", "Name,Villages").encode(),
        PLAIN.replace(";", "、").encode(),
    ],
)
def test_a_roster_is_read_as_it_comes_from_a_spreadsheet(content: bytes) -> None:
    assert read_roster(content) == [
        RosterRow(2, "赵秀兰", ("河湾村", "石桥村")),
        RosterRow(3, "马玉梅", ("519901201002",)),
        RosterRow(4, "李敏", None),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        ("村\n河湾村\n".encode(), "no column name"),
        ("姓名\n" + "王\n" * 2, "Line 3"),
        ("姓名,村\n,河湾村\n", "Line 2"),
        ("姓名\n" + "长" * 256, "Line 2"),
        ("姓名\n王\x07\n", "Line 2"),
        ("姓名\n" + "".join(f"王{n}\n" for n in range(301)), "more than 300"),
        (b"\xff\xfe\x00\x80\xff", "no text in UTF-8"),
        ('姓名\n"' + "x" * 200_000, "cannot be read as a table"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_where(content: bytes | str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        read_roster(content if isinstance(content, bytes) else content.encode())
    assert said in caught.value.message


@pytest.fixture
def town(db: Session) -> Project:
    project = Project(name="禾川镇", kind="care", created_at=MORNING)
    db.add(project)
    db.flush()
    for code, name in (("519901201001", "河湾村"), ("519901201002", "石桥村"), ("519901201003", "石桥村")):
        db.add(Village(project_id=project.id, code=code, name=name, created_at=MORNING))
    db.flush()
    return project


def make(db: Session, town: Project, text: str) -> list[int]:
    ada = db.scalar(select(AppUser.created_by_id)) or create_administrator(db, "ada@x.test", PASSWORD, MORNING).actor_id
    caller = Caller(actor_id=ada, type="user")
    return make_phones(db, KEY, caller, town, read_roster(text.encode()), ada, MORNING)


def test_everybody_gets_a_key_for_her_villages_and_reading_the_file_again_makes_none(
    db: Session, town: Project
) -> None:
    text = "姓名,村\n赵秀兰,河湾村;519901201002\n李敏,all\n"
    made = make(db, town, text)
    reached = db.execute(select(VillageScope.actor_id, Village.code).outerjoin(Village)).all()
    assert sorted(reached, key=str) == [(made[0], "519901201001"), (made[0], "519901201002"), (made[1], None)]
    assert make(db, town, text + "新来的,河湾村\n")[:2] == made
    assert db.scalar(select(func.count()).select_from(AppUser)) == 3


@pytest.mark.parametrize("village", ["别的村", "石桥村", "519901201009"])
def test_a_village_that_is_not_there_or_there_twice_is_told_by_its_line(
    db: Session, town: Project, village: str
) -> None:
    with pytest.raises(Problem) as caught:
        make(db, town, f"姓名,村\n赵秀兰,河湾村\n马玉梅,{village}\n")
    assert "Line 3" in caught.value.message
    assert db.scalar(select(func.count()).select_from(AppUser)) == 0
