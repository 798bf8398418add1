"""What users of other engines complain of in public threads, one by one, and the tests that show that it cannot happen here.

They were searched for tasks that are wrong: too late, too early, doubled, lost, everybody's, or told of in the wrong way. What is
not here on purpose says why. test_threads.py asks that each has its test.
"""

from dataclasses import dataclass

SEARCHED = (
    "medic/cht-core: 5776 2013 5657 5866 3189 3097 7584 1269 9255 11159 11160 11161; medic/cht-conf: 825; "
    "medic/cht-core: 987 5999 7426 10042; "
    "opensrp/fhircore: 1909 1703 1696 1799 1511 2132; avniproject/avni-client: 758 1315 1480 1253 1876; "
    "dhis2/dhis2-core: 13087; dhis2/dhis2-android-capture-app: 4376; SORMAS-Foundation/SORMAS-Project: 2772; "
    "fieldsight/fieldsight-mobile: 71; dimagi/commcare-hq: 6326 1447; getodk/central: 1852 952 1866"
)
"""Repository and numbers of issues and pull requests."""


@dataclass(frozen=True)
class Thread:
    """`complaint` is what users said there, in our words; `not_here` what of it we do not do, and why."""

    complaint: str
    tests: tuple[str, ...] = ()
    not_here: str = ""


