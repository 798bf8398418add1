"""Who is to be visited next, and who was told of it."""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class FollowUp(Base):
    """Derived from care events by the rules; `visit_key` and `made_at` stay when it is worked out again.

    `key` is server/followups/due.key_of, so a correction moves a row and makes no second one. `visit_key` is a random v4:
    what a phone knows it by. `state` is one of due.TASK_STATES, one of due.END_STATES, or `superseded` (no longer asked
    for: then `cause` says why); `stands_on` is the day on which the row last said something new, or others heard of it.
    A row whose reason vanished stays: that a visit was asked for is data.
    After `latest_on`, if there is one, nobody asks any more. `look_on` is the next day on which its state, severity or text
    changes by itself; null once nothing does.
    `escalates_on` is the day from which more people hear of it, once one is known (followups/standing.py). By people's acts
    (FollowUpAct): `snoozed_until` is the day on which it comes back; `given_to_id` whose it is up to `given_until`.
    `waits_for_sync`: more people were to hear of it, and first the worker's phone is to synchronise (syncing.py).
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        UniqueConstraint("project_id", "key"),
        Index("ix_follow_up_subject", "project_id", "subject_list", "subject"),
        Index("ix_follow_up_village", "project_id", "village_code", "ended", "due_on"),
        # All that counting what waits looks at, as it asks for it: the board of a large town reads this and no rows.
        Index(
            "ix_follow_up_waiting",
            *("project_id", "village_code", "opens_on", "due_on", "overdue_from", "latest_on", "inside", "severity"),
            *("subject_list", "subject"),
            sqlite_where=text("ended IS 0"),
            postgresql_where=text("ended IS false"),
        ),
        Index("ix_follow_up_look_on", "project_id", "look_on"),
        Index("ix_follow_up_waits_for_sync", "waits_for_sync", "project_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    key: Mapped[str]
    visit_key: Mapped[str] = mapped_column(unique=True)
    rule: Mapped[str]
    rule_version: Mapped[int]
    rule_hash: Mapped[str]
    subject_list: Mapped[str]
    subject: Mapped[str]
    episode: Mapped[str | None]
    anchor_event: Mapped[str]
    occurrence: Mapped[int]
    village_code: Mapped[str]
    form_id: Mapped[str]
    opens_on: Mapped[date]
    due_on: Mapped[date]
    closes_on: Mapped[date]
    overdue_from: Mapped[date]
    latest_on: Mapped[date | None]
    proposed_on: Mapped[date]
    state: Mapped[str]
    ended: Mapped[bool]  # not asked for any more: an end state or superseded
    severity: Mapped[str]
    stands_on: Mapped[date]
    look_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    answered_by: Mapped[str | None]
    inside: Mapped[str | None]
    merged_into: Mapped[str | None]
    cause: Mapped[str | None]
    escalates_on: Mapped[date | None]
    snoozed_until: Mapped[date | None]
    given_to_id: Mapped[int | None] = mapped_column(BigId)
    given_until: Mapped[date | None]
    waits_for_sync: Mapped[bool] = mapped_column(default=False, server_default=false())
    why_json: Mapped[str] = mapped_column(SealedText("follow_up.why_json"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Notification(Base):
    """Kept. One word to one person about one occasion, by one channel; the unique key makes a second one impossible.

    Without a recipient it is a word to the town's own bot. `occasion` is the follow-up's key with its level
    (notices.LEVELS); a digest's is its day. `channel` is inbox, email or one of channels.KINDS. `state`: waiting (for
    `not_before`: quiet hours, the digest's hour), sending (claimed), sent, taken_back (its reason vanished; one that was
    sent stays listed, crossed out), failed (given up after `tries`; `why` is a word of handing_over.REASONS and a number).
    Outside of the inbox `sent_at` is written before the text is handed over: with `failed` it means that nobody knows
    whether it went.
    No row holds a name, a method or a word of health: the text is made of `kind` and numbers when it is shown.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("occasion", "recipient_id", "channel"),
        Index("ix_notification_next", "state", "not_before"),
        Index("ix_notification_recipient", "recipient_id", "channel", "created_at"),
        Index("ix_notification_kind", "kind", "taken_back_at"),
        Index(
            "uq_notification_town",
            "project_id",
            "occasion",
            "channel",
            unique=True,
            sqlite_where=text("recipient_id IS NULL"),
            postgresql_where=text("recipient_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    occasion: Mapped[str]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    channel: Mapped[str]
    kind: Mapped[str]  # due, overdue, escalated, digest
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up.id"), index=True)
    state: Mapped[str]
    not_before: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    why: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    taken_back_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class NotificationWish(Base):
    """Kept. How somebody wants to be told; without a row the defaults of server/followups/wishes.py hold."""

    __tablename__ = "notification_wish"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True, autoincrement=False)
    by_email: Mapped[bool]
    summaries_only: Mapped[bool]  # of mails: none for a single visit, unless it is critical
    digest_at: Mapped[time]  # of the Shanghai day
    quiet_from: Mapped[time]
    quiet_until: Mapped[time]
    quiet_noon: Mapped[bool]
    changed_at: Mapped[datetime]


class ScheduleChoice(Base):
    """Kept. Which schedule (ruleset.PROFILES) a pregnancy follows from that instant on; without `pregnancy` all of the town's
    that have no choice of their own. `town` as a pregnancy's own: as the town has it."""

    __tablename__ = "schedule_choice"
    __table_args__ = (Index("ix_schedule_choice_pregnancy", "project_id", "pregnancy"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    pregnancy: Mapped[str | None]
    profile: Mapped[str]
    chosen_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    chosen_at: Mapped[datetime]


class FollowUpTally(Base):
    """Kept for some runs of the daily step. How many follow-ups there are on the whole server, and how many of each kind.

    `created` is counted by itself: where it is not `waiting` + `done` + `stopped`, some row says two things of itself.
    """

    __tablename__ = "follow_up_tally"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    counted_at: Mapped[datetime]
    created: Mapped[int]
    waiting: Mapped[int]
    done: Mapped[int]
    stopped: Mapped[int]

    @property
    def holds(self) -> bool:
        return self.created == self.waiting + self.done + self.stopped
