import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.errors import FormError
from forms.xform import clean_xform, hashes, read_xform, set_version
from tests.forms.samples import form_xml, small_form

WITH_ACTION = small_form(
    binds="<!-- <submission action='no'/> --><submission \n action = 'http://x/?a=1&amp;b=\"' method=\"post\" jr:action=''/>"
    '<submission action="http://y/"></submission>'
)


def test_an_action_is_taken_out_and_nothing_else_changes():
    clean = clean_xform(WITH_ACTION)

    assert b'<submission method="post"/><submission></submission>' in clean
    assert b"<!-- <submission action='no'/> -->" in clean
    assert clean.partition(b"<!--")[0] == WITH_ACTION.partition(b"<!--")[0]
    assert clean.partition(b"<h:body>")[2] == WITH_ACTION.partition(b"<h:body>")[2]


def test_a_form_without_an_action_keeps_its_bytes():
    for name in ("everything", "entity_in_repeat"):
        assert clean_xform(form_xml(name)) == form_xml(name)


def test_an_action_elsewhere_is_left_alone():
    form = small_form(fields='<model><submission action="x"/></model>', body='<input ref="/data/x" action="y"/>')

    assert clean_xform(form) == form


def test_the_version_changes_and_every_other_byte_stays():
    xml = form_xml("everything")

    assert set_version(xml, "8") == xml.replace(b'id="everything" version="7"', b'id="everything" version="8"')


@pytest.mark.parametrize(
    ("root", "changed"),
    [
        ('<data id="x">', '<data version="2" id="x">'),
        ("<data id='x' version = '1'>", "<data id='x' version=\"2\">"),
        ('<data id="version=1" xmlns:o="u:o" o:version="1">', '<data id="version=1" xmlns:o="u:o" o:version="2">'),
        ('<data id="a>b" version="1">', '<data id="a>b" version="2">'),
        ('<data id="a/b" version="1" >', '<data id="a/b" version="2" >'),
    ],
)
def test_a_version_is_set_however_the_root_is_written(root, changed):
    xml = small_form(root=root)

    assert set_version(xml, "2") == xml.replace(root.encode(), changed.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8"])
def test_a_version_is_set_in_other_encodings(encoding):
    xml = (f'<?xml version="1.0" encoding="{encoding}"?>' + small_form(root='<data id="访视">').decode()).encode(
        encoding
    )

    read = read_xform(set_version(xml, "第二版"))

    assert (read.form_id, read.version) == ("访视", "第二版")


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=249))
def test_any_version_without_control_characters_comes_back(version):
    assert read_xform(set_version(form_xml("everything"), version)).version == version


@pytest.mark.parametrize(
    ("version", "kind"), [("1" * 250, "too_long"), ("a\nb", "unexpected"), ("a\x00", "unexpected")]
)
def test_versions_that_cannot_be_kept_are_refused(version, kind):
    with pytest.raises(FormError) as refused:
        set_version(form_xml("everything"), version)

    assert refused.value.kind == kind


def test_hashes_are_of_the_exact_bytes():
    md5, sha1, sha256 = hashes(b"<a/>")

    assert md5 == hashlib.md5(b"<a/>").hexdigest()
    assert sha1 == hashlib.sha1(b"<a/>").hexdigest()
    assert sha256 == hashlib.sha256(b"<a/>").hexdigest()
