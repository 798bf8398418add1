"""Collect by the name of a person: Digest with a phone password, Basic over https; and with nothing, at a draft's address."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.models import Project
from server.publishing.phone_settings import settings_text
from tests.certificates import make_certificate
from tests.phones.collectsim.testforms import forms
from tests.phones.office import Office
from tests.phones.test_collect_simulator import (
    MEDIA,
    NO_PASSWORD,
    NOT_EXERCISED,
    failures,
    simulate,
    unexercised,
)
from tests.served_project import a_filler
from tests.serving import RunningServer, running_server
from tests.sizes import size

NAMES = ("household", "villages", "secret")
EMAIL, PASSWORD = "li.yun@town.test", "seven dry wells"
NO_KEY = "the address holds no key; the runs with a key show it"
KEPT_ONLY_BY_DIGEST = "Basic knows no nonce; the run by Digest shows it"
NO_QR = "the address was typed; the run by Digest has its settings from a code"
BY_NAME = {name: why for name, why in NOT_EXERCISED.items() if why != NO_PASSWORD} | {"auth.bad_key": NO_KEY}
BY_BASIC = BY_NAME | {"auth.digest_params": KEPT_ONLY_BY_DIGEST, "auth.nonce_reuse": KEPT_ONLY_BY_DIGEST}
BY_BASIC |= {"qr.decode": NO_QR, "qr.size": NO_QR}
OTHER_DRAFT = "the other of the two drafts has files to fetch, or to send"
ON_A_DRAFT = NOT_EXERCISED | {"auth.bad_key": NO_KEY, "qr.decode": NO_QR, "qr.size": NO_QR}
TO_SEND = ("post.split", "post.attachment_again", "stored.files", "stored.bytes")


@pytest.fixture(scope="module")
def digest_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """On plain http, where phone passwords are switched on."""
    with running_server(tmp_path_factory.mktemp("by-name") / "data", FANGSHI_DIGEST="on") as running:
        yield running


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    make_certificate(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem"


@pytest.fixture(scope="module")
def https_server(tmp_path_factory: pytest.TempPathFactory, cert: Path) -> Iterator[RunningServer]:
    """As it is set up by default, with a certificate."""
    words = ("--tls-cert", str(cert), "--tls-key", str(cert.with_name("key.pem")))
    with (
        pytest.MonkeyPatch.context() as environ,
        running_server(tmp_path_factory.mktemp("https") / "data", *words) as one,
    ):
        environ.setenv("REQUESTS_CA_BUNDLE", str(cert))
        yield one


def set_up(server: RunningServer) -> tuple[int, str]:
    """A plain project with forms, and somebody who fills them with no phone of the project: her new phone password."""
    office = Office(server)
    project = office.make_project("by name")
    built = forms.build()
    for name in NAMES:
        office.publish(project, built[name], MEDIA if name == "villages" else None)
    return project, a_filler(server, project, EMAIL, PASSWORD)


def test_collect_finds_nothing_to_complain_of_when_it_signs_in_by_digest(
    digest_server: RunningServer,
    classes: Path,
    tmp_path: Path,
) -> None:
    project, secret = set_up(digest_server)
    url = f"{digest_server.api}/projects/{project}"
    (tmp_path / "qr.txt").write_text(settings_text(Project(name="采集"), url, (EMAIL, secret)))

    words = ["check", "--qr", f"@{tmp_path / 'qr.txt'}", "--project", str(project), "--forms", ",".join(NAMES)]
    words += ["--fills", str(size("collect_fills"))]
    rules = simulate(words, digest_server, classes, tmp_path / "report.json")

    assert failures(rules) == {}
    assert unexercised(rules, BY_NAME) == BY_NAME.keys()


def test_collect_finds_nothing_to_complain_of_when_it_signs_in_by_basic_over_https(
    https_server: RunningServer,
    cert: Path,
    classes: Path,
    tmp_path: Path,
) -> None:
    project, _ = set_up(https_server)

    words = ["check", "--url", f"{https_server.api}/projects/{project}", "--user", EMAIL, "--password", PASSWORD]
    words += ["--cafile", str(cert), "--project", str(project), "--forms", ",".join(NAMES)]
    words += ["--fills", str(size("collect_fills"))]
    rules = simulate(words, https_server, classes, tmp_path / "report.json")

    assert failures(rules) == {}
    assert unexercised(rules, BY_BASIC) == BY_BASIC.keys()


def test_phones_that_sign_in_by_digest_on_a_bad_network_lose_nothing_and_double_nothing(
    digest_server: RunningServer,
    classes: Path,
    tmp_path: Path,
) -> None:
    office = Office(digest_server)
    project = office.make_project("many by name")
    office.publish(project, forms.build()["household"])
    secret = a_filler(digest_server, project, "many@town.test", PASSWORD)

    words = ["--fleet", str(size("fleet_phones")), "--per-phone", "2", "--drop", "0.4", "--resend", "0.3"]
    words += ["--url", f"{digest_server.api}/projects/{project}", "--user", "many@town.test", "--password", secret]
    words += ["--project", str(project), "--forms", "household"]
    rules = simulate(words, digest_server, classes, tmp_path / "report.json")

    assert failures(rules) == {}
    for name in ("stored.once", "stored.files", "stored.bytes", "stored.xml", "post.dropped", "auth.nonce_reuse"):
        assert rules[name]["verdict"] == "PASS", name


@pytest.mark.parametrize("name", ["household", "villages"])
def test_collect_finds_nothing_to_complain_of_at_a_drafts_test_address(
    digest_server: RunningServer,
    classes: Path,
    tmp_path: Path,
    name: str,
) -> None:
    office = Office(digest_server)
    project = office.make_project("draft")
    draft = office.call(
        "POST",
        f"/projects/{project}/forms?ignoreWarnings=true",
        data=forms.build()[name].encode(),
        headers={"Content-Type": "application/xml"},
    )
    form = f"/projects/{project}/forms/{draft['xmlFormId']}/draft"
    for file, data in MEDIA.items() if name == "villages" else ():
        office.call("POST", f"{form}/attachments/{file}", data=data)
    url = f"{digest_server.api}/test/{draft['draftToken']}{form}"

    words = ["check", "--url", url, "--draft", "--project", str(project), "--fills", str(1 + size("collect_fills"))]
    rules = simulate(words, digest_server, classes, tmp_path / "report.json")

    assert failures(rules) == {}
    one_sided = TO_SEND if name == "villages" else [one for one in rules if one.startswith(("manifest.", "media."))]
    reasons = ON_A_DRAFT | dict.fromkeys(one_sided, OTHER_DRAFT)
    assert unexercised(rules, reasons) == reasons.keys()
    assert rules["stored.once"]["verdict"] == rules["post.edit"]["verdict"] == "PASS"
