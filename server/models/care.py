"""Whom the service cares for, worked out from what was sent; and what consent lets nobody read."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText

HEALTH_FORMS: Final = frozenset(
    {"woman_consent", "pregnancy_registration", "antenatal_check", "delivery_postnatal", "contraception_followup"}
    | {"referral_outcome", "migrant_transfer"}
)
"""The forms (by form id) whose records in a care project are health records: F2 to F6, F8 and F13 of domain.md 3."""
HER_FILES: Final = ("women.csv", "pregnancies.csv", "contraception_episodes.csv", "referrals.csv", "transfers.csv")
"""The lists about women, as forms choose from them. A record of any other form that chose somebody there is one, too."""
WORKERS: Final = "workers"
"""The list of the people who work in a care project: the server makes its rows (registry/workers.py)."""
TRAINING: Final = "training_quiz"
"""The form (F10) whose records are a worker's own results: in a care project they are for its trainers alone."""
BACK_CHECK: Final = "back_check"
"""The form (F11) by which somebody else asks whether a service took place: its record goes by the record that it checks."""
BENEFIT: Final = "benefit_case"
"""The form (F12) by which a household's benefit is followed: in a care project its records are for benefit officers alone."""
BENEFIT_CASES: Final = "benefit_cases"
"""The list that F12 writes, and `CareEvent.subject_list` of its records: whom a case is about, no list of women knows."""
SET_ASIDE: Final = "set aside"
ABOUT_WOMEN: Final = ("women", SET_ASIDE)
"""`CareEvent.subject_list` of what is about a woman. SET_ASIDE: the office rejected or deleted the record, so nothing follows
from it; it stays hers, and goes by what she agreed to.
"""


class CareEvent(Base):
    """Derived. What one record's current version tells of a woman or a household: the only thing that facts are made of.

    There is one row a submission. `subject` is the uuid of an entity of `subject_list` (women, households, benefit_cases;
    SET_ASIDE of women has neither answers nor episode), `episode` that of a pregnancy or a method episode. `event` is the
    instanceID of the record's first version, so a correction keeps it. `data_json` holds the answers that rules read, as
    registry/telling.py wrote them; none of a form of the town's own that names her (registry/named.py). `told_of` is the
    uuid that the record gave, where that registration counts as another's (PersonMerge): `subject` is the one that is kept.
    """

    __tablename__ = "care_event"
    __table_args__ = (Index("ix_care_event_subject", "project_id", "subject_list", "subject"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    submission_version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    event: Mapped[str]
    form_id: Mapped[str]
    subject_list: Mapped[str]
    subject: Mapped[str]
    episode: Mapped[str | None] = mapped_column(index=True)
    visit_date: Mapped[date]
    received_at: Mapped[datetime]
    data_json: Mapped[str] = mapped_column(SealedText("care_event.data_json"))
    told_of: Mapped[str | None]


class NamedWoman(Base):
    """Derived. One more woman whom a record of a form of the town's own names, beside her whom its CareEvent is about.

    All that consent, sharing, keeping unused and removing say of a record is asked of her, too.
    """

    __tablename__ = "named_woman"
    __table_args__ = (Index("ix_named_woman_woman_uuid", "project_id", "woman_uuid"),)

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    woman_uuid: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))


class Household(Base):
    """Derived. One home of the list `households`, with what its visits (F1) said last."""

    __tablename__ = "household"
    __table_args__ = (UniqueConstraint("project_id", "uuid"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    uuid: Mapped[str]
    label: Mapped[str] = mapped_column(SealedText("household.label"))
    village_code: Mapped[str] = mapped_column(index=True)
    hamlet: Mapped[str | None]
    door_code: Mapped[str | None] = mapped_column(SealedText("household.door_code"))
    consents: Mapped[bool]
    no_contact_before: Mapped[date | None]
    last_visit_on: Mapped[date | None]


class Woman(Base):
    """Derived. A woman who registered herself (F2), with each consent as it stands. Her label masks her name.

    `consent_until` is the last day of `consent_service`; `withdrawn_on` the day she took it back, until she gives it anew.
    """

    __tablename__ = "woman"
    __table_args__ = (
        UniqueConstraint("project_id", "uuid"),
        Index("ix_woman_assigned_worker", "project_id", "assigned_worker"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    uuid: Mapped[str]
    label: Mapped[str] = mapped_column(SealedText("woman.label"))
    village_code: Mapped[str] = mapped_column(index=True)
    household_uuid: Mapped[str | None]  # only while consent_location stands
    assigned_worker: Mapped[str | None]  # the number of the person's account, whichever name of her the record gave
    consent_service: Mapped[bool]
    consent_until: Mapped[date | None]
    consent_reminder: Mapped[bool]
    consent_share_clinic: Mapped[bool]
    consent_location: Mapped[bool]
    consent_stats: Mapped[bool]
    withdrawn_on: Mapped[date | None]


class Pregnancy(Base):
    """Derived. A pregnancy that she wished to register (F3, F4, F5). `status` is ongoing, gave_birth or ended (any loss)."""

    __tablename__ = "pregnancy"
    __table_args__ = (UniqueConstraint("project_id", "uuid"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    uuid: Mapped[str]
    woman_uuid: Mapped[str] = mapped_column(index=True)
    registered_on: Mapped[date]
    ga_anchor: Mapped[date | None]
    dated_by: Mapped[str | None]  # art, ultrasound, lmp, clinician
    status: Mapped[str]
    ended_on: Mapped[date | None]


class ContraceptionEpisode(Base):
    """Derived. One method that she chose (F6)."""

    __tablename__ = "contraception_episode"
    __table_args__ = (UniqueConstraint("project_id", "uuid"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    uuid: Mapped[str]
    woman_uuid: Mapped[str] = mapped_column(index=True)
    method: Mapped[str] = mapped_column(SealedText("contraception_episode.method"))
    wants_follow_up: Mapped[bool]
    started_on: Mapped[date | None]
    last_injection_on: Mapped[date | None]
    supply_until: Mapped[date | None]
    ended_on: Mapped[date | None]


class Seal(Base):
    """Kept. Why a record is sealed (`Submission.sealed`): nobody reads it and nothing follows from it.

    `reason` is no_consent (she did not give it, it ran out or was taken back), unknown (the person or episode that it
    is about has not arrived). `waits_for` is the uuid of her or of the episode: whatever comes of it next looks at the
    record again. Further reasons: unread (not looked at yet, or our reading failed); erased (she asked for her data to be
    removed), minimised (its time was over) and case_removed (registry/case_erasing.py): those are empty.
    """

    __tablename__ = "seal"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    reason: Mapped[str]
    waits_for: Mapped[str | None] = mapped_column(index=True)
    sealed_at: Mapped[datetime]


class Tombstone(Base):
    """Kept. A hash of the uuid of somebody who asked to be removed, so that late offline records cannot bring her back."""

    __tablename__ = "tombstone"
    __table_args__ = (UniqueConstraint("project_id", "uuid_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    uuid_hash: Mapped[bytes]
    made_at: Mapped[datetime]
