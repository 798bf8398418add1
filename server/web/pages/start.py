"""`/`: the morning page of who leads a town, and where it leads anybody else. What this system refuses to do, in public words."""

from flask import Response, make_response, redirect, render_template

from server.web import session
from server.web.pages.door import pages
from server.web.pages.morning import opens_morning, show_morning
from server.web.pages.shell import build_shell, find_project


@pages.get("/")
def start() -> Response:
    """The first page that the person's roles open; the own page when there is none yet."""
    if session.caller().is_anonymous:
        return redirect("/sign-in", 303)  # type: ignore[return-value]
    project = find_project()
    if project is not None and opens_morning(project):
        return make_response(show_morning(project))
    nav = build_shell().nav
    return redirect(nav[0].href if nav else "/me", 303)  # type: ignore[return-value]


@pages.get("/not-built")
def not_built() -> str:
    return render_template("not_built.html")
