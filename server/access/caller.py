"""Who is asking, as plain data: read once a request, handed down to every verb."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Grant:
    """A role on the whole site (both None), on a project, or on one form."""

    role_id: int
    project_id: int | None
    form_id: int | None


@dataclass(frozen=True)
class Handed:
    """Villages of another person's that are the caller's today."""

    project_id: int
    from_id: int
    village_ids: frozenset[int]


@dataclass(frozen=True)
class Opened:
    """A village that the caller opened for herself in an emergency, and until when. `id` is that of the row of it."""

    id: int
    project_id: int
    village_id: int
    ends_at: datetime


@dataclass(frozen=True)
class Caller:
    """`type` is user, field_key, public_link or anonymous. `villages` maps a care project to village ids, None meaning all.

    `handed` and `opened` come on top for a time (access/widening.py); `carrier_id` is the person who carries a phone.
    """

    actor_id: int | None = None
    type: str = "anonymous"
    display_name: str = ""
    grants: tuple[Grant, ...] = ()
    villages: dict[int, frozenset[int] | None] = field(default_factory=dict)
    home_project_id: int | None = None  # an app user's own project
    care_role: str | None = None  # an app user's: which lists of a care project it gets
    carrier_id: int | None = None
    handed: tuple[Handed, ...] = ()
    opened: tuple[Opened, ...] = ()
    today: date | None = None  # the Shanghai day on which a clinician asks: a woman's consent may have run out
    key: str | None = field(default=None, repr=False)  # the token of the key URL that was used, for the links we emit
    session_hash: bytes | None = field(default=None, repr=False)
    last_used_at: datetime | None = None  # of the session, as it was written down last
    only_sends: bool = False  # a phone of a care project whose carrier works there no longer (caller_of_key)
    once: bool = False  # a public link that takes one record
    must_add_factor: bool = False  # her role asks for more than a password: no rights until she has set it up

    @property
    def is_anonymous(self) -> bool:
        return self.actor_id is None

    @property
    def is_person(self) -> bool:
        return self.type == "user"

    @property
    def person_id(self) -> int | None:
        """The actor id of the person who asks: herself, or who carries the phone."""
        return self.actor_id if self.is_person else self.carrier_id


ANONYMOUS = Caller()
