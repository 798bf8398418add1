"""Whoever asks the door for GIS programs, as one of the care town's people."""

from typing import Any

from werkzeug.test import TestResponse

from tests.client import Client
from tests.server.web.pages.women import CareTown, a_follow_up, a_woman


class Gis:
    """`get` asks as one of the town's people, below the project's own address."""

    def __init__(self, town: CareTown) -> None:
        self.town = town
        self.base = f"/projects/{town.project_id}/ogc"
        self.clients: dict[str, Client] = {"nobody": Client(town.app)}

    def get(self, name: str, path: str = "", **how: Any) -> TestResponse:
        return self.ask("GET", name, path, **how)

    def ask(self, method: str, name: str, path: str = "", **how: Any) -> TestResponse:
        if name not in self.clients:
            with self.town.database.reading() as db:
                actor_id = self.town.actor_id(db, name)
            self.clients[name] = Client.signed_in(self.town.app, self.town.database, actor_id)
        below = path.partition("/v1")[2] if path.startswith("http") else self.base + path
        return self.clients[name].open(method, below, **how)

    def items(self, name: str, collection: str, query: str = "") -> list[dict[str, Any]]:
        answer = self.get(name, f"/collections/{collection}/items{query}")
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "application/geo+json"
        body: dict[str, Any] = answer.get_json(force=True)
        assert body["numberReturned"] == len(body["features"])
        found: list[dict[str, Any]] = body["features"]
        return found

    def ids(self, name: str, collection: str, query: str = "") -> list[Any]:
        return [one["id"] for one in self.items(name, collection, query)]

    def pages(self, name: str, path: str) -> list[list[Any]]:
        """The ids of each page, by the links to the next one."""
        found = []
        while path:
            body = self.get(name, path).get_json(force=True)
            found.append([one["id"] for one in body["features"]])
            path = next((one["href"] for one in body["links"] if one["rel"] == "next"), "")
            assert len(found) < 50
        return found


def add_tasks(town: CareTown, village: int, *lefts: int) -> list[str]:
    """Follow-ups of as many women of a village, with so many days left; their keys."""
    with town.database.transaction() as db:
        women = (a_woman(db, town.project_id, village=village) for _ in lefts)
        return [a_follow_up(db, woman, left=left).visit_key for woman, left in zip(women, lefts, strict=True)]
