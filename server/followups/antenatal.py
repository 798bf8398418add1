"""Which contact answers which rule of one pregnancy (domain.md 2.3, last paragraph; ui.md section 11, decision 4).

A contact answers every rule whose window holds its day. After the window it answers late until the next rule's window
opens; from then on it counts for that one, and the missed one is merged. What no rule waits for is an extra contact.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.followups.due import key_of
from server.followups.endings import Ending, done
from server.followups.facts import Facts, Visit
from server.followups.occasions import dating_on, days_of
from server.followups.pregnancies import Pregnancy
from server.followups.ruleset import Rule
from server.followups.schedules import as_it_counts, followed_since, spans_of, weight_of
from server.followups.windows import Window, is_overdue, window_of


@dataclass(frozen=True)
class Settled:
    """How the contact rules of a pregnancy ended, by rule id, and the contacts that none of them waited for.

    `asked` are the ids of the rules that are asked for at all, earliest target day first.
    """

    asked: tuple[str, ...]
    endings: Mapping[str, Ending]
    extra: tuple[Visit, ...]


def settle_contacts(facts: Facts, pregnancy: Pregnancy, rules: Sequence[Rule], today: date) -> Settled:
    """By the schedule that the pregnancy follows; what was done while it followed another one stays done by that."""
    contacts = [as_it_counts(one, pregnancy) for one in rules if one.answer == "antenatal_contact"]
    before: dict[str, Ending] = {}
    for _, (_, until) in spans_of(pregnancy, today)[:-1]:
        former = _settle(facts, pregnancy, contacts, until - timedelta(days=1)) if until else None
        before.update(former.endings if former else {})
    now = _settle(facts, pregnancy, contacts, today)
    done_before = {name: one for name, one in before.items() if one.is_done and name not in now.asked}
    counted = {one.event for one in done_before.values()}
    extra = tuple(visit for visit in now.extra if visit.event not in counted)
    return Settled((*now.asked, *done_before), {**done_before, **now.endings}, extra)


def _settle(facts: Facts, pregnancy: Pregnancy, contacts: Sequence[Rule], today: date) -> Settled:
    """Goes through the contacts in the order of their days, each judged by the dating in force on its day.

    So a contact that counted still counts after a scan has moved the weeks: done stays done. A contact that was missed
    by the old weeks is asked for again while its window is open by the new ones.
    """
    since = {one.id: followed_since(pregnancy, one, today) for one in contacts}
    rules = [one for one in contacts if since[one.id]]
    first = {name: max(pregnancy.registered_on, day) for name, day in since.items() if day}
    keys = {one.id: key_of(one.id, *facts.named_by(pregnancy.event, pregnancy.uuid), pregnancy.event) for one in rules}
    endings: dict[str, Ending] = {}
    extra = []
    for visit in _contacts(facts, pregnancy, keys, today):
        is_check = _is_check(pregnancy, visit)
        answered = _judge(visit, _windows_on(visit.visit_date, pregnancy, rules, first), keys, endings, is_check)
        if is_check and not answered:
            extra.append(visit)
    now = _windows_on(today, pregnancy, rules, first)
    _merge_by_clock(now, keys, endings, today)
    kept = {
        one: ending
        for one, ending in endings.items()
        if ending.is_done or (one in now and today > now[one][1].closes_on)
    }
    return Settled(tuple(dict.fromkeys((*now, *kept))), kept, tuple(extra))


def _contacts(facts: Facts, pregnancy: Pregnancy, keys: Mapping[str, str], today: date) -> Iterator[Visit]:
    """The contacts of this pregnancy up to that day, in order; the first check told at registration is one of them."""
    found = {
        one.event: one
        for one in facts.visits
        if one.form_id == "antenatal_check"
        and (one.episode == pregnancy.uuid or (one.episode is None and one.answers in keys.values()))
    }
    if pregnancy.first_check_on:
        first = Visit(pregnancy.event, "antenatal_check", pregnancy.first_check_on, pregnancy.received_at)
        found.setdefault(first.event, first)
    for visit in sorted(found.values(), key=lambda one: (one.visit_date, one.received_at, one.event)):
        if visit.visit_date <= today:
            yield visit


def _is_check(pregnancy: Pregnancy, visit: Visit) -> bool:
    """A visit that found the pregnancy over is no check. It answers only the follow-up that it was made for."""
    over = pregnancy.outcome is not None and visit.visit_date > pregnancy.outcome.on
    return not over and visit.status not in ("gave_birth", "ended")


_Windows = dict[str, tuple[Rule, Window, date]]


def _windows_on(day: date, pregnancy: Pregnancy, rules: Sequence[Rule], first: Mapping[str, date]) -> _Windows:
    """Rule, window and dating of what is asked for, earliest target day first.

    A window that had closed before she registered, or before her schedule was chosen, was never ours to keep, so it is not
    asked for: `first` is that day by rule.
    """
    dating = dating_on(pregnancy, day)
    if dating is None:
        return {}
    days = days_of(pregnancy, dating)
    windows = [(rule, window_of(rule, days), dating.ga_anchor) for rule in rules]
    windows.sort(key=lambda one: (one[1].due_on, one[0].id))
    return {one[0].id: one for one in windows if one[1].closes_on >= first[one[0].id]}


def _judge(
    visit: Visit, windows: _Windows, keys: Mapping[str, str], endings: dict[str, Ending], is_check: bool
) -> bool:
    """Writes the endings that a visit brings; whether it answered anything.

    What a check answers too late is merged into the contact that the check counts for; a report counts for none.
    """
    answered = False
    for name in windows:
        if name in endings or not (is_check or visit.answers == keys[name]):
            continue
        rule, window, anchor = windows[name]
        after = _next_after(name, windows)
        if (
            is_check
            and after
            and visit.visit_date > window.closes_on
            and visit.visit_date >= windows[after][1].opens_on
        ):
            endings[name] = Ending("missed_merged", merged_into=keys[after])
        elif visit.visit_date >= (anchor if rule.answers_before_open else window.opens_on):
            endings[name] = done(visit.visit_date, visit.event, window)
            answered = True
    return answered


def _next_after(name: str, windows: _Windows) -> str | None:
    """The next contact of the schedule: the first that goes on longer. One inside this one's own weeks is not after it."""
    order = list(windows)
    later = order[order.index(name) + 1 :]
    return next((one for one in later if windows[one][1].closes_on > windows[name][1].closes_on), None)


def _merge_by_clock(windows: _Windows, keys: Mapping[str, str], endings: dict[str, Ending], today: date) -> None:
    """When the next contact is overdue as well, one late contact is asked for, not two. One that is done never is.

    None is merged into one that is taken less seriously. One that never rises above info gives way as soon as the next
    begins.
    """
    waiting = [name for name in windows if name not in endings]
    for at, name in enumerate(waiting):
        rule, own, _ = windows[name]
        following = (one for one in waiting[at + 1 :] if weight_of(windows[one][0]) >= weight_of(rule))
        after = next(following, None)
        if after is None or not is_overdue(today, own.closes_on, own.grace):
            continue
        there = windows[after][1]
        if is_overdue(today, there.closes_on, there.grace) or (weight_of(rule) == 0 and today >= there.opens_on):
            endings[name] = Ending("missed_merged", merged_into=keys[after])
