"""Rules of the office are signed by the town's clinicians on its page, as rules of visits are on theirs."""

import re

import pytest

from server.followups.office_rules import shipped_office_rules
from server.models import Audit, Project, RuleSignature
from tests.conftest import MORNING
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.test_office import PAGE, SESSION, OfficeTown
from tests.server.web.pages.women import main_of

RULES = shipped_office_rules()
UNSIGNED = "没有签字"


class SigningTown(OfficeTown):
    """`sign` has somebody sign a rule as its page shows it; `rows` are (rule, version, whether it holds)."""

    def sign(self, who, rule, **changed):
        fields = {"version": str(RULES[rule].version), "content_hash": RULES[rule].content_hash}
        return who.send(f"/rules/{rule}/sign", fields | changed)

    def withdraw(self, who, at=-1):
        with self.database.reading() as db:
            number = db.query(RuleSignature).order_by(RuleSignature.id).all()[at].id
        return who.send(f"/rules/signatures/{number}/withdraw")

    def rows(self):
        with self.database.reading() as db:
            rows = db.query(RuleSignature).order_by(RuleSignature.id)
            return [(one.rule, one.version, one.withdrawn_at is None) for one in rows]

    def acts(self):
        with self.database.reading() as db:
            rows = db.query(Audit).filter(Audit.action.like("rule.%")).order_by(Audit.id)
            return [(one.action, one.details["rule"]) for one in rows]


@pytest.fixture
def town(paged, database):
    return SigningTown(paged, database)


def said_of(answer, rule):
    """What the page says of one rule, in words."""
    (part,) = re.findall(rf'<details id="rule-{rule}">.*?</details>', main_of(answer), re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


@pytest.mark.parametrize("rule", RULES)
def test_a_clinician_reads_a_whole_rule_signs_it_and_takes_it_back(town, browse, rule):
    lin = browse("lin")
    words = said_of(lin.see(PAGE), rule)
    assert UNSIGNED in words and RULES[rule].reason.zh in words and RULES[rule].sources[0].says.zh in words
    assert 'value="' + RULES[rule].content_hash in main_of(lin.see(PAGE))
    answer = town.sign(lin, rule)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert town.sign(lin, rule).status_code == 303, "twice is once"
    page = lin.see(PAGE)
    assert "lin 于" in said_of(page, rule) and UNSIGNED not in said_of(page, rule)
    assert main_of(page).count(UNSIGNED) == len(RULES) - 1
    answer = town.withdraw(lin)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert UNSIGNED in said_of(lin.see(PAGE), rule)
    assert town.withdraw(lin).status_code == 404
    assert town.rows() == [(rule, RULES[rule].version, False)]
    assert town.acts() == [("rule.sign", rule), ("rule.sign.withdraw", rule)]


def test_whose_task_it_is_sees_who_signed_the_rule_and_does_not_sign(town, browse):
    lin, tess = browse("lin"), browse("tess")
    lin.see(PAGE)
    assert f"TRN-Q, 第 1 版 {UNSIGNED}" in text_of(tess.see(PAGE))
    town.sign(lin, "TRN-Q")
    page = tess.see(PAGE)
    assert "TRN-Q, 第 1 版 lin 于" in text_of(page) and "lin 于" in said_of(page, "TRN-Q")
    assert "/sign" not in main_of(page) and "/withdraw" not in main_of(page)


def test_a_clinician_is_not_told_what_the_office_did(town, browse):
    tess, lin = browse("tess"), browse("lin")
    tess.see(PAGE)
    tess.send(PAGE, SESSION)
    page = lin.see(PAGE)
    assert "记下的" in text_of(tess.see(PAGE)) and "记下的" not in text_of(page)
    assert 'name="period"' not in main_of(page) and 'name="day"' not in main_of(page)
    assert "今天没有要办的" not in text_of(page)
    assert lin.send(PAGE, SESSION).status_code == 403
    assert 'href="/office"' in lin.see("/me").get_data(as_text=True)


@pytest.mark.parametrize("name", ["ada", "wang", "rita", "lea", "tess"])
def test_nobody_but_a_clinician_signs_or_takes_a_signature_back(town, browse, name):
    lin, who = browse("lin"), browse(name)
    lin.see(PAGE)
    town.sign(lin, "MTG")
    who.see("/me")
    assert town.sign(who, "GRV").status_code == 403
    assert town.withdraw(who).status_code == 403
    assert town.rows() == [("MTG", 1, True)]


@pytest.mark.parametrize(
    ("rule", "changed", "status"),
    [
        ("TRN-RT", {"content_hash": "0" * 64}, 409),
        ("TRN-RT", {"content_hash": RULES["GRV"].content_hash}, 409),
        ("TRN-RT", {"version": "1"}, 404),
        ("TRN-RT", {"version": "3"}, 404),
    ],
)
def test_nothing_but_the_very_words_of_this_version_is_signed(town, browse, rule, changed, status):
    lin = browse("lin")
    lin.see(PAGE)
    assert town.sign(lin, rule, **changed).status_code == status
    assert town.rows() == []


def test_a_signature_of_other_words_or_of_another_town_signs_nothing_here(town, browse):
    lin = browse("lin")
    lin.see(PAGE)
    town.sign(lin, "GRV")
    town.sign(lin, "MTG")
    with town.database.transaction() as db:
        other = Project(name="柳河镇", kind="care", created_at=MORNING)
        db.add(other)
        db.flush()
        db.query(RuleSignature).filter_by(rule="GRV").update({"content_hash": "0" * 64})
        db.query(RuleSignature).filter_by(rule="MTG").update({"project_id": other.id})
    page = lin.see(PAGE)
    assert UNSIGNED in said_of(page, "GRV") and UNSIGNED in said_of(page, "MTG")
    assert town.withdraw(lin).status_code == 404, "it is the other town's"


def test_the_page_asks_as_many_questions_for_many_signatures_as_for_none(town, browse, count_queries):
    lin = browse("lin")
    lin.see(PAGE)
    with count_queries() as none:
        lin.see(PAGE)
    for rule in RULES:
        town.sign(lin, rule)
    lin.see(PAGE)
    with count_queries() as many:
        lin.see(PAGE)
    assert len(town.rows()) == len(RULES) and len(none) == len(many)


def test_both_languages_are_whole(town, browse):
    lin = browse("lin", "en")
    words = said_of(lin.see(PAGE), "GRV")
    assert "Answer to feedback GRV · Version 1 of the rule not signed" in words and "Sign this version" in words
    assert "Target day the day it came + 15 working days" in words and "Owner town health lead" in words
    town.sign(lin, "GRV")
    assert "signed by lin on" in said_of(lin.see(PAGE), "GRV")
