"""pyODK, unchanged, against a live server: the calls of odk-contract.md 11 that set a project up (rows 1 to 14)."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyotp
import pytest
from flask import Flask
from pyodk.client import Client
from pyodk.errors import PyODKError
from werkzeug.serving import make_server

from server.access.app_passwords import make_app_password
from server.access.second_factors import begin_authenticator, confirm_authenticator
from server.db import Database
from server.publishing import definition
from tests.conftest import MORNING, PASSWORD
from tests.making import an_xform


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a free port of the loopback, in a thread."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def odk(address: str, cast: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setattr(definition, "read_warnings_of_validate", lambda xml: [])
    client = as_bob(address, cast["project"], tmp_path, PASSWORD).open()
    yield client
    client.close()


def as_bob(address: str, project_id: int, folder: Path, password: str) -> Client:
    settings = folder / "pyodk_config.toml"
    settings.write_text(
        f'[central]\nbase_url = "{address}"\nusername = "bob@example.test"\npassword = "{password}"\n'
        f"default_project_id = {project_id}\n"
    )
    return Client(config_path=settings, cache_path=folder / "pyodk_cache.toml")


def workbook(path: Path, version: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "survey"
    sheet.append(["type", "name", "label"])
    sheet.append(["select_one_from_file wells.csv", "well", "水井"])
    settings = book.create_sheet("settings")
    settings.append(["form_id", "version", "form_title"])
    settings.append(["水井/一", version, "水井"])
    book.save(path)
    return path


def test_pyodk_signs_in_and_lists_projects(odk: Client, cast: dict[str, int]) -> None:
    assert odk.get("users/current").json()["email"] == "bob@example.test"
    assert [project.id for project in odk.projects.list()] == [cast["project"]]
    assert odk.projects.get().name == "禾川镇"


def test_pyodk_signs_in_with_a_password_made_for_it_where_a_person_has_a_second_factor(
    address: str, cast: dict[str, int], database: Database, tmp_path: Path
) -> None:
    with database.transaction() as db:
        app = pyotp.TOTP(begin_authenticator(db, cast["bob"], MORNING))
        confirm_authenticator(db, cast["bob"], app.at(MORNING), MORNING)
        made = make_app_password(db, cast["bob"], "pyODK", MORNING)
    with pytest.raises(PyODKError, match=r"401\.6"):
        as_bob(address, cast["project"], tmp_path, PASSWORD).open()
    with as_bob(address, cast["project"], tmp_path, made) as odk:
        assert odk.get("users/current").json()["email"] == "bob@example.test"


def test_pyodk_creates_a_form_from_a_workbook_with_its_file_and_publishes_it(odk: Client, tmp_path: Path) -> None:
    wells = tmp_path / "wells.csv"
    wells.write_text("name,label\nw1,东井\n")
    made = odk.forms.create(workbook(tmp_path / "book.xlsx", "1"), attachments=[wells])

    assert (made.xmlFormId, made.version) == ("水井/一", "1")
    form = odk.forms.get("水井/一")
    assert form.publishedAt is not None and form.hash
    assert [one.xmlFormId for one in odk.forms.list()] == ["水井/一"]
    assert "wells.csv" in odk.forms.get_xml("水井/一")


def test_pyodk_updates_a_forms_definition_then_its_file(odk: Client, tmp_path: Path) -> None:
    wells = tmp_path / "wells.csv"
    wells.write_text("name,label\nw1,东井\n")
    odk.forms.create(workbook(tmp_path / "one.xlsx", "1"), attachments=[wells])
    odk.forms.update("水井/一", definition=workbook(tmp_path / "two.xlsx", "2"))
    wells.write_text("name,label\nw1,东井\nw2,西井\n")
    odk.forms.update("水井/一", attachments=[wells], version_updater=lambda version: str(int(version) + 1))

    assert odk.forms.get("水井/一").version == "3"
    versions = odk.get(f"projects/{odk.project_id}/forms/%E6%B0%B4%E4%BA%95%2F%E4%B8%80/versions").json()
    assert [one["version"] for one in versions] == ["3", "2", "1"]
    served = odk.get(f"projects/{odk.project_id}/forms/%E6%B0%B4%E4%BA%95%2F%E4%B8%80/attachments/wells.csv")
    assert served.text == "name,label\nw1,东井\nw2,西井\n"


def test_pyodk_makes_app_users_and_assigns_them(odk: Client) -> None:
    odk.forms.create(an_xform().decode())
    (phone,) = odk.projects.create_app_users(display_names=["王秀英"], forms=["visit"])

    assert len(phone.token) == 64
    assert (
        odk.get(f"{odk.session.base_url}key/{phone.token}/projects/{odk.project_id}/forms/visit.xml").status_code == 200
    )
    assert odk.projects.create_app_users(display_names=["王秀英"]) == []


def test_pyodk_hears_centrals_error_numbers(odk: Client) -> None:
    odk.forms.create(an_xform().decode())
    with pytest.raises(PyODKError) as caught:
        odk.forms.create(an_xform().decode())

    assert caught.value.is_central_error("409.3")


def test_pyodk_lists_and_makes_entity_lists(odk: Client) -> None:
    made = odk.entity_lists.create(entity_list_name="trees")
    odk.entity_lists.add_property(name="species", entity_list_name="trees")

    assert made.name == "trees"
    assert [one.name for one in odk.entity_lists.list()] == ["trees"]
    assert [one.name for one in odk.entity_lists.get("trees").properties] == ["species"]
