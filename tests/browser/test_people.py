"""Those whom one cares for, as people meet them: found by a few letters, compared side by side, decided about with undo."""

from typing import Any

import pytest

from server.clock import now
from server.registry.duplicates import look_at_waiting
from server.registry.person_words import wait_for_look
from tests.browser.looking import look_at_pages
from tests.chromium import PHONE
from tests.making import a_dataset
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.women import a_home, a_woman


@pytest.fixture
def people(town) -> dict[str, Any]:
    """Two registrations of one woman, with the same door; a second pair; and an entry that two changed."""
    from tests.browser.hostile import change_at_once

    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        rows = [a_woman(db, town.project_id, label, 1, home) for label in ("W-0231 王*", "W-0388 王*")]
        rows += [a_woman(db, town.project_id, label, 1) for label in ("W-0412 欧*", "W-0290 欧*")]
        women = a_dataset(db, town.project_id, "women", ["display_name", "village_code"])
        names = ("王小燕", "王晓艳", "欧阳重庆", "欧阳重庆")
        entities = [list_woman(db, women.id, one, name) for one, name in zip(rows, names, strict=True)]
        for one in rows:
            wait_for_look(db, town.project_id, one.uuid)
        change_at_once(db, entities[2], CODES[0])
        found = {"home": home.uuid, "woman": rows[0].uuid, "entry": entities[2].id}
    look_at_waiting(town.database, 100, now())
    return found


def list_woman(db: Any, dataset_id: int, woman: Any, name: str) -> Any:
    import orjson

    from server.models import Entity

    told = orjson.dumps({"display_name": name, "village_code": woman.village_code}).decode()
    row = Entity(dataset_id=dataset_id, uuid=woman.uuid, label=woman.label, data_json=told, created_at=now())
    db.add(row)
    db.flush()
    return row


def test_the_pages_of_people_look_as_they_should(people, town, open_tab):
    pages = {
        "people-search": "/people",
        "people-duplicates": "/people/duplicates",
        "people-pair": "/people/duplicates/1",
        "people-conflicts": "/people/conflicts",
        "people-entry": f"/people/entries/{people['entry']}",
        "people-home": f"/people/homes/{people['home']}",
        "people-woman": f"/people/{people['woman']}",
    }
    with town.database.reading() as db:
        from sqlalchemy import select

        from server.models import PersonPair

        pages["people-pair"] = f"/people/duplicates/{db.scalars(select(PersonPair.id).order_by(PersonPair.id)).first()}"
    look_at_pages(open_tab("lin"), pages)


def test_from_a_few_letters_to_one_person_and_back(people, open_tab):
    tab = open_tab("wang", PHONE)
    tab.go("/people")
    tab.page.fill("#find-person", "wxy")
    tab.page.press("#find-person", "Enter")
    tab.page.wait_for_selector(".found-places")
    assert tab.page.locator(".found-places a").count() == 2
    assert "wxy" not in tab.page.url
    tab.go("/people/duplicates")
    tab.page.click("a.title >> nth=0")
    tab.page.click("text=是两个人")
    tab.page.wait_for_selector("text=记住了：是两个人")
    tab.page.click("text=撤销")
    tab.page.wait_for_selector("text=又放回要看的里面了")
    assert tab.complaints == []
