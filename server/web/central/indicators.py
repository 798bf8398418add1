"""Ours beside Central's: the indicators of a care project, the same numbers as on its pages."""

from flask import Response

from server import clock
from server.reports.indicators.told import get_told, tell_to
from server.web.central.door import CentralDoor
from server.web.central.loading import load_project
from server.web.session import caller, db, now
from server.web.telling import telling
from server.web.wire import central_json, indicators_json

indicators = CentralDoor("indicators")
ALL = "/projects/<int:project_id>/indicators"


@indicators.get(ALL)
def get_indicators(project_id: int) -> Response:
    project = load_project(db(), caller(), "indicator.read", project_id)
    told = tell_to(db(), caller(), project, clock.today(now()), telling())
    return central_json.reply([indicators_json.indicator(one) for one in told.values()])


@indicators.get(f"{ALL}/<name>")
def get_one(project_id: int, name: str) -> Response:
    project = load_project(db(), caller(), "indicator.read", project_id)
    told = tell_to(db(), caller(), project, clock.today(now()), telling())
    return central_json.reply(indicators_json.indicator(get_told(told, name)))
