"""Where does she live? For her care team alone, to plan a visit; whoever looks is written down."""

from flask import Response, make_response, render_template

from server.places.joined import find_home
from server.web import session
from server.web.pages.door import pages
from server.web.pages.shell import current_project, today
from server.web.readings import note_read


@pages.get("/map/home/<uuid:woman>")
def show_home(woman: object) -> Response:
    project, who = current_project(), session.caller()
    home = find_home(session.db(), who, project, str(woman), today())
    note_read(project, "household.locate", about=str(woman))
    return make_response(render_template("map/home.html", home=home))
