"""Where does she live? For her care team alone, to plan a visit; whoever looks is written down."""

from flask import Response, make_response, render_template

from server.access.masking import note_reveal
from server.places.joined import find_home
from server.web import session
from server.web.pages.door import pages
from server.web.pages.shell import current_project, today
from server.web.readings import note_read


@pages.get("/map/home/<uuid:woman>")
def show_home(woman: object) -> Response:
    """Village and hamlet; door and place are covered until somebody asks for them."""
    return home_page(woman, uncovered=False)


@pages.post("/map/home/<uuid:woman>")
def show_door(woman: object) -> Response:
    return home_page(woman, uncovered=True)


def home_page(woman: object, uncovered: bool) -> Response:
    project, who = current_project(), session.caller()
    home = find_home(session.db(), who, project, str(woman), today())
    if uncovered:
        note_reveal(session.db(), who, project, session.now(), ["door_code", "location"])
    note_read(project, "household.locate", about=str(woman))
    return make_response(render_template("map/home.html", home=home, woman=woman, uncovered=uncovered))
