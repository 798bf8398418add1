"""A named risk, a clinician's own date and the talk about methods, as records tell them."""

from typing import Any

import pytest

from server.followups.pregnancy_facts import extra_contacts_of, names_risk, talks_of
from server.registry.telling import Event
from tests.server.followups.samples import at_noon, day
from tests.server.followups.told import F3, F4, F5


def told(form_id: str, on: str = "2026-12-10", **data: str) -> Event:
    return Event("event", form_id, day(on), at_noon(on), "p1", data)


@pytest.mark.parametrize(
    ("heard", "role", "named"),
    [
        ("heart", "clinician", True),
        ("anaemia age_ge35", "clinician", True),
        ("none", "clinician", False),
        ("prefer_not", "clinician", False),
        ("", "clinician", False),
        ("heart", "village_worker", False),
    ],
)
def test_a_risk_is_one_that_was_named_on_a_clinics_phone(heard: str, role: str, named: bool) -> None:
    assert names_risk(told(F3, risk_heard=heard, my_role=role)) is named


@pytest.mark.parametrize(
    ("form_id", "date", "role", "counts"),
    [
        (F4, "2026-12-31", "clinician", True),
        (F4, "2026-12-10", "clinician", True),
        (F4, "2026-12-09", "clinician", False),  # before the visit
        (F4, "2037-12-31", "clinician", False),  # a slip of the year
        (F4, "soon", "clinician", False),
        (F4, "2026-12-31", "village_worker", False),
        (F5, "2026-12-31", "clinician", False),
    ],
)
def test_a_date_of_her_own_is_a_clinicians_and_lies_ahead(form_id: str, date: str, role: str, counts: bool) -> None:
    found = list(extra_contacts_of([told(form_id, extra_date=date, my_role=role)]))
    assert [(str(one.on), str(one.wanted_on)) for one in found] == ([("2026-12-10", date)] if counts else [])


@pytest.mark.parametrize(
    ("form_id", "answers", "wants"),
    [
        (F4, {"fp_talk": "yes"}, [True]),
        (F4, {"fp_talk": "not_now"}, [False]),
        (F4, {"fp_talk": "no"}, [False]),
        (F4, {}, []),
        (F5, {"pp_method_talk": "decided"}, [True]),
        (F5, {"pp_method_talk": "wants_info"}, [True]),
        (F5, {"pp_method_talk": "not_now"}, [False]),
        (F5, {"pp_method_talk": "prefer_not"}, [False]),
        (F5, {"fp_talk": "yes"}, []),
        (F3, {"fp_talk": "yes"}, []),
    ],
)
def test_every_answer_to_the_offer_is_one_and_silence_is_none(
    form_id: str, answers: dict[str, Any], wants: list[bool]
) -> None:
    assert [one.wants for one in talks_of([told(form_id, **answers)])] == wants
