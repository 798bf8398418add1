import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from server import clock
from server.access.roles import APP_USER
from server.config import Config
from server.db import Database
from server.demo.make import set_up as set_up_town
from server.demo.people import Demo
from server.demo.town import make_town
from server.models import AppUser, Assignment, Project
from server.publishing.phone_settings import settings_text
from tests.phones.collectsim.testforms import forms
from tests.phones.office import Office, Phone
from tests.serving import ADMIN_EMAIL, ADMIN_PASSWORD, RunningServer
from tests.sizes import size

SIMULATOR = Path(__file__).parent / "collectsim" / "collectsim.py"
MEDIA = {
    "villages.csv": forms.VILLAGES_CSV.encode(),
    "wells.csv": forms.WELLS_CSV.encode(),
    "map.jpg": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8,
}

VILLAGE = make_town().villages[0]

NO_PASSWORD = "a key in the address is how phones sign in; there is no password to challenge"
NO_ENTITIES = "these forms use no entity list; the whole set below does"
NOT_EXERCISED = {
    "auth.challenge": NO_PASSWORD,
    "auth.digest_params": NO_PASSWORD,
    "auth.accepted": NO_PASSWORD,
    "auth.nonce_reuse": NO_PASSWORD,
    "auth.wrong_password": NO_PASSWORD,
    "auth.wrong_password_head": NO_PASSWORD,
    "entity.csv": NO_ENTITIES,
    "entity.uuid": NO_ENTITIES,
    "entity.hash_changes": NO_ENTITIES,
    "entity.created": NO_ENTITIES,
    "entity.updated": NO_ENTITIES,
    "entity.integrity_url": NO_ENTITIES,
    "entity.integrity_reply": NO_ENTITIES,
    "entity.integrity_truth": NO_ENTITIES,
    "http.redirect": "the server redirects no phone, so there is nothing to follow",
    "head.location": "HEAD answers without a Location, so there is nothing to follow",
    "form.submission_url": "submission/@action is taken out of forms at upload, so none names another server",
    "stored.none_extra": "one phone sends everything whole; the phones on a bad network below show it",
}

OWN_FORMS = "the simulator's own forms above show it; this form gives the probe nothing to work on"
NOT_EXERCISED_IN_THE_WHOLE_SET = {name: why for name, why in NOT_EXERCISED.items() if why != NO_ENTITIES} | {
    "qr.decode": OWN_FORMS,
    "qr.size": OWN_FORMS,
}
NOT_EXERCISED_IN_F1 = {
    **{name: why for name, why in NOT_EXERCISED.items() if not name.startswith("entity.")},
    "qr.decode": OWN_FORMS,
    "qr.size": OWN_FORMS,
    "post.split": OWN_FORMS,
    "post.conflict": OWN_FORMS,
    "post.edit": OWN_FORMS,
    "entity.updated": "first visits only, see the test; corrections of a household have tests of their own",
}


def simulate(
    words: list[str],
    server: RunningServer,
    classes: Path,
    report: Path,
    email: str = ADMIN_EMAIL,
    password: str = ADMIN_PASSWORD,
) -> dict[str, dict[str, object]]:
    """Runs the simulator; what it found, rule by rule. The login is for reading what the server kept."""
    environ = {**os.environ, "COLLECTSIM_BUILD": str(classes)}
    login = ["--api", server.api, "--api-user", email, "--api-password", password]
    command = [
        sys.executable,
        str(SIMULATOR),
        *words,
        *login,
        "--json",
        str(report),
        "--dir",
        str(report.parent / "phone"),
    ]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=900)
    print(done.stdout[-6000:], done.stderr[-3000:])
    rules: dict[str, dict[str, object]] = json.loads(report.read_text())["rules"]
    return rules


def failures(rules: dict[str, dict[str, object]]) -> dict[str, object]:
    return {name: rule["failures"] for name, rule in rules.items() if rule["verdict"] == "FAIL"}


def unexercised(rules: dict[str, dict[str, object]], reasons: dict[str, str]) -> set[str]:
    """The rules that the run did not touch, each printed with its reason."""
    names = {name for name, rule in rules.items() if rule["verdict"] == "n/a"}
    for name in sorted(names):
        print(f"not exercised: {name}: {reasons.get(name)}")
    return names


