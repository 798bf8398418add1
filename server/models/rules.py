"""A town's own versions of the follow-up rules, who signed which, which are switched on, and moving tasks between them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId


class RuleVersion(Base):
    """Kept. One version of a rule that a town wrote, as YAML: a draft, then published and never changed again.

    `rule` is the id of a rule that comes with the product. `version` counts from town_rules.FIRST_OF_A_TOWN on. `whose` and
    `content_hash` are what the text says (ruleset.Rule). A trigger keeps published rows as they are.
    """

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("project_id", "rule", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    rule: Mapped[str]
    version: Mapped[int]
    text: Mapped[str]
    content_hash: Mapped[str]
    whose: Mapped[str]
    state: Mapped[str]  # draft or published
    made_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    published_at: Mapped[datetime | None]


class RuleSignature(Base):
    """Kept. A clinician of the town put her name to the very content of one version; taken back, it stays with its day."""

    __tablename__ = "rule_signature"
    __table_args__ = (Index("ix_rule_signature_rule", "project_id", "rule", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    rule: Mapped[str]
    version: Mapped[int]
    content_hash: Mapped[str]
    signed_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    signed_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    withdrawn_at: Mapped[datetime | None]


class RuleSwitch(Base):
    """Kept. A rule was switched on or off in a town; the last row of a rule counts, without one the rule's own word."""

    __tablename__ = "rule_switch"
    __table_args__ = (Index("ix_rule_switch_rule", "project_id", "rule"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    rule: Mapped[str]
    enabled: Mapped[bool]
    switched_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    switched_at: Mapped[datetime]


class RuleMigration(Base):
    """Kept. Open tasks of a rule move to a version. It holds from `confirmed_at` on; until then somebody only looked at it."""

    __tablename__ = "rule_migration"
    __table_args__ = (Index("ix_rule_migration_rule", "project_id", "rule"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    rule: Mapped[str]
    to_version: Mapped[int]
    previewed_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    previewed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    confirmed_at: Mapped[datetime | None]


class RuleRun(Base):
    """Kept. Work on everybody of a town that a rule asks for, done in batches: `kind` simulate, preview or apply.

    `simulate` works out what a draft would change and writes its counts alone, `preview` what a migration would move;
    `apply` brings the follow-ups in line. `rule`, `version` and `content_hash` are what it is about. `after_list` and
    `after_id` are the last subject that was done, `done` how many of `total` subjects. `from_day`: it begins on that day.
    `found_json` are counts, never anybody's uuid. `failed` are subjects that could not be worked out.
    """

    __tablename__ = "rule_run"
    __table_args__ = (
        Index("ix_rule_run_open", "finished_at", "from_day"),
        Index("ix_rule_run_rule", "project_id", "rule"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str]
    rule: Mapped[str]
    version: Mapped[int]
    content_hash: Mapped[str]
    from_day: Mapped[date]
    after_list: Mapped[int]
    after_id: Mapped[int] = mapped_column(BigId)
    done: Mapped[int]
    total: Mapped[int]
    failed: Mapped[int]
    found_json: Mapped[str]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
