import io
from hashlib import sha256

import pytest
from flask import Flask

from forms.schema import Field, FormSchema
from server.reports.csv_zip import Pipe, file_names, numbered, read_audit, safe_name
from server.reports.table import tables_of
from tests.client import Client
from tests.server.reports.census import Send
from tests.server.reports.reading import PHOTO, unpack
from tests.server.reports.samples import a_member


def test_repeats_of_one_name_are_all_numbered() -> None:
    schema = FormSchema(
        (
            Field("a", "/a", "structure"),
            Field("child", "/a/child", "repeat"),
            Field("b", "/b", "structure"),
            Field("child", "/b/child", "repeat"),
            Field("pet", "/pet", "repeat"),
        )
    )
    names = [name for name, _ in file_names("走访/一", tables_of(schema))]
    assert names == ["走访_一.csv", "走访_一-child~1.csv", "走访_一-child~2.csv", "走访_一-pet.csv"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("1.jpg", "1.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\x.bat", "_x.bat"),
        ("C:x", "C_x"),
        ("a\x00b\n", "a_b_"),
        ("..", "_"),
        ("照片.jpg", "照片.jpg"),
    ],
)
def test_no_name_leads_out_of_the_archive(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_second_file_of_a_name_is_numbered_before_its_ending() -> None:
    assert [numbered("a.b.jpg", number) for number in (0, 1)] == ["a.b.jpg", "a.b~1.jpg"]


def test_an_audit_log_is_read_by_its_columns() -> None:
    log = io.StringIO("event,node,start,new-value\nquestion,/data/a,1692580000123,=1+1\nend,,,\n")
    assert list(read_audit(log, "uuid:1", guarded=True)) == [
        "uuid:1,question,/data/a,1692580000123,,,,,,'=1+1,,\n",
        "uuid:1,end,,,,,,,,,,\n",
    ]


def test_a_log_that_is_no_csv_ends_where_it_cannot_be_read() -> None:
    log = io.StringIO("event\nfirst\n" + "x" * 200_000 + "\n")
    assert len(list(read_audit(log, "uuid:1", guarded=True))) == 1


def test_a_pipe_gives_what_was_written_once() -> None:
    pipe = Pipe()
    assert pipe.write(b"ab") == 2
    pipe.write(b"c")
    pipe.flush()
    assert (pipe.take(), pipe.take()) == (b"abc", b"")


def test_the_archive_holds_every_table_and_every_file(as_bob: Client, send: Send, records: str) -> None:
    log = b"event,node,start,end\nform start,,1,2\n"
    sent = send(
        {"audit.csv": log, "1.jpg": PHOTO},
        members=a_member("甲", "3", ("球", "车")) + a_member("乙", "", ("书",)),
        audit="audit.csv",
    )
    reply = as_bob.get(records + ".csv.zip")
    files = unpack(reply)

    assert reply.content_type == "application/zip"
    assert 'filename="census.zip"' in reply.headers["Content-Disposition"]
    assert list(files) == [
        "census.csv",
        "census-member.csv",
        "census-toy.csv",
        "census - audit.csv",
        "media/1.jpg",
    ]
    assert files["census.csv"] == as_bob.get(records + ".csv").data
    assert files["census-member.csv"].decode() == (
        f"name,age,PARENT_KEY,KEY\n甲,3,{sent},{sent}/member[1]\n乙,,{sent},{sent}/member[2]\n"
    )
    assert files["census-toy.csv"].decode() == (
        "label,PARENT_KEY,KEY\n"
        f"球,{sent}/member[1],{sent}/member[1]/toy[1]\n"
        f"车,{sent}/member[1],{sent}/member[1]/toy[2]\n"
        f"书,{sent}/member[2],{sent}/member[2]/toy[1]\n"
    )
    assert files["census - audit.csv"].decode() == (
        "instance ID,event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason\n"
        f"{sent},form start,,1,2,,,,,,,\n"
    )
    assert files["media/1.jpg"] == PHOTO


def test_without_attachments_the_archive_has_another_name(as_bob: Client, send: Send, records: str) -> None:
    send({"1.jpg": PHOTO})
    reply = as_bob.get(records + ".csv.zip?attachments=false")
    assert 'filename="census.csv.zip"' in reply.headers["Content-Disposition"]
    assert set(unpack(reply)) == {"census.csv", "census-member.csv", "census-toy.csv"}


def test_files_of_one_name_are_all_kept(as_bob: Client, send: Send, records: str) -> None:
    for content in (b"one", b"two", b"two"):
        send({"1.jpg": PHOTO + content})
    files = unpack(as_bob.get(records + ".csv.zip"))
    assert {name: data for name, data in files.items() if name.startswith("media/")} == {
        "media/1.jpg": PHOTO + b"two",
        "media/1~1.jpg": PHOTO + b"one",
    }


def test_a_file_that_is_lost_on_disk_does_not_break_the_archive(
    as_bob: Client, send: Send, records: str, app: Flask
) -> None:
    send({"1.jpg": PHOTO, "2.jpg": PHOTO + b"2"})
    app.extensions["fangshi.blobs"].path(sha256(PHOTO).hexdigest()).unlink()
    assert "media/2.jpg" in unpack(as_bob.get(records + ".csv.zip"))
    assert "media/1.jpg" not in unpack(as_bob.get(records + ".csv.zip"))
