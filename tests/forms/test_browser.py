import pytest

from forms.browser import called_in, read_obstacles
from forms.errors import XmlRefused

NUMBER = '<bind nodeset="/data/meta/instanceID" type="string" jr:preload="uid"/>'


def a_form(
    binds: str = "", body: str = "", model: str = "", meta: str = "<meta><instanceID/></meta>", number: str = NUMBER
) -> bytes:
    """A form with these parts; `q` is a question that the body may ask."""
    return f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms"
        xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>x</h:title><model>
        <instance><data id="x" version="1"><q/>{meta}</data></instance>{model}{number}<bind nodeset="/data/q" {binds}/></model>
        </h:head><h:body>{body}</h:body></h:html>""".encode()


def kinds(xml: bytes) -> list[tuple[str, str, str, bool]]:
    return [tuple(one) for one in read_obstacles(xml)]


def test_a_form_that_asks_nothing_odd_has_no_obstacle():
    binds = "calculate=\"if(selected(., 'a') and not(. = 'b (c'), format-date(today(), '%Y'), position(..))\""
    assert kinds(a_form(binds, '<input ref="/data/q"><label>x</label></input>')) == []


@pytest.mark.parametrize("where", ["calculate", "relevant", "constraint", "required", "readonly"])
def test_a_function_that_is_not_known_fails_the_form_wherever_a_bind_calls_it(where):
    assert kinds(a_form(f"{where}=\"intersects(/data/q) = 'x'\"")) == [("function", "intersects", "", True)]


def test_a_function_is_found_in_an_itemset_an_output_and_a_repeat_count_and_told_once():
    body = """<select1 ref="/data/q"><label>x<output value="version()"/></label>
        <itemset nodeset="instance('a')/root/item[depend(x)]"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset>
        </select1><group ref="/data/r"><repeat nodeset="/data/r" jr:count="depend(3)"/></group>"""
    found = kinds(a_form(body=body))
    assert sorted(found) == [("function", "depend", "", True), ("function", "version", "", True)]


def test_what_stands_in_quotes_or_is_an_operator_or_a_node_test_is_no_function():
    assert list(called_in("'intersects(1)' = . and (1 div (2)) or text() != \"version()\"")) == []
    assert list(called_in("jr:choice-name(/data/a-b, '/data/a-b')")) == ["jr:choice-name"]


@pytest.mark.parametrize(
    ("media", "kind"), [("audio/*", "audio"), ("video/*", "video"), ("application/*", "file"), ("", "file")]
)
def test_sound_film_and_files_are_for_the_phone_alone(media, kind):
    body = f'<upload mediatype="{media}" ref="/data/q"><label>x</label></upload>'
    assert kinds(a_form(body=body)) == [("upload", kind, "/q", True)]


@pytest.mark.parametrize("look", ["signature", "draw", "annotate"])
def test_a_photo_is_taken_in_place_of_what_is_drawn(look):
    body = f'<upload mediatype="image/*" appearance="{look}" ref="/data/q"><label>x</label></upload>'
    assert kinds(a_form(body=body)) == [("drawn", look, "/q", False)]
    plain = '<upload mediatype="image/*" appearance="new" ref="/data/q"><label>x</label></upload>'
    assert kinds(a_form(body=plain)) == []


def test_encryption_the_record_before_and_sound_in_the_background_are_for_the_phone_alone():
    assert kinds(a_form(model='<submission base64RsaPublicKey="abc"/>')) == [("encrypted", "", "", True)]
    assert kinds(a_form(model='<submission orx:client-editable="true"/>')) == []
    saved = '<instance id="__last-saved" src="jr://instance/last-saved"/>'
    assert kinds(a_form(model=saved)) == [("last_saved", "", "", True)]
    sound = '<odk:recordaudio event="odk-instance-load" ref="/data/q"/>'
    assert kinds(a_form(model=sound)) == [("record", "", "", True)]


def test_a_log_of_the_audit_and_a_barcode_merely_are_less():
    audit = '<bind nodeset="/data/meta/audit" type="binary"/>'
    found = kinds(a_form('type="barcode"', model=audit, meta="<meta><audit/><instanceID/></meta>"))
    assert sorted(found) == [("audit", "", "", False), ("barcode", "", "/q", False)]


@pytest.mark.parametrize(
    ("number", "fails"),
    [
        ("", True),
        ('<bind nodeset="/data/meta/instanceID" type="string"/>', True),
        ('<bind nodeset="/data/meta/instanceID" calculate="once(concat(\'uuid:\', uuid()))"/>', True),
        ('<bind nodeset="/data/meta/instanceID" calculate="concat(\'uuid:\', uuid())"/>', False),
        ('<bind nodeset="/data/orx:meta/orx:instanceID" jr:preload="uid"/>', False),
    ],
)
def test_a_form_that_makes_no_number_for_a_record_is_for_the_phone_alone(number, fails):
    assert kinds(a_form(number=number)) == ([("number", "", "", True)] if fails else [])


def test_a_form_without_a_place_for_the_number_gets_one_from_the_browser():
    assert kinds(a_form(number="", meta="")) == []


def test_those_that_fail_stand_first():
    audit = '<bind nodeset="/data/meta/audit" type="binary"/>'
    upload = '<upload mediatype="video/*" ref="/data/q"/>'
    found = read_obstacles(a_form(body=upload, model=audit, meta="<meta><audit/><instanceID/></meta>"))
    assert [one.fails for one in found] == [True, False]


def test_what_is_no_xml_is_refused():
    with pytest.raises(XmlRefused):
        read_obstacles(b"<a><b></a>")
