"""Feedback at the rights desk in a real browser: nothing yet, the list, one that nobody took up, one that somebody answers."""

from typing import Any

import pytest
from flask import Flask

from server.access.roles import DPO
from server.db import Database
from tests.browser.looking import look_at_pages
from tests.server.registry.speaking import AGAINST_HIM, Speaking
from tests.server.web.pages.conftest import Browser

HARD = {**AGAINST_HIM, "text": "他说不去检查就不给办证。", "felt_pressured": "yes", "want_reply": "yes"}
REACH = {"reply_channel": "请打村口小卖部电话 0825-5550123，找周姐"}


@pytest.fixture
def town(app: Flask, database: Database, project_id: int) -> Speaking:
    town = Speaking(app, database, project_id)
    town.hire("dora", DPO)
    return town


def test_the_desk_of_feedback_fits_the_screen_and_axe_finds_nothing(town: Speaking, open_tab: Any) -> None:
    tab = open_tab("dora")
    look_at_pages(tab, {"feedback-none": "/rights/feedback", "grievances-none": "/reports/grievances"})
    town.say(sat_overall="5")
    town.say(**HARD, **REACH)
    quiet, hard = (f"/rights/feedback/{one.id}" for one in sorted(town.pieces(), key=lambda one: one.urgent))
    Browser(town.app).sign_in("dora@example.test").send(f"{hard}/take")
    pages = {"feedback": "/rights/feedback", "feedback-one": quiet, "feedback-taken": hard}
    look_at_pages(tab, pages | {"grievances": "/reports/grievances"})