def within(path: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/{path}::{name}" for name in names)


RECALCULATE = "server/followups/test_recalculate.py"
TODAY_S_LIST, INBOX = "server/web/pages/test_today.py", "server/web/pages/test_inbox.py"
PHONE, OUTBOX = "server/publishing/test_phone.py", "server/followups/test_outbox.py"
TASKS, WORDS, PAGES = "test_threads_of_tasks.py", "test_threads_of_words.py", "test_threads_on_pages.py"
ONE_WORD = within(
    "test_overdue_is_one_word.py",
    "test_avni_client_758_and_fhircore_1909_overdue_is_one_word_on_every_screen_whenever_the_daily_step_runs",
)
STILL_DONE = (
    *within(TODAY_S_LIST, "test_fhircore_1511_what_is_overdue_can_still_be_opened_and_done"),
    *within("server/followups/test_acting.py", "test_commcare_fhircore_1511_an_overdue_visit_can_still_be_done"),
    *within(
        TASKS, "test_opensrp_fhircore_1799_2132_what_is_long_overdue_stays_on_the_phone_and_its_record_completes_it"
    ),
)
OWN_ROWS = (
    *within(
        TASKS,
        "test_getodk_central_1852_952_1866_no_list_of_a_phone_has_a_row_of_another_village_or_changes_with_one",
    ),
    *within(
        PHONE,
        "test_two_phones_of_two_villages_see_only_their_own_visits",
        "test_women_and_what_is_about_them_reach_only_phones_of_their_village",
        "test_the_worker_whom_she_chose_visits_her_alone",
    ),
)
BY_MAIL = within(
    PAGES, "test_medic_cht_core_1269_9255_who_opens_no_page_is_told_by_mail_which_leads_to_that_very_visit"
)
ONE_OCCASION = within("server/followups/test_occurrences.py", "test_only_what_has_opened_and_the_next_one_is_known")

THREADS = {
    "medic/cht-core#5776": Thread(
        "Workers took the day a task is due for the day to do it, and waited, though it could be done before.",
        within(
            TODAY_S_LIST, "test_cht_core_5776_what_is_open_can_be_done_from_its_first_day_and_both_days_stand_there"
        ),
    ),
    "medic/cht-core#2013": Thread(
        "A task that makes no sense any more cannot be silenced with a reason; a question in the form was the way around.",
        within(
            "server/followups/test_acting.py",
            "test_medic_cht_core_2013_a_task_is_silenced_with_a_reason_and_told_of_no_more",
        ),
    ),
    "medic/cht-core#5657": Thread(
        "The history of a task says that it changed and never why.",
        within("server/followups/test_acting.py", "test_medic_cht_core_5657_its_history_tells_who_ended_it_and_why"),
    ),
    "medic/cht-core#5866": Thread(
        "The same report gives other tasks before a reload than after it.",
        within(
            "server/followups/test_pins.py", "test_the_same_tasks_come_before_and_after_a_reload_in_whatever_process"
        ),
    ),
    "medic/cht-core#3189": Thread(
        "A report is deleted, and the task that it had answered does not come back.",
        within(RECALCULATE, "test_a_visit_whose_record_is_deleted_is_asked_for_again"),
    ),
    "medic/cht-core#3097": Thread(
        "At which hour a report was made moves the day on which the task is due.",
        within(RECALCULATE, "test_the_hour_of_a_record_moves_no_day"),
    ),
    "medic/cht-core#7584": Thread("Tasks were stored years ahead, and nobody could sign in any more.", ONE_OCCASION),
    "medic/cht-core#1269": Thread(
        "Whoever does not open the app never learns that a task waits.",
        BY_MAIL + within("server/followups/test_chat_outbox.py", "test_an_overdue_visit_reaches_the_hook_once"),
        "No push of our own: Collect stays as it is, so the phone rings by its mail, chat, text messages or calendar.",
    ),
    "medic/cht-core#9255": Thread(
        "A notification should be there without a network and without the app, and lead to the tasks.",
        BY_MAIL + within(INBOX, "test_nobody_sees_what_another_was_told"),
        "No push of our own: without a network the list on the phone is what reminds.",
    ),
    "medic/cht-core#11159": Thread(
        "Thirty tasks of one day ring thirty times; one summary was asked for.",
        within(
            WORDS,
            "test_medic_cht_core_11159_thirty_visits_of_a_day_are_one_word_also_overdue_ones_to_who_wants_summaries_alone",
        )
        + within("server/followups/test_digests.py", "test_the_summary_is_one_mail_a_person_and_day"),
        "What is overdue or urgent rings by itself as well, unless she wants summaries alone.",
    ),
    "medic/cht-core#11160": Thread(
        "All kinds of tasks ring, and only some are wanted.",
        within(WORDS, "test_medic_cht_core_11160_each_way_to_a_person_brings_the_kinds_that_she_chose_for_it")
        + within(OUTBOX, "test_what_is_only_due_waits_for_the_summary", "test_who_wants_no_mail_gets_none"),
        "No choice by rule: that a phone rings for this rule and not for that would tell what it is about.",
    ),
    "medic/cht-core#11161": Thread(
        "A notification opens the list of all tasks instead of what it is about.",
        within(INBOX, "test_cht_core_11161_a_notice_opens_the_visit_that_it_is_about_and_that_stands_on_today_s_list"),
    ),
    "medic/cht-conf#825": Thread(
        "Notifications ring just after midnight; hours were asked for, and such over midnight did not work.",
        within(
            WORDS, "test_medic_cht_conf_825_nothing_rings_outside_of_the_hours_that_she_set_which_may_go_over_midnight"
        )
        + within("server/followups/test_wishes.py", "test_night_and_noon_are_quiet"),
    ),
    "medic/cht-core#987": Thread(
        "Nobody above the worker hears of it when no visit is confirmed.",
        within(
            WORDS, "test_medic_cht_core_987_a_visit_that_nobody_confirms_is_told_to_the_doctor_and_then_to_the_lead"
        ),
    ),
    "medic/cht-core#5999": Thread(
        "Supervisors want one summary a month with targets, and who of their workers lags behind.",
        within(
            "server/web/pages/test_board.py",
            "test_no_number_stands_beside_a_worker_for_those_who_do_not_work_with_her",
        ),
        "A month's figures belong to reports; a worker is measured against no target here, and no table ranks workers.",
    ),
    "medic/cht-core#7426": Thread(
        "What a level above finds makes no task below; and one act should reach several levels at once.",
        within(WORDS, "test_medic_cht_core_7426_one_record_reaches_every_level_that_has_to_do_with_it")
        + within("server/web/pages/test_visit_giving.py", "test_the_lead_gives_what_waits_in_a_village"),
        "No screening of a household or a neighbourhood because of what one of them has: the visit itself would tell it.",
    ),
    "medic/cht-core#10042": Thread(
        "A task of several forms does not say which of them is done.",
        within(TODAY_S_LIST, "test_cht_core_10042_a_card_tells_which_of_its_visits_is_done_already"),
    ),
    "opensrp/fhircore#1909": Thread("Tasks appear late: a job on the phone looks every twelve hours.", ONE_WORD),
    "opensrp/fhircore#1703": Thread(
        "What can no longer be done stays overdue for ever.",
        within(TASKS, "test_opensrp_fhircore_1703_what_is_past_its_latest_day_ends_by_itself_and_waits_on_no_list"),
    ),
    "opensrp/fhircore#1696": Thread(
        "Sixty tasks ahead are made at registration instead of each in time.", ONE_OCCASION
    ),
    "opensrp/fhircore#1799": Thread("What is overdue was locked.", STILL_DONE),
    "opensrp/fhircore#1511": Thread("A form cannot be opened any more once its day is missed.", STILL_DONE),
    "opensrp/fhircore#2132": Thread("What is overdue was to be done after all.", STILL_DONE),
    "avniproject/avni-client#758": Thread("Two screens have two meanings of overdue.", ONE_WORD),
    "avniproject/avni-client#1315": Thread(
        "Editing a visit that is done plans its next one a second time.",
        within(
            "server/followups/test_rules_in_rows_of_any_life.py",
            "test_what_is_corrected_and_corrected_back_leaves_the_bytes_as_they_were",
        ),
    ),
    "avniproject/avni-client#1480": Thread(
        "After an edit what is open should move, what is done stay, and nothing be added.",
        within(
            TASKS,
            "test_avniproject_avni_client_1480_an_edited_record_moves_what_is_open_leaves_what_is_done_and_adds_nothing",
        ),
    ),
    "avniproject/avni-client#1253": Thread(
        "Lost records are entered again with their old days, and their visits are planned again.",
        within(
            TASKS,
            "test_avniproject_avni_client_1253_what_was_lost_and_is_entered_again_asks_for_nothing_twice",
            "test_avniproject_avni_client_1253_a_sign_that_is_entered_twice_sends_nobody_again_to_who_was_seen",
        )
        + within(
            "walks/test_a_pregnancy_dated_late_or_anew.py",
            "test_who_registers_at_thirty_weeks_is_asked_for_nothing_that_lay_before",
        ),
    ),
    "avniproject/avni-client#1876": Thread(
        "After a visit is cancelled the next one is planned for the day of the cancelling.",
        within(
            "server/followups/test_acting.py",
            "test_avni_client_1876_after_a_cancelled_visit_the_next_one_has_the_day_that_the_weeks_give",
        ),
    ),
    "dhis2/dhis2-core#13087": Thread(
        "The day on which a visit is due changes by itself when any value is edited.",
        within(
            "server/followups/test_pins.py", "test_a_due_date_never_changes_by_itself_when_something_else_is_edited"
        ),
    ),
    "dhis2/dhis2-android-capture-app#4376": Thread(
        "A visit gets overdue, and the phone says that something waits to be sent.",
        within(
            TASKS,
            "test_dhis2_android_capture_app_4376_a_visit_that_gets_overdue_makes_nothing_that_waits_to_be_sent_or_fetched",
        )
        + within(PHONE, "test_a_new_day_that_brings_nothing_changes_no_hash"),
    ),
    "SORMAS-Foundation/SORMAS-Project#2772": Thread(
        "Dates are corrected, and the end of the follow-up stays where it was.",
        within(
            "server/followups/test_rules_in_rows_of_any_life.py",
            "test_what_is_corrected_and_corrected_back_leaves_the_bytes_as_they_were",
        )
        + within(RECALCULATE, "test_a_dating_that_a_scan_corrects_moves_tasks_and_doubles_none"),
    ),
    "fieldsight/fieldsight-mobile#71": Thread(
        "Nothing reminds of forms on a schedule; a daily digest was asked for, at an hour of one's own.",
        within(WORDS, "test_fieldsight_mobile_71_what_waits_is_told_each_day_at_the_hour_that_she_chose"),
    ),
    "dimagi/commcare-hq#6326": Thread(
        "Every change of a case works its schedule out again, whether or not it matters.",
        within(TASKS, "test_dimagi_commcare_hq_6326_a_record_that_changes_nothing_of_her_visits_writes_none_of_them")
        + within(RECALCULATE, "test_a_second_run_writes_nothing_and_tells_nobody"),
    ),
    "dimagi/commcare-hq#1447": Thread(
        "The calendar of reminders goes by another zone than the project's.",
        within(
            PAGES,
            "test_dimagi_commcare_hq_1447_at_half_past_eleven_by_utc_a_calendar_and_a_page_are_of_the_next_day",
        )
        + within(PHONE, "test_the_hash_changes_at_midnight_in_shanghai_and_not_at_midnight_utc"),
    ),
    "getodk/central#1852": Thread("Each phone downloads the whole of an entity list.", OWN_ROWS),
    "getodk/central#952": Thread("Whoever collects cannot be limited to her own entities.", OWN_ROWS),
    "getodk/central#1866": Thread("Entity lists cannot be cut by whose phone it is.", OWN_ROWS),
}
