"""That a word missing in a language, or in the other one, is heard of by whoever fills a form with `reads`."""

import pytest

from forms.library import read_library_form
from tests.forms.library import filling
from tests.forms.library.contraception import FORM, answers_of, hers
from tests.forms.library.filling import Phone
from tests.forms.library.words_read import EN, ZH, faults_of, names_in

ASKED = answers_of(reason="check", choice_hers="yes", wish="remove_device", method="dmpa")


@pytest.fixture
def reading(engine: Phone) -> Phone:
    engine.reads = True
    return engine


@pytest.mark.parametrize("language", [ZH, EN, ""])
def test_all_that_is_read_is_there_in_both_languages_whichever_the_phone_is_set_to(
    reading: Phone, language: str
) -> None:
    assert reading.fill(FORM, hers(), ASKED, language=language).values["removal_request"] == "1"


@pytest.mark.parametrize(
    ("said", "instead", "heard"),
    [
        ("Are you alone with her?", "现在只有她和您吗？", f"{EN} privacy_now label"),
        ("This is talked about with her alone.", "-", f"{EN} privacy_now hint"),
        ("Going is her decision.", "", f"{EN} refer_to hint"),
        ("To start a method", "开始", f"{EN} reason choice"),
        ("不能晚于今天，也不能早于一年前。", "Not after today. ", f"{ZH} visit_date refusal"),
        ("危险信号", "Danger signs", f"{ZH} danger_page group"),
        ("她要取出，就在", "removal: ", f"{ZH} removal_note label"),
    ],
)
def test_a_word_that_is_missing_or_the_other_languages_is_heard_of(
    reading: Phone, monkeypatch: pytest.MonkeyPatch, said: str, instead: str, heard: str
) -> None:
    whole = read_library_form(FORM).decode()
    assert said in whole
    monkeypatch.setattr(filling, "read_library_form", lambda form_id: whole.replace(said, instead).encode())
    with pytest.raises(AssertionError, match=r"\(") as told:
        reading.fill(FORM, hers(), ASKED)
    assert heard in str(told.value)


def test_names_of_the_town_read_the_same_in_both_languages_and_what_is_read_out_does_not() -> None:
    words = {
        ZH: [{"name": "edd", "kind": "label", "text": "电话：town hall"}],
        EN: [{"name": "edd", "kind": "label", "text": "Call 镇卫生院"}],
    }
    rows = [{"label": "镇卫生院", "phone": "town hall"}]
    assert faults_of(words, names_in({"clinics": rows}, {})) == []
    assert len(faults_of(words, names_in({"consent_texts": rows}, {}))) == 2
    assert faults_of({ZH: []}) == [f"languages: {[ZH]}"]
