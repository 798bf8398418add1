"""A care town in which a woman of village 1 has a card with a number, and a browser of hers that has no account."""

import re
from typing import Any

from server.access.card_codes import show_code
from server.models import Consent, Project, ServiceCard, Woman
from server.publishing.list_editing import list_now, save_list
from server.publishing.list_kinds import CLINICS, HOTLINES
from server.registry.cards import find_card, make_card, set_pin
from server.registry.consent_texts import SHIPPED, hash_of
from tests.conftest import MORNING
from tests.server.web.pages.conftest import Browser
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_woman

PIN = "402913"
PURPOSES = ("service", "reminder", "share_clinic", "location", "stats")


class CardTown(CareTown):
    """`uuid` is the woman's, `code` that of her card."""

    today = TODAY
    now = MORNING

    def make(self, db: Any) -> int:
        project_id = super().make(db)
        self.uuid = self.a_card(db, project_id).woman_uuid
        return project_id

    def a_card(self, db: Any, project_id: int, label: str = "W-0231 王*", **more: Any) -> ServiceCard:
        """A card of a woman who agreed to all but statistics, with two days before her."""
        until = more.pop("consent_until", self.today + 300 * DAY)
        number = str(self.actor_id(db, "wang"))
        woman = a_woman(db, project_id, label, consent_until=until, **{"assigned_worker": number, **more})
        for purpose in PURPOSES:
            given = purpose != "stats"
            words = {"text_version": 1, "text_sha256": hash_of(*SHIPPED[purpose])} if given else {}
            row = {"project_id": project_id, "woman_uuid": woman.uuid, "purpose": purpose, "given": given}
            db.add(Consent(**row, **words, said_on=self.today - 20 * DAY, until=until if given else None))
        a_follow_up(
            db, woman, self.today, "ANC3", left=40, opens_on=self.today + 10 * DAY, due_on=self.today + 20 * DAY
        )
        a_follow_up(db, woman, self.today, "ANC2", left=9, due_on=self.today + 3 * DAY)
        card = make_card(db, woman, "", number_of(number), self.now)
        set_pin(db, card, PIN, number_of(number), self.now)
        self.code = card.code
        return card

    def fill_lists(self) -> None:
        """The town's own clinic, and a number for whoever was pressed."""
        store = self.app.extensions["fangshi.blobs"]
        with self.database.transaction() as db:
            project, ada = db.get_one(Project, self.project_id), self.actor_id(db, "ada")
            for kind, row in (
                (CLINICS, {"name": "c1", "label": "镇卫生院 2 楼", "phone": "0825-5550120"}),
                (HOTLINES, {"name": "rights", "label": "权益热线", "phone": "0825-5550199"}),
            ):
                was = list_now(db, store, project, kind)
                rows = [row] if was.is_placeholder else [*was.rows, row]
                save_list(db, store, project, kind, rows, was.sha256, ada, self.now)

    def thirty_days_more(self) -> None:
        with self.database.transaction() as db:
            woman = db.query(Woman).filter_by(uuid=self.uuid).one()
            for number in range(30):
                days = {"opens_on": TODAY + DAY, "due_on": TODAY + (5 + number) * DAY}
                a_follow_up(db, woman, rule="ANC2", left=50 + number, **days)

    def card(self) -> ServiceCard | None:
        with self.database.reading() as db:
            return find_card(db, self.project_id, self.uuid)


def number_of(text: str) -> int:
    return int(text)


class Hers(Browser):
    """The woman's own browser: it sends the token that her page carried."""

    token = ""

    def see(self, path: str = "/c", **headers: str) -> Any:
        answer = super().see(path, **headers)
        self.learn(answer)
        return answer

    def learn(self, answer: Any) -> None:
        if found := re.search(rb'name="__card" value="([0-9a-f]{64})"', answer.data):
            self.token = found[1].decode()

    def enter(self, code: str, pin: str = PIN, **headers: str) -> Any:
        return self.send("/c", {"code": show_code(code).lower(), "pin": pin}, **headers)

    def ask(self, path: str, **fields: Any) -> Any:
        answer = self.send(path, {"__card": self.token, **fields})
        self.learn(answer)
        return answer
