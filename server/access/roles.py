"""Roles and their verbs. System roles are Central's and never redefined; purpose roles come on top in care projects.

Source of the verbs: odk-contract.md 6.1; pyODK hard-codes id 2 for app users. Permissions and audit actions share one list.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

MADE_AT = datetime(2026, 11, 25, tzinfo=UTC)  # roles are data of the program, but the wire wants a date


@dataclass(frozen=True)
class Role:
    """`system` is the name used in paths; `purpose` marks our own, which care projects know beside Central's.

    `forms` are form ids: where they are given, the role has no answers but those of these forms.
    """

    id: int
    name: str
    system: str
    verbs: frozenset[str]
    purpose: bool = False
    forms: frozenset[str] | None = None


def verbs(text: str) -> frozenset[str]:
    """Reads "form.create/list submission.read" as one verb each."""
    found: set[str] = set()
    for group in text.split():
        noun, _, actions = group.rpartition(".")
        found.update(f"{noun}.{action}" for action in actions.split("/"))
    return frozenset(found)


MANAGER = verbs(
    "project.read/update/delete form.create/delete/list/read/update/restore open_form.list/read "
    "submission.create/read/list/update/delete/restore field_key.create/delete/list/update "
    "public_link.create/delete/list/update assignment.list/create/delete "
    "dataset.list/read/create/update/delete entity.list/read/create/update/delete/restore "
    "actor_property.list/create/update/delete session.end village.read/import hand_over.list/create/end "
    "access.read schedule.set rule.read/update"
)
VIEWER = verbs(
    "project.read form.list/read open_form.list/read submission.read/list dataset.list/read entity.list/read "
    "actor_property.list village.read"
)
FILLER = verbs("project.read open_form.list/read submission.create")
PHONE = verbs("open_form.read submission.create")
SITE = verbs(
    "user.list/create/read/update/delete user.password.invalidate project.create/list role.list config.read/set audit.read "
    "project.kind timetable.read/run/pause/resume calendar.create/delete"
)

# What an administrator does not have in a care project, and a role of some forms only there: anything that people answered.
CONTENT = verbs("submission.create/read/list/update/delete/restore entity.list/read/create/update/delete/restore")

ADMIN, APP_USER, PASSWORD_RESET, FORM_VIEWER = 1, 2, 3, 4
PROJECT_MANAGER, PROJECT_VIEWER, DATA_COLLECTOR, PUBLIC_LINK = 5, 6, 7, 8
VILLAGE_WORKER, REVIEWER, CLINICIAN, TOWN_LEAD = 101, 102, 103, 104
BENEFIT_OFFICER, TRAINER, DPO = 105, 106, 107

ROLES: tuple[Role, ...] = (
    Role(ADMIN, "Administrator", "admin", SITE | MANAGER),
    Role(APP_USER, "App User", "app-user", PHONE),
    Role(PASSWORD_RESET, "Password Reset Token", "pwreset", verbs("user.password.reset")),
    Role(FORM_VIEWER, "Form Viewer", "formview", verbs("open_form.read")),
    Role(PROJECT_MANAGER, "Project Manager", "manager", MANAGER),
    Role(PROJECT_VIEWER, "Project Viewer", "viewer", VIEWER),
    Role(DATA_COLLECTOR, "Data Collector", "formfill", FILLER),
    Role(PUBLIC_LINK, "Public Access Link", "pub-link", PHONE),
    Role(
        VILLAGE_WORKER,
        "Village worker",
        "village_worker",
        FILLER
        | verbs(
            "form.list/read village.read followup.list/read/update access.read break_glass.open rule.read supply.read/update"
        ),
        purpose=True,
    ),
    Role(
        REVIEWER,
        "Reviewer",
        "reviewer",
        VIEWER | verbs("submission.update access.read"),
        purpose=True,
    ),
    Role(
        CLINICIAN,
        "Clinician",
        "clinician",
        VIEWER
        | verbs(
            "submission.create/update followup.list/read/update/supervise access.read break_glass.open "
            "rights.list/read/create/update schedule.choose rule.read/sign indicator.read transfer.read/send/receive"
        ),
        purpose=True,
    ),
    Role(
        TOWN_LEAD,
        "Town health lead",
        "town_lead",
        verbs(
            "project.read/update form.create/list/read/update open_form.list/read field_key.create/delete/list/update "
            "assignment.list/create/delete dataset.list/read session.end village.read/import audit.read followup.list/supervise "
            "timetable.read access.read hand_over.list/create/end break_glass.list schedule.set calendar.create/delete "
            "rule.read/update office.read/update indicator.read report.update supply.read/update"
        ),
        purpose=True,
    ),
    Role(
        BENEFIT_OFFICER,
        "Benefit officer",
        "benefit_officer",
        FILLER | verbs("form.list/read submission.list/read/update benefit.list/read/erase rule.read"),
        purpose=True,
        forms=frozenset({"benefit_case"}),
    ),
    Role(
        TRAINER,
        "Trainer",
        "trainer",
        FILLER | verbs("form.list/read submission.list/read office.read/update"),
        purpose=True,
        forms=frozenset({"training_quiz"}),
    ),
    Role(
        DPO,
        "Data protection officer",
        "dpo",
        verbs(
            "project.read form.list/read open_form.list/read assignment.list audit.read access.read hand_over.list "
            "reading.list break_glass.list rights.list/read/create/update/erase rule.read "
            "feedback.list/read/answer"
        ),
        purpose=True,
    ),
)

BY_ID = {role.id: role for role in ROLES}
BY_SYSTEM = {role.system: role for role in ROLES}


def find_role(name: str) -> Role | None:
    """A role by its id in digits or its system name."""
    return BY_ID.get(int(name)) if name.isascii() and name.isdigit() else BY_SYSTEM.get(name)
