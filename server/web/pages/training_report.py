"""/reports/training: sums for the trainer and the town's lead; who takes the quiz again for the trainer alone."""

from typing import Any

from flask import Response, make_response, render_template

from geo.masking import K
from server.access.allow import allow, holds_role
from server.access.roles import TRAINER
from server.followups.town_calendar import calendar_of
from server.reports.training import Quiz, count_sessions, read_quizzes, results_of
from server.web import session
from server.web.pages.door import pages
from server.web.pages.shell import current_project, today


@pages.get("/reports/training")
def show_training() -> Response:
    project = current_project()
    allow(session.caller(), "office.read", project)
    quizzes = list(read_quizzes(session.db(), project.id, calendar_of(session.db(), project.id)))
    trains = holds_role(session.caller(), TRAINER, project)
    values = {"sums": sums_of(quizzes), "held": count_sessions(session.db(), project.id, today()), "trains": trains}
    return make_response(render_template("reports/training.html", **values, again=again_of(quizzes) if trains else []))


def sums_of(quizzes: list[Quiz]) -> Any:
    """None where so few took it that a sum would be somebody's result."""
    found = results_of(quizzes, today())
    return found if found.taken >= K else None


def again_of(quizzes: list[Quiz]) -> list[dict[str, Any]]:
    """By name, with the days and without any result."""
    return [
        {
            "name": one.label,
            "opens": one.retake[0],
            "due": one.retake[1],
            "closes": one.retake[2],
            "late": one.retake[2] < today(),
        }
        for one in quizzes
        if one.retake is not None
    ]
