from pathlib import Path

import pytest

from forms.instance import read_instance, read_values
from forms.xform import read_xform
from server.moving.kobo_folder import KoboUnusable, file_of, make_xml, read_folder, state_of, time_of
from tests.server.moving.kobo import FIRST, SECOND, THIRD, UID, a_form, a_row, fill


def test_pages_are_put_together_and_records_cut_out(tmp_path: Path) -> None:
    folder = read_folder(fill(tmp_path / "kobo"))
    assert [row["_uuid"] for row in folder.rows] == [FIRST, SECOND, THIRD]
    assert folder.xml.keys() == {f"uuid:{FIRST}", f"uuid:{SECOND}"}
    instance = read_instance(folder.xml[f"uuid:{FIRST}"])
    assert (instance.form_id, instance.version) == (UID, "1 (2023-04-01)")


def test_two_records_with_a_photo_of_one_name_each_have_their_own(tmp_path: Path) -> None:
    folder = read_folder(fill(tmp_path / "kobo"))
    found = [file_of(folder, row, "home 1.png") for row in folder.rows[:2]]
    assert [path and path.read_bytes()[-3:] for path in found] == [b"one", b"two"]
    assert file_of(folder, folder.rows[2], "home 1.png") is None, "nobody knows which of the two"
    assert file_of(folder, folder.rows[0], "other.png") is None


def test_a_record_whose_xml_is_odd_keeps_no_other_out(tmp_path: Path) -> None:
    folder = fill(tmp_path / "kobo")
    text = (folder / "data.xml").read_text()
    (folder / "data.xml").write_text(text.replace("<meta>", "<meta><instanceID>uuid:other</instanceID>", 1))
    read = read_folder(folder)
    assert read.xml.keys() == {f"uuid:{SECOND}"}
    assert len(read.rows) == 3


def test_nobody_gets_the_photo_of_somebody_else(tmp_path: Path) -> None:
    folder = fill(tmp_path / "kobo")
    photo = folder / "attachments" / "zhao" / "attachments" / "f00d" / FIRST / "home_1.png"
    photo.unlink()
    read = read_folder(folder)
    assert file_of(read, read.rows[0], "home 1.png") is None, "the only one of that name is in another record's folder"
    (folder / "attachments" / "home_1.png").write_bytes(b"loose")
    (folder / "attachments" / "zhao" / "attachments" / "f00d" / SECOND / "home_1.png").unlink()
    read = read_folder(folder)
    assert file_of(read, read.rows[0], "home 1.png") == folder / "attachments" / "home_1.png"


def test_a_file_is_found_in_the_folder_that_kobo_names_and_in_no_folder_of_all(tmp_path: Path) -> None:
    folder = fill(tmp_path / "kobo")
    read, kept = read_folder(folder), f"zhao/attachments/f00d/{FIRST}/home_1.png"
    corrected = a_row(f"{FIRST[:-1]}7", "2023-06-03T10:00:00", _attachments=[{"filename": kept}])
    assert file_of(read, corrected, "home 1.png") == folder / "attachments" / kept
    other = a_row(f"{FIRST[:-1]}8", "2023-06-03T10:00:00", _attachments=[{"filename": "zhao/attachments/home_1.png"}])
    assert file_of(read, other, "home 1.png") is None
    assert file_of(read, other, "()") is None


def test_a_link_in_an_export_leads_nowhere(tmp_path: Path) -> None:
    folder = fill(tmp_path / "kobo")
    (tmp_path / "secret.key").write_bytes(b"secret")
    photo = folder / "attachments" / "zhao" / "attachments" / "f00d" / FIRST / "home_1.png"
    photo.unlink()
    photo.symlink_to(tmp_path / "secret.key")
    (folder / "asset.xlsx").symlink_to(tmp_path / "secret.key")
    read = read_folder(folder)
    assert file_of(read, read.rows[0], "home 1.png") is None
    assert read.workbook is None


def test_a_record_is_made_of_its_json_where_its_xml_is_missing() -> None:
    schema = read_xform(a_form()).schema
    row = a_row(THIRD, "2023-06-03T10:00:00", note="& <>", member=[{"member/name": "丙"}, {"member/age": "5"}])
    values = read_values(read_instance(make_xml(row, schema, UID, "2 (2023-05-01)")), schema)
    assert values["note"] == "& <>"
    assert values["formhub"] == {"uuid": "f00d"}
    assert values["member"] == [{"name": "丙", "age": None}, {"name": None, "age": "5"}]
    assert values["meta"]["instanceID"] == f"uuid:{THIRD}"


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"_validation_status": {"uid": "validation_status_approved"}}, "approved"),
        ({"_validation_status": {"uid": "validation_status_not_approved"}}, "rejected"),
        ({"_validation_status": {"uid": "validation_status_on_hold"}}, "hasIssues"),
        ({"_validation_status": {}, "meta/deprecatedID": "uuid:x"}, "edited"),
        ({"_validation_status": {}}, None),
        ({}, None),
    ],
)
def test_a_decision_there_is_a_review_state_here(told: dict[str, object], state: str | None) -> None:
    assert state_of(told) == state


def test_times_are_utc_though_nothing_says_so() -> None:
    assert str(time_of("2023-05-02T10:00:00")) == "2023-05-02 10:00:00+00:00"
    assert str(time_of(1683100000)) == "2023-05-03 07:46:40+00:00"
    assert time_of("yesterday") is None
    assert time_of(1683100000000) is None
    assert time_of(10**400) is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("asset.json", b"{"),
        ("asset.json", b"[]"),
        ("asset.json", None),
        ("asset.xml", None),
        ("data.xml", b"<root"),
        ("data.json", None),
        ("data.json", b"[3]"),
        ("data.json", b'{"results": null}'),
        ("data-2.json", b'"x"'),
    ],
)
def test_a_folder_that_lacks_something_says_what(tmp_path: Path, name: str, content: bytes | None) -> None:
    folder = fill(tmp_path / "kobo")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(KoboUnusable, match=name):
        read_folder(folder)
