"""The red lines with a sentence that was let pass, and the board of somebody who is told numbers: both screens."""

from server import clock
from server.models import Project
from server.publishing.waivers import ask_waiver, confirm_waiver
from tests.browser.looking import look_at_pages


def test_the_red_lines_and_the_told_board_are_seen_on_both_screens(town, open_tab):
    now = clock.now()
    town.fill(clock.today(now))
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        lea, ada = (town.actor_id(db, name) for name in ("lea", "ada"))
        for sentence in ("社会抚养费在 2021 年已经取消", "过去的查环查孕早已停止"):
            *_, last = ask_waiver(db, project, "leaflet", sentence, "讲政策变化的单页，只引用旧词", lea, now)
        confirm_waiver(db, project, last.id, ada, now)
    look_at_pages(open_tab("lea"), {"red-lines": "/red-lines", "board-told": "/follow-ups"})