def set_up(office: Office, names: tuple[str, ...]) -> tuple[int, Phone]:
    """A plain project with the simulator's own forms, and a phone that may fill them."""
    project = office.make_project("collect")
    built = forms.build()
    for name in names:
        office.publish(project, built[name], MEDIA if name == "villages" else None)
    return project, office.make_phone(project, *names)


def qr_file(folder: Path, phone: Phone) -> str:
    """The text that the page draws as a QR code, in a file, as the simulator takes it."""
    (folder / "qr.txt").write_text(settings_text(Project(name="采集"), phone.url))
    return f"@{folder / 'qr.txt'}"


def test_collect_finds_nothing_to_complain_of(server: RunningServer, classes: Path, tmp_path: Path) -> None:
    names = ("household", "villages", "secret")
    project, phone = set_up(Office(server), names)

    words = ["check", "--qr", qr_file(tmp_path, phone), "--project", str(project), "--forms", ",".join(names)]
    rules = simulate([*words, "--fills", str(size("collect_fills"))], server, classes, tmp_path / "report.json")

    assert failures(rules) == {}
    assert unexercised(rules, NOT_EXERCISED) == NOT_EXERCISED.keys()


def test_phones_on_a_bad_network_lose_nothing_and_double_nothing(
    server: RunningServer, classes: Path, tmp_path: Path
) -> None:
    names = ("household", "villages")
    project, phone = set_up(Office(server), names)

    words = ["--fleet", str(size("fleet_phones")), "--per-phone", "4", "--drop", "0.4", "--resend", "0.3"]
    words += ["--url", phone.url, "--project", str(project), "--forms", ",".join(names)]
    rules = simulate(words, server, classes, tmp_path / "report.json")

    assert failures(rules) == {}
    for name in ("stored.once", "stored.files", "stored.xml", "stored.none_extra", "post.dropped"):
        assert rules[name]["verdict"] == "PASS", name


def test_collect_finds_nothing_to_complain_of_in_its_whole_form_set(
    server: RunningServer, classes: Path, tmp_path: Path
) -> None:
    project, url = make_whole_project(server)
    # The visits are to a tree that the server knows: one drawn at random may be one that only the phone has.
    tree = Office(server).call("GET", f"/projects/{project}/datasets/trees/entities")[0]["uuid"]
    (tmp_path / "answers.json").write_text(json.dumps({"tree_visit": {"tree": tree}}))
    words = ["check", "--url", url, "--project", project, "--fills", str(1 + size("collect_fills"))]
    words += ["--answers", str(tmp_path / "answers.json")]
    rules = simulate(words, server, classes, tmp_path / "report.json")

    assert failures(rules) == {}
    assert unexercised(rules, NOT_EXERCISED_IN_THE_WHOLE_SET) <= NOT_EXERCISED_IN_THE_WHOLE_SET.keys()
    for name in ("entity.csv", "entity.created", "entity.updated", "entity.hash_changes", "entity.integrity_truth"):
        assert rules[name]["verdict"] == "PASS", name


def make_whole_project(server: RunningServer) -> tuple[str, str]:
    """The project that the simulator's own script makes, with its entity forms: its id and the phone's address."""
    login = {"COLLECTSIM_API_USER": ADMIN_EMAIL, "COLLECTSIM_API_PASSWORD": ADMIN_PASSWORD}
    script = [sys.executable, str(SIMULATOR.parent / "central_project.py")]
    environ = {**os.environ, "COLLECTSIM_API": server.api, **login}
    done = subprocess.run(script, env=environ, capture_output=True, text=True, timeout=300, check=True)
    project, url = done.stdout.split()
    return project, url


@pytest.fixture(scope="module")
def demo(server: RunningServer) -> Demo:
    """The demo town without its records: villages, our forms, people, phones."""
    config = replace(Config(server.data_dir), **server.database_url)
    database = Database(config.sqlalchemy_url, config.key_file)
    now = clock.now()
    made = set_up_town(config, database, make_town(), now, now)
    with database.transaction() as db:  # the first phone fills all of our forms
        actor_id = db.scalars(select(AppUser.actor_id).where(AppUser.project_id == made.project_id)).first()
        db.add(Assignment(actor_id=actor_id, role_id=APP_USER, project_id=made.project_id))
    database.dispose()
    return made


