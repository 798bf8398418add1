from forms.xml_names import SAMPLE, SMALL, NameLedger
from tests.forms.samples import submission


def made_up(n: int) -> bytes:
    return b"<a%d>" % n + b"x" * 2_000 + b"</a%d>" % n


def wordy(n: int) -> bytes:
    return b"<" + b"a%d" % n + b"b" * 2_000 + b"/>"


def test_ordinary_records_never_use_the_budget_up():
    ledger = NameLedger(budget=100_000)

    for n in range(5_000):
        record = submission("household_new").replace(b"B-17", b"B-%d" % n)
        assert ledger.may_parse_here(record)
    assert ledger.left > 50_000


def test_a_large_document_is_always_parsed_apart():
    assert not NameLedger().may_parse_here(b"<a>" + b"x" * SMALL + b"</a>")


def test_made_up_names_use_the_budget_up_and_are_then_parsed_apart():
    ledger = NameLedger(budget=1_000_000)

    here = sum(ledger.may_parse_here(wordy(n)) for n in range(5_000))

    # A name of 2 kB each: the estimate lets about 500 of them through, give or take the luck of the sample.
    assert 2 * SAMPLE < here < 2_000
    assert not ledger.may_parse_here(wordy(5_000))


def test_what_was_seen_before_is_still_parsed_here_when_the_budget_is_used_up():
    ledger = NameLedger(budget=1)
    for n in range(500):
        ledger.may_parse_here(submission("household_new").replace(b"B-17", b"B-%d" % n))

    assert ledger.left <= 0
    assert ledger.may_parse_here(submission("household_new"))
    assert not ledger.may_parse_here(made_up(1))


def test_attributes_and_name_spaces_count_as_names():
    ledger = NameLedger(budget=0)

    assert not ledger.may_parse_here(b'<a b="1"/>')
    assert not ledger.may_parse_here(b'<a xmlns="u:x"/>')
    ledger._seen = {b"<a", b" b="}
    assert ledger.may_parse_here(b'<a b="2">c d</a>')
    assert not ledger.may_parse_here(b'<a xmlns="u:x"/>')
