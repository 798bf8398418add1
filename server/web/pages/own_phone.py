"""Her own phone password: with it ODK Collect signs in by her address where the site allows it (FANGSHI_DIGEST)."""

from typing import Any

from flask import Response, make_response, render_template

from server.access import phone_passwords, signing_in
from server.access.projects import list_visible
from server.errors import NotFound
from server.publishing.phone_settings import settings_text
from server.web import session
from server.web.addresses import base_url
from server.web.pages.door import pages
from server.web.pages.phones import draw_qr
from server.web.pages.security import PAGE, with_password
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say


@pages.post("/me/phone-password")
def make_phone_password() -> Response:
    """Shown once, and in a QR code for each project in which she has a role. The one before opens nothing from then on."""

    def act(actor_id: int) -> Response:
        secret = phone_passwords.make_phone_password(session.db(), actor_id, session.now())
        return make_response(render_template("me/phone_password.html", **phone_facts(actor_id, secret)))

    require_person()
    if not session.config().digest:
        raise NotFound()
    return with_password(act)


def phone_facts(actor_id: int, secret: str) -> dict[str, Any]:
    email = signing_in.email_of(session.db(), actor_id)
    base = base_url(session.config().public_url)
    addresses = [
        (project, f"{base}/v1/projects/{project.id}") for project in list_visible(session.db(), session.caller())
    ]
    codes = [(project.name, url, draw_qr(settings_text(project, url, (email, secret)))) for project, url in addresses]
    return {"secret": secret, "email": email, "codes": codes}


@pages.post("/me/phone-password/remove")
def remove_phone_password() -> Response:
    """Also where the site has switched them off meanwhile."""
    actor_id = require_person()
    phone_passwords.remove_phone_password(session.db(), actor_id, actor_id, session.now())
    return say(PAGE, _("The phone password opens nothing any more."))
