import pytest

from forms.errors import FormError, InstanceInvalid, XFormInvalid, XLSFormInvalid, XmlRefused


def test_each_error_says_what_kind_it_is():
    assert XmlRefused("Cut.").kind == "unparseable"
    assert XFormInvalid("No.").kind == "unexpected"
    assert InstanceInvalid("No id.", "missing", parameter="id").details == {"parameter": "id"}
    assert isinstance(XLSFormInvalid("x"), FormError) and str(XLSFormInvalid("x")) == "x"


def test_a_spreadsheets_error_always_has_the_same_details():
    error = XLSFormInvalid("No survey.", ["w"], "survey", 3)

    assert error.details == {"error": "No survey.", "warnings": ["w"], "sheet": "survey", "row": 3}
    assert XLSFormInvalid("x").details == {"error": "x", "warnings": [], "sheet": None, "row": None}


def test_a_kind_that_the_server_does_not_know_is_a_mistake_of_ours():
    with pytest.raises(AssertionError):
        FormError("x", "new_kind")
