"""The pages of the desk: server-rendered, with htmx fragments; each works at 360 px and without script.

A view reads what was sent, asks `allow`, does one thing by a verb, and says so. SQL is in the verbs.
"""

from server.web.errors import TONGUES
from server.web.pages import (  # noqa: F401 - each registers its addresses
    audit,
    board,
    boundaries,
    cards,
    cases,
    consents,
    correcting,
    emergency,
    feedback,
    filling,
    followups,
    form_changes,
    form_files,
    form_upload,
    forms,
    hand_overs,
    headers,
    homes,
    inbox,
    library,
    library_lists,
    map,
    openid,
    own_data,
    own_factors,
    people,
    person,
    phones,
    projects,
    recordings,
    red_lines,
    reopening,
    retention,
    review,
    review_list,
    rights,
    rule_drafts,
    rule_moves,
    rules,
    sealed,
    second_step,
    security,
    shell,
    sign_in,
    start,
    timeline,
    timetable,
    titles,
    today,
    who_sees,
    why,
)
from server.web.pages.door import pages
from server.web.pages.problems import say_problem

TONGUES["page"] = say_problem

__all__ = ["pages"]
