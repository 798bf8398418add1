import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.errors import FormError
from forms.media import MediaNeed, check_media_name, entity_csv, media_name_ok
from forms.xform import read_xform
from tests.forms.samples import small_form


@pytest.mark.parametrize(
    "name", ["a.jpg", "全家福 2.jpg", "a..b", "x" * 255, "村" * 85, "a'b\"c.csv", "é.png", "%2e%2e"]
)
def test_ordinary_names_are_fine(name):
    assert media_name_ok(name) and check_media_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../x",
        "..\\..\\x.csv",
        "a/b",
        "a\\b",
        "c:x",
        ".htaccess",
        "..",
        "a\nb",
        "a\x00b",
        "a\x7fb",
        "a\x85b",
        " a",
        "a ",
        "e\u0301.png",
        "x" * 256,
        "村" * 86,
        "a\ud800",
    ],
)
def test_names_that_could_lead_elsewhere_are_refused(name):
    assert not media_name_ok(name)
    with pytest.raises(FormError) as refused:
        check_media_name(name)
    assert refused.value.kind == "unexpected"


@given(st.text())
def test_every_name_is_judged_and_a_good_one_stays_in_its_folder(name):
    if media_name_ok(name):
        assert not set(name) & set("/\\:\0") and len(name.encode()) <= 255 and name not in (".", "..")


def test_every_place_where_a_form_names_a_file_is_seen():
    form = small_form(
        fields="<name/><pic>jr://images/default.png</pic><s/><q/>",
        binds="""
        <itext><translation lang="zh">
          <text id="a"><value>A</value><value form="image">jr://images/a.png</value>
            <value form="big-image">jr://images/a.big.png</value>
            <value form="audio">jr://audio/a.mp3</value><value form="video">jr://video/a.mp4</value></text>
        </translation><translation lang="en"><text id="a"><value form="image">jr://images/a.png</value></text></translation>
        </itext>
        <instance id="v" src="jr://file-csv/v.csv"/><instance id="x" src="jr://file/x.xml"/>
        <instance id="l" src="jr://instance/last-saved"/>""",
        body="""<select1 ref="/data/s" appearance="minimal search('clinics')"><item><label>l</label><value>v</value>
        </item></select1><input ref="/data/q" query="instance('q')/root/item"/>""",
    )

    assert read_xform(form).media == [
        MediaNeed("v.csv", "file"),
        MediaNeed("x.xml", "file"),
        MediaNeed("a.png", "image"),
        MediaNeed("a.big.png", "image"),
        MediaNeed("a.mp3", "audio"),
        MediaNeed("a.mp4", "video"),
        MediaNeed("default.png", "image"),
        MediaNeed("clinics.csv", "file"),
        MediaNeed("itemsets.csv", "file"),
    ]


def test_a_searched_select_takes_its_choices_from_the_file():
    form = small_form(
        fields="<s/>",
        body="""<select1 ref="/data/s" appearance="search('clinics')"><item><label>l</label><value>v</value></item></select1>""",
    )

    field = read_xform(form).schema.by_path["/s"]

    assert (field.choices, field.choices_from) == (None, "clinics.csv")


def test_an_entity_list_is_written_as_phones_read_it():
    data = {"door_code": "A-1", "hamlet": '三社,"东"', "x": "not in the list"}

    text = entity_csv(["hamlet", "door_code", "geometry"], [("6f1c", "A-1\n三社", 3, data)])

    assert text.startswith(b"name,label,__version,hamlet,door_code,geometry\n")
    assert list(csv.reader(io.StringIO(text.decode()))) == [
        ["name", "label", "__version", "hamlet", "door_code", "geometry"],
        ["6f1c", "A-1\n三社", "3", '三社,"东"', "A-1", ""],
    ]


def test_an_empty_entity_list_is_its_header():
    assert entity_csv([], []) == b"name,label,__version\n"


def test_a_property_with_a_semicolon_would_change_how_phones_read_the_file():
    with pytest.raises(FormError) as refused:
        entity_csv(["a;b"], [])
    assert refused.value.kind == "entity"
