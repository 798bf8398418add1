"""Row 9 of docs/security.md from outside: in no table file that leaves does a text cell begin like a formula.

All doors that give CSV or XLSX to people are asked; lists for phones are read by phones and stay as they are.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from xml.sax.saxutils import escape

import openpyxl
import pytest
from flask import Flask

from server.db import Database
from tests.client import Client
from tests.making import a_dataset, a_form, a_phone, a_record, new_id

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ATTACKS = [
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","x")',
    "\t=1+1",
    "=1\n=2",
    "＝1",
]


@pytest.fixture
def records(app: Flask, database: Database, project_id: int) -> str:
    """A form whose every text answer, file name, sender, device and record number is an attack."""
    with database.transaction() as db:
        form = a_form(db, project_id)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form, name=ATTACKS[0])
    phone = Client(app, key=token)
    for number, attack in enumerate(ATTACKS):
        text = escape(attack)
        record = a_record(
            instance_id=f"={number}{new_id()}" if number % 2 else None,
            note=text,
            village=text,
            photo=f"={number}.jpg",
            size="-4",
            gps="-30.5 -104.5 0 5",
            members=[(text, "-3"), (text, "4")],
        )
        path = f"/projects/{project_id}/submission?deviceID=%3D{number}"
        sent = phone.send(project_id, record, {f"={number}.jpg": b"\xff\xd8\xff"}, path=path)
        assert sent.status_code == 201, sent.data
    return f"/projects/{project_id}/forms/visit/submissions"


def cells_of_csv(content: bytes) -> Iterator[str]:
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        yield from row


def cells_of(client: Client, records: str, query: str = "") -> Iterator[str]:
    """Every cell of every door's answer, numbers of a workbook left out."""
    yield from cells_of_csv(client.get(records + ".csv" + query).data)
    with zipfile.ZipFile(io.BytesIO(client.get(records + ".csv.zip" + query).data)) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                yield from cells_of_csv(archive.read(name))
    book = openpyxl.load_workbook(io.BytesIO(client.get(records + ".xlsx" + query).data))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.value
                if isinstance(cell.value, str):
                    yield cell.value


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_no_cell_of_any_table_file_begins_like_a_formula(as_bob: Client, records: str) -> None:
    cells = list(cells_of(as_bob, records, "?splitSelectMultiples=true"))
    assert [one for one in cells if one.startswith(DANGEROUS) and not is_number(one)] == []
    guarded = [one for one in cells if one.startswith("'")]
    assert len(guarded) > 3 * len(ATTACKS), "the attacks are there"
    assert {"-4", "-3", "-30.5", "-104.5"} <= set(cells)


def test_machines_get_what_was_sent_when_they_ask_for_it(as_bob: Client, records: str) -> None:
    raw = list(cells_of_csv(as_bob.get(records + ".csv?guard=false").data))
    assert set(ATTACKS[:5]) <= set(raw) and not [one for one in raw if one.startswith("'")]


@pytest.fixture
def homes(as_bob: Client, database: Database, project_id: int) -> str:
    """The address of an entity list's file, with an attack in every label and property."""
    with database.transaction() as db:
        a_dataset(db, project_id, "homes", ["size", "note", "geometry"])
    path = f"/projects/{project_id}/datasets/homes/entities"
    for attack in ATTACKS:
        told = {"size": "-4", "note": attack, "geometry": attack}
        assert as_bob.post(path, json={"label": attack.strip(), "data": told}).status_code == 200
    return path + ".csv"


def test_no_cell_of_an_entity_lists_file_begins_like_a_formula(as_bob: Client, homes: str) -> None:
    cells = list(cells_of_csv(as_bob.get(homes).data))
    assert [one for one in cells if one.startswith(DANGEROUS) and not is_number(one)] == []
    assert len([one for one in cells if one.startswith("'")]) == 3 * len(ATTACKS) and "-4" in cells
    raw = list(cells_of_csv(as_bob.get(homes + "?guard=false").data))
    assert set(ATTACKS[:5]) <= set(raw) and not [one for one in raw if one.startswith("'")]


def test_feeds_and_json_are_never_changed(as_bob: Client, records: str) -> None:
    feed = as_bob.get(records.removesuffix("/submissions") + ".svc/Submissions").json["value"]
    assert set(ATTACKS[:5]) <= {row["note"] for row in feed}
