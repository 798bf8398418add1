"""A transfer of care between two served towns on loopback, each with its own data folder, clock and keys: what goes from one to
the other is a file in one hand and a key in the other. Refused without consent, expired, replayed, wrong, broken, taken back.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from server.access.people import create_user
from server.access.roles import APP_USER, CLINICIAN
from server.clock import now, today
from server.intake.transferring import make_package
from server.jobs import TIMETABLE, run_one
from server.models import Assignment, OpenedPackage, Project, TransferPackage, User, Village, VillageScope, Woman
from server.registry.packages import open_package
from tests.conftest import PASSWORD
from tests.making import a_form, a_phone, new_id
from tests.served_project import database_of
from tests.server.registry.caring import CONSENTS, FORMS, a_care_form, a_care_record, a_uuid, created
from tests.serving import RunningServer, running_server

HERE, THERE = "519901201001", "440785201001"
PLACE = {"place_zh": "恩平的卫生院", "place_en": "Clinic in Enping", "dest_county": "440785"}
LOUD = ("SECRETNAME", "13800000001", "SECRETWORD", "condom")


@dataclass
class Town:
    """A served town with one village, the forms of care, a phone, and a clinician who is signed in."""

    server: RunningServer
    village: str
    key: str = ""
    http: requests.Session = field(default_factory=requests.Session)

    def settle(self, name: str) -> None:
        database = database_of(self.server)
        with database.transaction() as db:
            project = Project(name=name, kind="care", created_at=now())
            db.add(project)
            db.flush()
            db.add(Village(project_id=project.id, code=self.village, name="一村", created_at=now()))
            for form_id in FORMS:
                a_form(db, project.id, form_id, xml=a_care_form(form_id))
            phone, self.key = a_phone(db, database.keys.current_secret(), project.id)
            db.add(Assignment(actor_id=phone, role_id=APP_USER, project_id=project.id))
            lin = create_user(db, "lin@example.test", PASSWORD, "lin", None, now()).actor_id
            db.add(Assignment(actor_id=lin, role_id=CLINICIAN, project_id=project.id))
            db.add(VillageScope(actor_id=lin, project_id=project.id, village_id=None))
            self.project_id = project.id
        database.dispose()
        self.http.headers["Accept"] = "text/html"
        self.see("/sign-in")
        assert self.send("/sign-in", email="lin@example.test", password=PASSWORD).status_code == 303

    def post(self, form_id: str, answers: dict[str, str], entity: str = "") -> None:
        """A record by the phone, of today."""
        xml = a_care_record(form_id, {"visit_date": today().isoformat()} | answers, entity, new_id())
        where = f"{self.server.api}/key/{self.key}/projects/{self.project_id}/submission"
        sent = requests.post(where, files={"xml_submission_file": ("x.xml", xml, "text/xml")}, timeout=60)
        assert sent.status_code == 201, sent.text

    def register(self, woman: str, label: str, **answers: str) -> None:
        until = (today() + timedelta(days=365)).isoformat()
        given = {"action": "register", **dict.fromkeys(CONSENTS, "yes"), "consent_until": until}
        given |= {"village_code": self.village, "keeps": "1", "display_name": "SECRETNAME", "phone_safe": "13800000001"}
        self.post("woman_consent", given | answers, created("women", woman, label))

    def leave(self, woman: str, transfer: str, items: str, **answers: str) -> None:
        given = {"direction": "out", "person": woman, "woman": woman, "she_asks": "yes", "consent_transfer": "yes"}
        given |= {"items": items, "village_code": self.village, "status": "asked", "secret": "SECRETWORD"} | PLACE
        self.post("migrant_transfer", given | answers, created("transfers", transfer))

    def see(self, path: str) -> requests.Response:
        return self.http.get(self.server.url.rstrip("/") + path, timeout=60)

    def send(self, path: str, file: bytes = b"", **fields: str) -> requests.Response:
        """A form of a page, as a browser sends it: with the token of the page before."""
        token = re.search(r'name="__csrf" value="([0-9a-f]{64})"', self.see(self.page_of(path)).text)
        data = {"__csrf": token[1] if token else "", **fields}
        files = {"file": ("x.fangshi", file)} if file else None
        where = self.server.url.rstrip("/") + path
        return self.http.post(where, data=data, files=files, allow_redirects=False, timeout=60)

    def page_of(self, path: str) -> str:
        return re.sub(r"(/transfers)/.*", r"\1", path)

    def make(self, woman: str, transfer: str, **items: str) -> tuple[bytes, str]:
        """The file and the key, as the clinician gets them."""
        path = f"/people/{woman}/transfers/{transfer}/package"
        made = self.send(path, **(items or {"item": "next_dates"}))
        assert made.status_code == 200, words_of(made)
        return self.see(path).content, digits_of(made)

    def bring(self, woman: str, file: bytes, key: str) -> requests.Response:
        return self.send(f"/people/{woman}/brought", file, step="look", key=key)

    def keep(self, woman: str, looked: requests.Response) -> requests.Response:
        hidden = dict(re.findall(r'type="hidden" name="(carried|key)" value="([^"]*)"', looked.text))
        return self.send(f"/people/{woman}/brought", step="keep", agrees="yes", **hidden)

    def status(self, woman: str) -> str:
        return words_of(self.see(f"/people/{woman}/transfers"))

    def packages(self) -> list[str]:
        database = database_of(self.server)
        with database.reading() as db:
            found = [one.state for one in db.scalars(select(TransferPackage).order_by(TransferPackage.id))]
        database.dispose()
        return found

    def opened(self) -> int:
        database = database_of(self.server)
        with database.reading() as db:
            found = len(db.scalars(select(OpenedPackage)).all())
        database.dispose()
        return found


def words_of(answer: requests.Response) -> str:
    plain = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(plain))


def digits_of(answer: requests.Response) -> str:
    found = re.search(r'class="key-digits"[^>]*>(.*?)</p>', answer.text, re.S)
    assert found, words_of(answer)
    return "".join(re.findall(r"<span>(\w+)</span>", found[1]))


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Town]]:
    """Where she leaves, and where she comes: two servers that know nothing of each other."""
    with ExitStack() as both:
        made = []
        for name, village in (("柳河镇", HERE), ("恩平镇", THERE)):
            folder: Path = tmp_path_factory.mktemp("town") / "data"
            town = Town(both.enter_context(running_server(folder)), village)
            town.settle(name)
            made.append(town)
        keys = {(town.server.data_dir / "secret.key").read_bytes() for town in made}
        assert len(keys) == 2, "each has its own"
        yield made[0], made[1]


def a_leaving(town: Town, items: str = "next_dates", **answers: str) -> tuple[str, str]:
    woman, transfer = a_uuid(), a_uuid()
    town.register(woman, "W-0231 王*")
    town.leave(woman, transfer, items, **answers)
    return woman, transfer


def a_coming(town: Town, **answers: str) -> str:
    woman = a_uuid()
    town.register(woman, "W-0900 王*", **answers)
    return woman


def test_it_is_made_carried_taken_over_and_acknowledged(towns: tuple[Town, Town]) -> None:
    here, there = towns
    woman, transfer = a_leaving(here, "next_dates anc_summary")
    file, key = here.make(woman, transfer)
    assert not any(word.encode() in file for word in (*LOUD, "W-0231", "柳河镇", key))
    told = open_package(file, key).told
    assert told["items"].keys() == {"next_dates"} and not any(word in str(told) for word in LOUD)
    assert "在路上" in here.status(woman)

    comes = a_coming(there)
    looked = there.bring(comes, file, key)
    assert looked.status_code == 200 and "W-0231" in words_of(looked) and "柳河镇" in words_of(looked)
    assert there.packages() == [] and there.opened() == 0, "nothing is kept before she agrees"
    kept = there.keep(comes, looked)
    assert kept.status_code == 303
    receipt = digits_of(there.see(kept.headers["Location"]))

    assert here.send(f"/people/{woman}/transfers/{transfer}/receipt", receipt="0" * 12).status_code == 409
    done = here.send(f"/people/{woman}/transfers/{transfer}/receipt", receipt=receipt)
    assert done.status_code == 303 and "对方收到了" in here.status(woman)
    assert here.packages() == ["received"] and there.packages() == ["received"] and there.opened() == 1

    # replayed: by her again, and by another woman
    for whose in (comes, a_coming(there)):
        again = there.bring(whose, file, key)
        assert again.status_code == 409 and "已经接收过" in words_of(again) and "W-0231" not in words_of(again)
    assert there.keep(comes, looked).status_code == 409


def test_nothing_is_made_or_opened_without_her_consent(towns: tuple[Town, Town]) -> None:
    here, there = towns
    woman, transfer = a_leaving(here, consent_transfer="no", status="")
    path = f"/people/{woman}/transfers/{transfer}/package"
    assert here.send(path, item="next_dates").status_code in (404, 409)
    assert here.see(path).status_code == 404

    woman, transfer = a_leaving(here)
    file, key = here.make(woman, transfer)
    before = there.packages()
    refused = there.bring(a_coming(there, consent_share_clinic="no"), file, key)
    assert refused.status_code == 409 and "她没有同意" in words_of(refused) and "W-0231" not in words_of(refused)
    comes = a_coming(there)
    looked = there.bring(comes, file, key)
    hidden = dict(re.findall(r'type="hidden" name="(carried|key)" value="([^"]*)"', looked.text))
    assert there.send(f"/people/{comes}/brought", step="keep", **hidden).status_code == 400
    assert there.packages() == before


def test_a_wrong_key_a_broken_file_and_another_place_are_told_apart(towns: tuple[Town, Town]) -> None:
    here, there = towns
    woman, transfer = a_leaving(here)
    _first, lost = here.make(woman, transfer)
    file, key = here.make(woman, transfer)
    comes = a_coming(there)
    before = there.packages()
    broken = bytes([*file[:90], file[90] ^ 1, *file[91:]])
    for sent, word in (((file, lost), "打不开它"), ((broken, key), "坏了"), ((b"x", key), "这不是")):
        refused = there.bring(comes, *sent)
        assert refused.status_code == 409 and word in words_of(refused)
    stays = a_uuid()
    here.register(stays, "W-0500 李*")
    assert "别的地方" in words_of(here.bring(stays, file, key))
    assert there.packages() == before


def test_after_thirty_days_it_opens_nowhere_and_where_she_left_it_ran_out(towns: tuple[Town, Town]) -> None:
    here, there = towns
    woman, transfer = a_leaving(here)
    then = now() - timedelta(days=31)
    database = database_of(here.server)
    with database.transaction() as db:
        project = db.get_one(Project, here.project_id)
        her = db.scalars(select(Woman).where(Woman.uuid == woman)).one()
        by = db.scalars(select(User.actor_id).where(User.email == "lin@example.test")).one()
        made = make_package(db, project, her, transfer, ["next_dates"], by, then)
        file, key = made.row.content or b"", made.key
    refused = there.bring(a_coming(there), file, key)
    assert refused.status_code == 409 and "过了 30 天" in words_of(refused)

    (job,) = [one for one in TIMETABLE if one.name == "packages"]
    assert run_one(database, None, job, now()) in ("0", "1")  # type: ignore[arg-type] # its own timetable may have been faster
    database.dispose()
    assert "过期了" in here.status(woman)
    assert here.see(f"/people/{woman}/transfers/{transfer}/package").status_code == 404


def test_what_she_took_back_is_acknowledged_by_nobody(towns: tuple[Town, Town]) -> None:
    here, there = towns
    woman, transfer = a_leaving(here)
    file, key = here.make(woman, transfer)
    assert here.send(f"/people/{woman}/transfers/{transfer}/cancel").status_code == 303
    assert "她不转了" in here.status(woman)
    assert here.see(f"/people/{woman}/transfers/{transfer}/package").status_code == 404
    comes = a_coming(there)
    kept = there.keep(comes, there.bring(comes, file, key))
    receipt = digits_of(there.see(kept.headers["Location"]))
    refused = here.send(f"/people/{woman}/transfers/{transfer}/receipt", receipt=receipt)
    assert refused.status_code == 409 and "不是她在路上的资料包的回执" in words_of(refused)
