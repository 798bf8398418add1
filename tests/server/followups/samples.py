"""Invented women and households in few words. Days are written as text, so that tables read like a calendar."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from server.followups.due import Due
from server.followups.facts import Consent, Facts, HouseholdVisit, Visit
from server.followups.methods import ContraceptionEpisode, Injection, Supply
from server.followups.pregnancies import Dating, Outcome, Pregnancy
from server.followups.rule_files import load_rules
from server.followups.rules import due_for

RULES = load_rules()
WITH_CN = tuple(replace(rule, enabled=True) if rule.id == "IUD-CN" else rule for rule in RULES)
"""With the schedule of the Chinese technique norm switched on, which stands in the place of IUD-1."""
VILLAGE = "510121001002"


def day(text: str) -> date:
    return date.fromisoformat(text)


def at_noon(text: str) -> datetime:
    return datetime.combine(day(text), time(4), UTC)


def woman(**given: Any) -> Facts:
    return Facts(
        **{"subject": "w1", "subject_list": "women", "village_code": VILLAGE, "consent": Consent(True), **given}
    )


def household(*visits: HouseholdVisit, **given: Any) -> Facts:
    known = {"subject": "h1", "subject_list": "households", "village_code": VILLAGE, "consent": Consent(True)}
    return Facts(**{**known, "household_visits": visits, **given})


def pregnancy(anchor: str, registered: str, *scans: tuple[str, str], **given: Any) -> Pregnancy:
    """By last period; each scan is (the day it came into force, the anchor that it gives)."""
    datings = [Dating("registration", day(anchor), "lmp", day(registered))]
    datings += [Dating(f"scan {on}", day(to), "ultrasound", day(on)) for on, to in scans]
    known = {"uuid": "p1", "event": "registration", "registered_on": day(registered)}
    return Pregnancy(**{**known, "received_at": at_noon(registered), "datings": tuple(datings), **given})


def check(on: str, event: str = "", **given: Any) -> Visit:
    known = {"event": event or f"check {on}", "form_id": "antenatal_check", "visit_date": day(on), "episode": "p1"}
    return Visit(**{"received_at": at_noon(on), **known, **given})


def born(on: str, reported: str = "") -> Outcome:
    return Outcome("birth report", "gave_birth", day(on), day(reported or on))


def lost(on: str, reported: str = "") -> Outcome:
    return Outcome("loss report", "ended", day(on), day(reported or on))


def method(name: str, **given: Any) -> ContraceptionEpisode:
    return ContraceptionEpisode(**{"uuid": "c1", "method": name, "wants_follow_up": True, **given})


def injections(*days: str) -> tuple[Injection, ...]:
    return tuple(Injection(f"injection {on}", day(on), at_noon(on)) for on in days)


def supplies(*issues: tuple[str, str]) -> tuple[Supply, ...]:
    return tuple(Supply(f"supply {on}", day(on), day(until), at_noon(on)) for on, until in issues)


def call(on: str, result: str = "met", agreed: bool = True) -> HouseholdVisit:
    return HouseholdVisit(f"call {on}", day(on), at_noon(on), result, agreed)


def standing(facts: Facts, today: str, **given: Any) -> Mapping[str, Due]:
    """The follow-ups of that day by rule, of what is asked again the first; for facts in which each rule has one occasion."""
    dues = [due for due in due_for(facts, RULES, day(today), **given) if due.occurrence == 1]
    assert len({due.rule for due in dues}) == len(dues)
    return {due.rule: due for due in dues}


def tasks(facts: Facts, today: str) -> list[str]:
    return [due.rule for due in due_for(facts, RULES, day(today)) if due.is_task]
