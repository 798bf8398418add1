"""Words for what the code knows by short names. Every one is in the catalogue; nothing here decides anything."""

from flask_babel import lazy_gettext as _l

from server.access import roles
from server.web.pages.texts import _

ROLE_WORDS = {
    "admin": _l("Administrator"),
    "manager": _l("Project manager"),
    "viewer": _l("Project viewer"),
    "formfill": _l("Data collector"),
    "village_worker": _l("Village worker"),
    "reviewer": _l("Reviewer"),
    "clinician": _l("Clinician"),
    "town_lead": _l("Town health lead"),
    "benefit_officer": _l("Benefit officer"),
    "trainer": _l("Trainer"),
    "dpo": _l("Data protection officer"),
}

FORM_STATES = (
    ("open", _l("Open"), _l("Phones get the form and send records.")),
    ("closing", _l("Closing"), _l("Gone from the phones' lists; what was filled is still taken.")),
    ("closed", _l("Closed"), _l("The server takes nothing more of it.")),
)

STATE_WORDS = {
    None: _l("To review"),
    "hasIssues": _l("Has issues"),
    "approved": _l("Approved"),
    "rejected": _l("Rejected"),
    "edited": _l("Corrected"),
}


def role_word(role_id: int) -> str:
    role = roles.BY_ID.get(role_id)
    return str(ROLE_WORDS.get(role.system, role.name)) if role else ""


def assignable_roles(kind: str) -> list[roles.Role]:
    """What the project page offers: Central's for people, and the purpose roles in a care project."""
    names = ("manager", "viewer", "formfill")
    purpose = ("reviewer", "town_lead", "clinician", "village_worker", "benefit_officer", "trainer", "dpo")
    return [roles.BY_SYSTEM[name] for name in ((*purpose, *names) if kind == "care" else names)]


def place_words(how: str | None, village: str | None, metres: float | None, accuracy: float | None) -> str:
    """Where a record lies and how that was told, in one line."""
    about = _(" · accuracy %(metres)s m", metres=round(accuracy)) if accuracy else ""
    if how == "inside" and village:
        return _("In %(village)s", village=village) + about
    if how == "nearest" and village:
        return _("Nearest village %(village)s, %(metres)s m away", village=village, metres=round(metres or 0)) + about
    if how == "village" and village:
        return _("%(village)s, as written in the form (no point)", village=village)
    return _("Village not known") + about
