"""Who works in the demo town: accounts with random passwords, and a phone for each worker. Nobody of them exists."""

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.carers import set_carer
from server.access.people import create_administrator, create_user
from server.access.phones import create_app_user
from server.access.roles import APP_USER, BY_ID, BY_SYSTEM
from server.demo.town import DemoTown
from server.demo.visits import WORKERS
from server.models import Form, Project, User

FILE = "demo.json"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is misread when typed off a screen

NAMES = tuple(name for name, _ in WORKERS)
CARRIERS = tuple(
    zip(("zhao@demo.test", "wang@demo.test", "liu@demo.test", "he@demo.test", "chen@demo.test"), NAMES, strict=True)
)
"""The accounts of those who walk, in the order of their phones."""

# Address, name, role, and the worker whose villages it reaches (None: the whole town).
PEOPLE: tuple[tuple[str, str, str, int | None], ...] = (
    ("zhou@demo.test", "周主任", "town_lead", None),
    ("limin@demo.test", "李敏", "reviewer", None),
    ("chenyue@demo.test", "陈月", "clinician", None),
    *((email, name, "village_worker", worker) for worker, (email, name) in enumerate(CARRIERS)),
)


@dataclass(frozen=True)
class Login:
    """One account, as it is printed for whoever tries the demo."""

    role: str
    name: str
    email: str
    password: str


@dataclass(frozen=True)
class DemoPhone:
    """A worker's phone: its key is what the QR code carries."""

    name: str
    token: str


@dataclass(frozen=True)
class Demo:
    """What there is to sign in with. Kept in the data folder beside the data, readable by its owner only."""

    project_id: int
    project_name: str
    logins: list[Login]
    phones: list[DemoPhone]


def write_demo(data_dir: Path, demo: Demo) -> None:
    """The last step of making a demo: a folder without this file holds half a demo."""
    path = data_dir / FILE
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(demo), ensure_ascii=False, indent=1), encoding="utf-8")


def read_demo(data_dir: Path) -> Demo | None:
    """The demo in this folder; None when there is none, or only a part of one."""
    try:
        found = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
        logins = [Login(**one) for one in found["logins"]]
        phones = [DemoPhone(**one) for one in found["phones"]]
        return Demo(found["project_id"], found["project_name"], logins, phones)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make_administrator(db: Session, now: datetime) -> tuple[Caller, Login]:
    """The account that makes the rest. It has no content in a care project, and the demo shows that."""
    login = Login("admin", "系统管理员", "admin@demo.test", make_password())
    user = create_administrator(db, login.email, login.password, now, login.name)
    return Caller(actor_id=user.actor_id, type="user", display_name=login.name), login


def make_people(db: Session, by: Caller, project: Project, town: DemoTown, now: datetime) -> list[Login]:
    """Accounts with their roles and villages."""
    logins = []
    for email, name, role, worker in PEOPLE:
        login = Login(role, name, email, make_password())
        user = create_user(db, email, login.password, name, by.actor_id, now)
        assign(db, by, BY_SYSTEM[role], user.actor_id, now, project, None)
        set_villages(db, by, project, user.actor_id, codes_of(town, worker), now)
        logins.append(login)
    return logins


def make_phones(
    db: Session, by: Caller, project: Project, forms: list[Form], town: DemoTown, key: bytes, now: datetime
) -> list[DemoPhone]:
    """A phone for each worker, with the forms and the worker's villages, handed to the worker."""
    phones = []
    for worker, (name, _) in enumerate(WORKERS):
        phone = create_app_user(db, key, project.id, name, by.actor_id, now)
        for form in forms:
            assign(db, by, BY_ID[APP_USER], phone.actor.id, now, project, form)
        set_villages(db, by, project, phone.actor.id, codes_of(town, worker), now)
        set_carer(db, by, project, phone.actor.id, person_of(db, CARRIERS[worker][0]), "village_worker", now)
        assert phone.token is not None, "a new phone has its key"
        phones.append(DemoPhone(name, phone.token))
    return phones


def person_of(db: Session, email: str) -> int:
    return db.scalars(select(User.actor_id).where(User.email == email)).one()


def codes_of(town: DemoTown, worker: int | None) -> list[str] | None:
    return None if worker is None else [town.villages[number].code for number in WORKERS[worker][1]]


def make_password() -> str:
    """Twelve characters to be typed off a screen, 59 bits: xxxx-xxxx-xxxx."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
