import pytest

from forms.library import read_library_form
from forms.xform import set_version
from server.blobs import FileDamaged
from server.errors import NotFound
from server.models import FormVersion
from server.publishing.workbooks import get_workbook, has_workbook
from tests.making import XLSX, a_workbook

OURS = read_library_form("feedback")


def test_our_own_form_is_its_source_whoever_published_it(store):
    book = get_workbook(store, "feedback", FormVersion(xml=OURS))

    assert (book.name, book.content_type) == ("feedback.xlsx", XLSX) and book.content[:2] == b"PK"


def test_a_version_of_our_form_that_the_town_edited_is_the_file_that_it_uploaded(store):
    uploaded = a_workbook()
    stored = store.put(uploaded)
    version = FormVersion(
        xml=set_version(OURS, "town"), xls_sha256=stored.sha256, xls_content_type="application/vnd.ms-excel"
    )

    assert get_workbook(store, "feedback", version) == ("feedback.xls", uploaded, "application/vnd.ms-excel")


def test_what_came_as_xml_has_none_even_under_the_id_of_a_form_of_ours(store):
    version = FormVersion(xml=set_version(OURS, "older"))

    assert not has_workbook("feedback", version)
    with pytest.raises(NotFound, match="came as XML"):
        get_workbook(store, "feedback", version)


def test_a_file_that_is_gone_is_said_to_be_damaged(store):
    stored = store.put(a_workbook())
    store.path(stored.sha256).unlink()

    with pytest.raises(FileDamaged):
        get_workbook(store, "talk", FormVersion(xml=b"<x/>", xls_sha256=stored.sha256))
