"""What a doctor at the office reads of a story, in both languages."""

from sqlalchemy import select

from server.access.people import create_user
from server.access.roles import CLINICIAN
from server.models import Assignment, User, VillageScope
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import Browser, text_of
from tests.walks.carried_phone import Town

DOCTOR = "lin@example.test"
LANGUAGES = {"zh": "zh_Hans", "en": "en"}


def read_why(town: Town, visit_key: str) -> dict[str, str]:
    """The page that tells why a visit is due, by language."""
    hire_doctor(town)
    pages = {}
    for name, language in LANGUAGES.items():
        browser = Browser(town.app, language).sign_in(DOCTOR)
        browser.see(f"/?project={town.project_id}")
        pages[name] = text_of(browser.see(f"/follow-ups/{visit_key}"))
    return pages


def hire_doctor(town: Town) -> None:
    with town.database.transaction() as db:
        if db.scalar(select(User.actor_id).where(User.email == DOCTOR)) is None:
            actor_id = create_user(db, DOCTOR, PASSWORD, "林医生", None, MORNING).actor_id
            db.add(Assignment(actor_id=actor_id, role_id=CLINICIAN, project_id=town.project_id))
            db.add(VillageScope(actor_id=actor_id, project_id=town.project_id, village_id=None))
