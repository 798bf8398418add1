"""The pictures of our forms: each choice has its own, each is used, and each is what its source draws, in few bytes."""

import struct
from collections import defaultdict

import pytest

from forms.library import library_ids, read_library_form, read_library_outline
from forms.library.pictures import FOLDER, SIDE, picture_names, read_picture
from forms.xform import read_xform
from forms.xml import read_xml
from tests.draw_pictures import draw

LARGEST = 6_000  # bytes
LARGEST_OF_A_FORM = 200_000
FAR = 24  # of 255, in one colour of one pixel: more than the palette moves any
ALLOWED_FAR = SIDE * SIDE // 400  # pixels at edges, which another Chromium may smooth otherwise


def pictures_of(form_id: str) -> set[str]:
    return {one.name for one in read_xform(read_library_form(form_id)).media if one.type == "image"}


def pictures_by_text(form_id: str) -> dict[str, dict[str, str]]:
    """{id of a text: {language: picture}}."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for translation in read_xml(read_library_form(form_id)).iter("{*}translation"):
        for text in translation.iter("{*}text"):
            for value in text.iter("{*}value"):
                if value.get("form") == "image":
                    found[text.get("id") or ""][translation.get("lang") or ""] = value.text or ""
    return found


def test_every_picture_has_its_source_and_every_source_is_drawn():
    sources, drawn = ({one.stem for one in FOLDER.glob(f"*.{ending}")} for ending in ("svg", "png"))

    assert sources == drawn and len(drawn) > 60


def test_every_picture_is_used_and_every_one_that_a_form_names_is_there():
    assert set().union(*(pictures_of(form_id) for form_id in library_ids())) == picture_names()


def test_another_name_is_no_picture():
    with pytest.raises(KeyError):
        read_picture("../__init__.py")


@pytest.mark.parametrize("name", sorted(picture_names()))
def test_a_picture_is_a_small_png_of_the_right_size(name):
    picture = read_picture(name)

    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (SIDE, SIDE)
    assert len(picture) < LARGEST


@pytest.mark.parametrize("form_id", library_ids())
def test_the_pictures_of_a_form_together_are_small(form_id):
    assert sum(len(read_picture(name)) for name in pictures_of(form_id)) < LARGEST_OF_A_FORM


@pytest.mark.parametrize("form_id", library_ids())
def test_both_languages_show_the_same_picture(form_id):
    for text, shown in pictures_by_text(form_id).items():
        assert len(shown) == 2 and len(set(shown.values())) == 1, (form_id, text)


@pytest.mark.parametrize("form_id", library_ids())
def test_where_one_choice_has_a_picture_all_of_its_list_have_and_no_two_the_same(form_id):
    for row in read_library_outline(form_id).rows:
        shown = [one.picture for one in row.options]
        if any(shown):
            assert all(shown) and len(set(shown)) == len(shown), (form_id, row.name)


@pytest.mark.parametrize(
    ("form_id", "asked"),
    [
        ("pregnancy_registration", "danger_now"),
        ("antenatal_check", "danger"),
        ("delivery_postnatal", "danger_pp"),
        ("delivery_postnatal", "danger_nb"),
        ("contraception_followup", "danger_fp"),
        ("contraception_followup", "method"),
        ("supplies", "item"),
        ("woman_consent", "consent_service"),
        ("woman_consent", "privacy_now"),
    ],
)
def test_danger_signs_methods_supplies_consent_and_privacy_have_pictures(form_id, asked):
    (row,) = (one for one in read_library_outline(form_id).rows if one.name == asked)

    assert row.options and all(one.picture for one in row.options)


def test_every_picture_is_what_its_source_draws(chromium):
    page = chromium.new_page()
    for source in sorted(FOLDER.glob("*.svg")):
        anew = draw(page, source.read_bytes(), "image/svg+xml")
        kept = draw(page, read_picture(f"{source.stem}.png"), "image/png")
        far = sum(max(map(abs, map(int.__sub__, one, other))) > FAR for one, other in zip(anew, kept, strict=True))
        assert far <= ALLOWED_FAR, (source.name, far)
    page.close()
