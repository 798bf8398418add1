import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.models import Project
from server.web.pages.phones import settings_text
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

NO_PASSWORD = "a key in the address is how phones sign in; there is no password to challenge"
NO_ENTITIES = "these forms use no entity list; entity lists are the next issue"
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


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the compiled Java goes."""
    return tmp_path_factory.mktemp("collectsim-classes")


def simulate(words: list[str], server: RunningServer, classes: Path, report: Path) -> dict[str, dict[str, object]]:
    """Runs the simulator; what it found, rule by rule."""
    environ = {**os.environ, "COLLECTSIM_BUILD": str(classes)}
    login = ["--api", server.api, "--api-user", ADMIN_EMAIL, "--api-password", ADMIN_PASSWORD]
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
    unexercised = {name for name, rule in rules.items() if rule["verdict"] == "n/a"}
    for name in sorted(unexercised):
        print(f"not exercised: {name}: {NOT_EXERCISED.get(name)}")
    assert unexercised == NOT_EXERCISED.keys()


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
