"""Where does she live? For her care team alone, to plan a visit; whoever looks is written down."""

from flask import Response, make_response, render_template

from server.places.joined import find_home, note_look
from server.web import session
from server.web.pages.door import pages
from server.web.pages.shell import current_project, today


@pages.get("/map/home/<uuid:woman>")
def show_home(woman: object) -> Response:
    """The look is noted in a transaction of its own: what a GET does is rolled back."""
    project, who = current_project(), session.caller()
    home = find_home(session.db(), who, project, str(woman), today())
    with session.database().transaction() as db:
        note_look(db, who, project, str(woman), session.now())
    return make_response(render_template("map/home.html", home=home))
