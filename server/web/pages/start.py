"""Where `/` leads, and what this system refuses to do, in public words."""

from flask import Response, redirect, render_template

from server.web import session
from server.web.pages.door import pages
from server.web.pages.shell import build_shell


@pages.get("/")
def start() -> Response:
    """The first page that the person's roles open; the own page when there is none yet."""
    if session.caller().is_anonymous:
        return redirect("/sign-in", 303)  # type: ignore[return-value]
    nav = build_shell().nav
    return redirect(nav[0].href if nav else "/me", 303)  # type: ignore[return-value]


@pages.get("/not-built")
def not_built() -> str:
    return render_template("not_built.html")
