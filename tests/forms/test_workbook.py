import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import workbook as workbook_module
from forms.errors import XLSFormInvalid
from forms.workbook import check_workbook, refuse_hostile_parts
from tests.forms.workbooks import SURVEY, part_of, with_parts, workbook

ORDINARY = workbook(survey=SURVEY)


def many_parts(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(count):
            archive.writestr(f"xl/{n}.xml", b"")
    return out.getvalue()


def declared_larger(data: bytes, size: int) -> bytes:
    """The list at the end of the archive says that the first part is this large."""
    at = data.index(b"PK\x01\x02")
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]


def encrypted_zip(data: bytes) -> bytes:
    at = data.index(b"PK\x01\x02")
    return data[: at + 8] + b"\x01" + data[at + 9 :]


REFUSED = {
    "nothing": (b"", "empty"),
    "text": (b"type,name,label", "not an Excel workbook"),
    "a web page called .xls": (b"<html><table>", "not an Excel workbook"),
    "too large a file": (b"PK\x03\x04" + b"x" * 10_000_000, "at most 10000000"),
    "a cut archive": (ORDINARY[:500], "damaged"),
    "an archive of something else": (many_parts(3), "zip archive"),
    "50,000 parts": (many_parts(50_000), "more than 1000 parts"),
    "1,001 parts": (many_parts(1_001), "more than 1000 parts"),
    "a bomb": (with_parts(ORDINARY, {"xl/worksheets/sheet1.xml": b" " * 40_000_000}), "packed more than 200 times"),
    "a large part": (with_parts(ORDINARY, {"x.bin": b"ab" * 26_000_000}), "more than 50000000 bytes"),
    "a part said to be large": (declared_larger(ORDINARY, 2**32 - 2), "more than 50000000 bytes"),
    "a protected archive": (encrypted_zip(ORDINARY), "password"),
    "a protected workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
}


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_may_not_be_opened_is_refused_within_a_second(data, words):
    started = time.process_time()

    with pytest.raises(XLSFormInvalid, match=words):
        check_workbook(data)

    assert time.process_time() - started < 1


def test_an_archive_of_too_many_parts_is_refused_before_its_list_is_read(monkeypatch):
    monkeypatch.setattr(workbook_module, "_open", None)

    with pytest.raises(XLSFormInvalid, match="more than 1000 parts"):
        check_workbook(many_parts(1_001))


def test_the_bytes_say_what_a_workbook_is():
    assert check_workbook(ORDINARY) == "xlsx"
    assert check_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "xls"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels", "docProps/core.xml"])
def test_a_doctype_in_any_part_is_refused(name, encoding):
    text = part_of(ORDINARY, name).decode().partition("?>")[2] or part_of(ORDINARY, name).decode()
    evil = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>{text}'.encode(encoding)

    with pytest.raises(XLSFormInvalid, match="DOCTYPE"):
        refuse_hostile_parts(with_parts(ORDINARY, {name: evil}))


def test_a_sheet_of_more_than_100_000_rows_is_refused():
    with pytest.raises(XLSFormInvalid, match="more than 100000 rows"):
        refuse_hostile_parts(with_parts(ORDINARY, {"xl/worksheets/sheet1.xml": b"<row/>" * 100_001}))


def test_the_word_doctype_in_a_cell_is_only_text():
    refuse_hostile_parts(workbook(survey=[("type", "name", "label"), ("text", "a", "<!DOCTYPE html>")]))


@settings(max_examples=150)
@given(st.data())
def test_a_workbook_with_bytes_changed_is_judged(data):
    changed = bytearray(ORDINARY)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert check_workbook(bytes(changed)) == "xlsx"
    except XLSFormInvalid as refused:
        assert refused.message.endswith(".")
