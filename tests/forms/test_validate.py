import pytest

from forms import validate
from forms.validate import read_warnings_of_validate, validate_available
from tests.forms.samples import form_xml, small_form


@pytest.fixture
def java() -> None:
    assert validate_available(), "these tests need a Java runtime: apt install default-jre-headless"


def test_a_good_form_has_no_findings(java):
    assert read_warnings_of_validate(form_xml("everything")) == []


def test_an_unknown_function_is_found_and_said_without_a_stack_trace(java):
    form = small_form(binds='<bind nodeset="/data/name" type="string" relevant="bogus()"/>')

    findings = read_warnings_of_validate(form)

    assert any("cannot handle function 'bogus'" in one for one in findings)
    assert not any("\tat " in one or ".java" in one for one in findings)
    assert len(findings) == len(set(findings))


def test_a_cycle_is_found(java):
    form = small_form(
        fields="<a/><b/>",
        binds='<bind nodeset="/data/a" calculate="/data/b + 1"/><bind nodeset="/data/b" calculate="/data/a + 1"/>',
        body="",
    )

    assert any("ycle" in one or "loop" in one.lower() for one in read_warnings_of_validate(form))


def test_without_java_nothing_is_found_and_it_is_said_so(monkeypatch):
    monkeypatch.setattr(validate.shutil, "which", lambda _: None)

    assert not validate_available()
    assert read_warnings_of_validate(b"no form at all") == []
