from dataclasses import replace

import pytest
from sqlalchemy import select

from forms.library import library_ids, read_library_outline
from forms.outline import Said
from server.access import roles
from server.access.allow import may, scope_of
from server.access.caller import Caller, Grant
from server.access.projects import submissions_within
from server.models import HEALTH_FORMS, Form, Submission
from server.publishing import handling
from server.publishing.handling import ROLES, handling_of, readers_of
from server.registry.telling import KEPT
from server.web.pages.words import ROLE_WORDS, assignable_roles
from tests.making import MORNING, a_town
from tests.server.test_translations import catalogue, translation_of

CLINICIANS = Said("临床人员", "clinicians")


def test_every_role_that_may_be_given_in_a_care_project_has_the_words_of_the_pages():
    known = catalogue()

    assert set(ROLES) == {role.id for role in assignable_roles("care")}
    for role_id, said in ROLES.items():
        assert said.zh == translation_of(known, str(ROLE_WORDS[roles.BY_ID[role_id].system]))


@pytest.mark.parametrize("form_id", sorted(HEALTH_FORMS))
def test_health_records_are_read_by_clinicians_alone_while_she_shares_and_are_sealed_without_consent(form_id):
    told = handling_of(read_library_outline(form_id))

    assert readers_of(form_id, health=True) == CLINICIANS
    assert told.readers.en.startswith("While she shares and her consent lasts: clinicians, of their own villages;")
    assert "sealed, and nobody reads them" in told.readers.en
    assert told.kept.zh.startswith("最后一次联系 365 天后，她的资料只留编号和份数")


@pytest.mark.parametrize("health", [False, True])
def test_the_readers_that_a_page_names_are_those_whom_the_condition_on_every_list_lets_read_the_record(db, health):
    town = a_town(db)
    for form_id in library_ids():
        form = Form(project_id=town.id, xml_form_id=form_id, state="open", created_at=MORNING)
        db.add(form)
        db.flush()
        sent = Submission(
            project_id=town.id, form_id=form.id, instance_id=f"uuid:{form_id}", health=health, created_at=MORNING
        )
        db.add(sent)
        db.flush()

        def reads(role_id: int, form: Form = form, sent: Submission = sent) -> bool:
            grants = (Grant(role_id, town.id, None),)
            caller = Caller(actor_id=1, type="user", grants=grants, villages={town.id: None})
            within = select(Submission.id).where(Submission.id == sent.id, submissions_within(scope_of(caller, town)))
            return may(caller, "submission.read", town, form) and db.scalar(within) is not None

        names = [said.zh for role_id, said in ROLES.items() if reads(role_id)]
        assert readers_of(form_id, health=health).zh.split("、") == (names or ["没有人"]), form_id


def test_a_visit_to_a_home_is_read_by_who_reviews_and_by_no_village_worker_or_officer_of_another_form():
    readers = readers_of("household_visit", health=False).zh.split("、")

    assert {"审核员", "临床人员"} <= set(readers)
    assert {"村访视员", "镇卫生负责人", "待遇专员", "培训员", "个人信息负责人"}.isdisjoint(readers)
    assert "没有定期" in handling_of(read_library_outline("household_visit")).kept.zh


def test_an_officer_of_some_forms_reads_those_alone():
    assert "待遇专员" in readers_of("benefit_case", health=False).zh
    assert "培训员" in readers_of("training_quiz", health=False).zh
    assert "培训员" not in readers_of("benefit_case", health=False).zh


def test_a_form_that_may_choose_a_woman_says_what_holds_with_and_without_her():
    told = handling_of(replace(read_library_outline("supplies"), form_id="handing_out"))

    assert told.readers.en.startswith("Records that chose a woman: While she shares")
    assert "Records that chose nobody: Project managers" in told.readers.en


def test_the_days_are_those_that_the_retention_goes_by(monkeypatch):
    monkeypatch.setattr(handling, "KEEP_FOR", handling.KEEP_FOR * 2)
    monkeypatch.setattr(handling, "BACKUPS_FOR", handling.BACKUPS_FOR * 2)

    kept = handling_of(read_library_outline("woman_consent")).kept
    assert "最后一次联系 730 天后" in kept.zh and "backups stay 60 days" in kept.en


def test_names_phones_door_codes_and_points_are_told_to_be_covered_on_pages_and_nothing_else():
    covered = {
        (form_id, name)
        for form_id in library_ids()
        for name, said in handling_of(read_library_outline(form_id)).beside.items()
        if any("covered on pages" in one.en for one in said)
    }

    assert covered == {
        *(("household_visit", name) for name in ("door_code", "contact_phone", "location")),
        *(("woman_consent", name) for name in ("display_name", "phone_safe", "save_name", "shown_name")),
        ("back_check", "location"),
    }


def test_what_goes_to_a_list_says_whose_phones_get_it():
    home = handling_of(read_library_outline("household_visit")).beside["village_code"]
    hers = handling_of(read_library_outline("antenatal_check")).beside["last_weight"]

    assert "written to `village_code` of the list `households`, for phones of who has the village" in home[0].en
    assert hers == (
        Said(
            "写进名单 `pregnancies` 的 `last_weight`，给她的访视员和临床人员的手机",
            "written to `last_weight` of the list `pregnancies`, for phones of her worker and clinicians",
        ),
    )


@pytest.mark.parametrize("form_id", sorted(KEPT))
def test_every_answer_that_consents_lists_and_rules_go_by_is_told_to_be_so(form_id):
    form = read_library_outline(form_id)
    told = {
        name for name, said in handling_of(form).beside.items() if any("rules of follow-up" in one.en for one in said)
    }

    assert told == set(KEPT[form_id].split())


def test_feedback_is_nobodys_by_a_role_and_its_page_says_whose_it_is_and_how_long():
    told = handling_of(read_library_outline("feedback"))

    assert readers_of("feedback", health=False).en == "nobody"
    assert "no other role" in told.readers.en and "没有别的身份" in told.readers.zh
    assert told.kept.en.startswith("Deleted 365 days after it was answered")
    assert "30 days" in told.beside["reply_channel"][0].en
