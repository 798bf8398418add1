"""From bytes to a definition, with the real converter and, where Java is there, the real ODK Validate."""

import threading

import pytest

from forms.errors import XLSFormInvalid
from forms.xlsform import validate_available
from server.blobs import BlobStore
from server.errors import Unavailable
from server.publishing import definition
from server.publishing.definition import read_definition, type_of_name, with_version
from tests.making import XLSX, a_workbook, an_xform


def test_xml_is_kept_byte_for_byte(store: BlobStore) -> None:
    xml = an_xform()
    found = read_definition(xml, "application/xml", None, store, validate=False)
    assert (found.xml, found.xform.form_id, found.excel, found.warnings) == (xml, "visit", None, ())


def test_a_workbook_is_converted_and_kept_beside(store: BlobStore) -> None:
    book = a_workbook(settings=[["form_id", "version"], ["走访", "3"]])
    found = read_definition(book, XLSX, "unused", store, validate=False)

    assert (found.xform.form_id, found.xform.version) == ("走访", "3")
    assert found.excel is not None and store.read(found.excel.stored.sha256) == book


def test_a_workbook_that_fails_leaves_no_file(store: BlobStore) -> None:
    with pytest.raises(XLSFormInvalid):
        read_definition(a_workbook([["type", "name"], ["nonsense", "a"]]), XLSX, None, store, validate=False)
    assert list(store.root.rglob("*")) == []


def test_only_excels_own_content_types_mean_a_a_workbook() -> None:
    assert set(definition.EXCEL_TYPES) == {XLSX, "application/vnd.ms-excel"}


def test_external_choices_bring_their_file_along(store: BlobStore) -> None:
    survey = [["type", "name", "label", "choice_filter"], ["select_one_external hamlets", "hamlet", "社", "town='x'"]]
    choices = [["list_name", "name", "town"], ["hamlets", "h1", "x"]]
    found = read_definition(a_workbook(survey, external_choices=choices), XLSX, "f", store, validate=False)

    assert [name for name, _ in found.files] == ["itemsets.csv"]
    assert "itemsets.csv" in [need.name for need in found.xform.media]


def test_what_odk_validate_finds_is_a_warning(store: BlobStore) -> None:
    broken = an_xform().replace(b'type="int"/>', b'type="int" calculate="nonsense-function(1)"/>', 1)
    found = read_definition(broken, "application/xml", None, store, validate=True)

    assert validate_available() is bool(found.warnings), "without Java nothing is found"
    assert read_definition(broken, "application/xml", None, store, validate=False).warnings == ()


def test_a_form_that_finds_no_turn_is_told_to_come_again(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = threading.BoundedSemaphore(1)
    monkeypatch.setattr(definition, "AT_ONCE", turns)
    monkeypatch.setattr(definition, "WAIT_SECONDS", 0.01)
    with turns, pytest.raises(Unavailable):
        read_definition(an_xform(), "application/xml", None, store, validate=False)
    assert read_definition(an_xform(), "application/xml", None, store, validate=False).xform.form_id == "visit"


def test_another_version_changes_the_version_alone(store: BlobStore) -> None:
    found = with_version(read_definition(an_xform(), "text/xml", None, store, validate=False), "2")
    assert found.xml == an_xform(version="2") and found.xform.version == "2"


@pytest.mark.parametrize(
    ("name", "kind"), [("a.csv", "text/csv"), ("图.png", "image/png"), ("a", "application/octet-stream")]
)
def test_a_files_type_is_guessed_from_its_name(name: str, kind: str) -> None:
    assert type_of_name(name) == kind
