"""pyODK's entities.merge and get_table, unchanged, against a live server: they read the list's OData."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from pyodk.client import Client
from pyodk.errors import PyODKError
from werkzeug.serving import make_server

from server.db import Database
from tests.conftest import PASSWORD
from tests.making import a_dataset


@pytest.fixture
def odk(app: Flask, database: Database, cast: dict[str, int], tmp_path: Path) -> Iterator[Client]:
    """Bob's, with an entity list `trees`."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with database.transaction() as db:
        a_dataset(db, cast["project"], "trees", ["species", "girth"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings = tmp_path / "pyodk_config.toml"
    settings.write_text(
        f'[central]\nbase_url = "http://127.0.0.1:{server.server_port}"\nusername = "bob@example.test"\n'
        f'password = "{PASSWORD}"\ndefault_project_id = {cast["project"]}\n'
    )
    with Client(config_path=settings, cache_path=tmp_path / "pyodk_cache.toml") as client:
        yield client
    server.shutdown()
    thread.join()
    server.server_close()


def labels_of(odk: Client) -> dict[str, str]:
    return {row["label"]: row["species"] for row in odk.entities.get_table("trees")["value"]}


def test_a_table_has_what_merge_needs(odk: Client) -> None:
    odk.entities.create(label="柏", data={"species": "Cypress", "girth": "40"}, entity_list_name="trees")
    odk.entities.create(label="松", data={"species": "Pine"}, entity_list_name="trees")
    (row,) = odk.entities.get_table("trees", top=1, count=True, select="__id, label, __system/version")["value"]
    assert (row["label"], row["__system"], "species" in row) == ("松", {"version": 1}, False)
    assert odk.entities.get_table("trees", filter="species eq 'Cypress'")["value"][0]["girth"] == "40"
    with pytest.raises(PyODKError) as caught:
        odk.entities.get_table("trees", filter="nothing eq 1")
    assert caught.value.is_central_error("501.5")


def test_a_merge_adds_changes_and_leaves_out(odk: Client) -> None:
    odk.entities.create(label="松", data={"species": "Larch"}, entity_list_name="trees")
    odk.entities.merge([{"label": "柏", "species": "Cypress"}, {"label": "松", "species": "Pine"}], "trees")
    assert labels_of(odk) == {"柏": "Cypress", "松": "Pine"}
    odk.entities.merge(
        [{"label": "柏", "species": "Cedar"}, {"label": "杉", "species": "Fir"}], "trees", delete_not_matched=True
    )
    assert labels_of(odk) == {"柏": "Cedar", "杉": "Fir"}
    versions = {row["label"]: row["__system"]["version"] for row in odk.entities.get_table("trees")["value"]}
    assert versions == {"柏": 2, "杉": 1}
    odk.entities.merge([{"label": "柏", "species": "Cedar", "height": "9"}], "trees", add_new_properties=True)
    assert "height" in odk.entities.get_table("trees")["value"][0]