def check_our_form(
    form_id: str,
    demo: Demo,
    server: RunningServer,
    classes: Path,
    folder: Path,
    reader: str,
    answers: dict[str, object],
) -> dict[str, dict[str, object]]:
    """The simulator's run with one of our forms; `reader` is the role whose login reads what the server kept."""
    login = next(login for login in demo.logins if login.role == reader)
    (folder / "answers.json").write_text(json.dumps({form_id: answers}))
    words = ["check", "--url", f"{server.api}/key/{demo.phones[0].token}/projects/{demo.project_id}"]
    words += ["--project", str(demo.project_id), "--bbox", ",".join(map(str, VILLAGE.outline.bounds))]
    words += ["--fills", str(1 + size("collect_fills")), "--answers", str(folder / "answers.json"), "--forms", form_id]
    return simulate(words, server, classes, folder / "report.json", login.email, login.password)


def test_collect_finds_nothing_to_complain_of_in_the_household_visit(
    demo: Demo, server: RunningServer, classes: Path, tmp_path: Path
) -> None:
    # A village of this phone's (a household elsewhere is not in its list, by its scope), and first visits only: the
    # simulator's probes fill forms that they never send, and later visits to the same household would wait for those.
    answers = {"village_code": VILLAGE.code, "household": None}
    rules = check_our_form("household_visit", demo, server, classes, tmp_path, "reviewer", answers)

    assert failures(rules) == {}
    assert unexercised(rules, NOT_EXERCISED_IN_F1) == NOT_EXERCISED_IN_F1.keys()


def test_collect_finds_nothing_to_complain_of_in_the_forms_about_her(
    demo: Demo, server: RunningServer, classes: Path, tmp_path: Path
) -> None:
    agrees = {f"consent_{one}": "yes" for one in ("service", "reminder", "share_clinic", "location", "stats")}
    herself = {"present_self": "yes", "privacy_now": "alone", "notice_read": "OK", "age_band": "25_34"}
    nobody = {
        "household": None,
        "named_worker": None,
    }  # who chooses another worker is in that one's list, not in this phone's
    consents = {"action": "register", "village_code": VILLAGE.code, **nobody, **herself, **agrees}
    wants = {"privacy_now": "others_ok", "wants_registration": "yes", "lmp_known": "exact"}
    chooses = {"privacy_now": "alone", "episode": None, "reason": "start", "choice_hers": "yes", "pressure": "no"}

    # The antenatal check is not among them: it only changes a pregnancy, and a probe fills forms that it never sends, so that
    # later changes of the same pregnancy rightly wait for those. tests/walks/test_phone_to_reminder.py sends it.
    for form_id, answers in (
        ("woman_consent", consents),
        ("pregnancy_registration", wants),
        ("contraception_followup", {**chooses, "info_given": "several_methods"}),
    ):
        folder = tmp_path / form_id
        folder.mkdir()
        rules = check_our_form(form_id, demo, server, classes, folder, "clinician", answers)
        assert failures(rules) == {}, form_id
        assert rules["entity.created"]["verdict"] == "PASS", form_id
        assert rules["stored.once"]["verdict"] == "PASS", form_id


def test_many_phones_with_our_forms_on_a_bad_network_lose_nothing_and_double_nothing(
    demo: Demo, server: RunningServer, classes: Path, tmp_path: Path
) -> None:
    login = next(login for login in demo.logins if login.role == "reviewer")
    # Visits of today at which somebody was met: another may be due again already, and the list of due visits would change
    # between a phone's manifest and its download, which Collect mends at its next sync and the simulator counts as wrong.
    visit = {"village_code": VILLAGE.code, "household": None, "visit_date": clock.today().isoformat()}
    visit |= {"visit_result": "met"}
    answers = {"household_visit": visit}
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    words = ["--fleet", str(size("fleet_phones")), "--per-phone", "3", "--drop", "0.4", "--resend", "0.3"]
    words += ["--url", f"{server.api}/key/{demo.phones[0].token}/projects/{demo.project_id}"]
    words += ["--project", str(demo.project_id), "--forms", "household_visit"]
    words += ["--answers", str(tmp_path / "answers.json"), "--bbox", ",".join(map(str, VILLAGE.outline.bounds))]
    rules = simulate(words, server, classes, tmp_path / "report.json", login.email, login.password)

    assert failures(rules) == {}
    for name in ("stored.once", "stored.xml", "post.dropped"):
        assert rules[name]["verdict"] == "PASS", name
