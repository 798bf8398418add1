"""Counts what a pack holds, of a whole town, by rules that hold for every number: small ones are hidden, nobody is named.

What was done is of the month itself; what is due, the phones and the store are as they stand that day.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Final

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from geo.masking import K
from server import clock
from server.access.small_numbers import Counted, OnPaper, tell_nobody_yet
from server.clock import SHANGHAI
from server.db import Database
from server.followups.lists_for_pages import list_phones
from server.followups.on_time import DONE
from server.followups.queries import is_counted
from server.followups.supply_reading import ON_PAPER, read_store
from server.followups.supply_words import ITEMS
from server.followups.town_board import board_of_town, lines_of_board
from server.followups.windows import add_months
from server.models import FollowUp, QualityFlag, QualityMeasure, Submission
from server.reports.indicators.live import heard_in
from server.reports.pack.facts import SUBJECTS, TIMES, Facts, Stock

SILENT: Final = 3
"""Days without a word from a phone, as on the page of due visits."""
SOON: Final = timedelta(days=90)
"""So long before its expiry the page of supplies begins to point at a lot (domain.md 2.6, STOCK)."""


def gather_facts(database: Database, project_id: int, month: date, now: datetime) -> Facts:
    """`month` is its first day. Counts, then notes in one transaction what is told with it."""
    today = clock.today(now)
    with database.reading() as db:
        due, elsewhere = lines_of_board(db, project_id, today)
        of_month = {done_measure(month): count_done(db, project_id, month)}
        of_month[flags_measure(month)] = Counted(count_flags(db, project_id, month))
        phones, stock, waits = (
            list_phones(db, project_id),
            stock_of(db, project_id, today),
            waits_of(db, project_id, month),
        )
    spoken = [clock.today(one.last_used_at) for one in phones if one.last_used_at]
    told: OnPaper = tell_nobody_yet(database, project_id, due | of_month, now)
    board = board_of_town({name: told.lines[name] for name in due}, elsewhere)
    return Facts(
        made_on=today,
        phones=len(phones),
        spoke=sum(day == today for day in spoken),
        silent=len(phones) - sum((today - day).days < SILENT for day in spoken),
        board=board,
        heard=sorted(heard_in(board, phones, today)),
        done=told.lines[done_measure(month)],
        flags=told.lines[flags_measure(month)],
        waits=waits,
        stock=stock,
        releases=told.releases,
    )


def done_measure(month: date) -> str:
    return f"pack done {month:%Y-%m}"


def flags_measure(month: date) -> str:
    return f"pack questions {month:%Y-%m}"


def count_done(db: Session, project_id: int, month: date) -> Counted:
    """Follow-ups that were answered in a month: about whom, and whether by their last day. Many of few people are not told."""
    done_on = func.coalesce(FollowUp.answered_on, FollowUp.stands_on)
    in_time = case((or_(FollowUp.state == "done_on_time", done_on <= FollowUp.closes_on), "in_time"), else_="late")
    query = (
        select(FollowUp.subject_list, FollowUp.subject, in_time, func.count())
        .where(FollowUp.project_id == project_id, FollowUp.state.in_(DONE), FollowUp.inside.is_(None), is_counted())
        .where(done_on >= month, done_on < add_months(month, 1))
        .group_by(FollowUp.subject_list, FollowUp.subject, in_time)
    )
    found = {f"{about} {one}": 0 for about in SUBJECTS for one in TIMES}
    people: dict[str, set[str]] = {key: set() for key in found}
    for about, whom, one, number in db.execute(query):
        found[f"{about} {one}"] += number
        people[f"{about} {one}"].add(whom)
    few = {key for key, number in found.items() if number >= K and len(people[key]) < K}
    return Counted(found, withheld=few, no_total=bool(few) and len(set().union(*people.values())) < K)


def count_flags(db: Session, project_id: int, month: date) -> Mapping[str, int]:
    """Questions about how records were made, found in a month, by kind. They are about records, and nobody's here."""
    query = (
        select(QualityFlag.kind, func.count())
        .join(Submission, Submission.id == QualityFlag.submission_id)
        .where(QualityFlag.project_id == project_id, Submission.deleted_at.is_(None))
        .where(QualityFlag.found_at >= instant(month), QualityFlag.found_at < instant(add_months(month, 1)))
        .group_by(QualityFlag.kind)
    )
    return dict(db.execute(query).all())


def instant(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def waits_of(db: Session, project_id: int, month: date) -> float | None:
    """Days from a visit to its receipt, the median of the month's records."""
    query = (
        select(QualityMeasure.day, Submission.created_at)
        .join(Submission, Submission.id == QualityMeasure.submission_id)
        .where(QualityMeasure.project_id == project_id, Submission.deleted_at.is_(None))
        .where(QualityMeasure.day >= month, QualityMeasure.day < add_months(month, 1))
    )
    waits = Counter(max(0, (clock.today(came) - day).days) for day, came in db.execute(query))
    return float(median(waits.elements())) if waits else None


def stock_of(db: Session, project_id: int, today: date) -> list[Stock]:
    """By item, in the order of their list. It is about packages and nobody's: handing out is told five at a time."""
    lots = [one for one in read_store(db, project_id, ON_PAPER).standing if one.left > 0]
    found = []
    for item in ITEMS:
        here = [one for one in lots if one.item == item]
        soon = sum(one.left for one in here if one.expires_on <= today + SOON)
        first = min((one.expires_on for one in here), default=None)
        found.append(Stock(item, sum(one.left for one in here), len(here), soon, first))
    return found
