"""Who is asking, as plain data: read once a request, handed down to every verb."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Grant:
    """A role on the whole site (both None), on a project, or on one form."""

    role_id: int
    project_id: int | None
    form_id: int | None


@dataclass(frozen=True)
class Caller:
    """`type` is user, field_key, public_link or anonymous. `villages` maps a care project to village ids, None meaning all."""

    actor_id: int | None = None
    type: str = "anonymous"
    display_name: str = ""
    grants: tuple[Grant, ...] = ()
    villages: dict[int, frozenset[int] | None] = field(default_factory=dict)
    home_project_id: int | None = None  # an app user's own project
    care_role: str | None = None  # an app user's: which lists of a care project it gets
    key: str | None = field(default=None, repr=False)  # the token of the key URL that was used, for the links we emit
    session_hash: bytes | None = field(default=None, repr=False)

    @property
    def is_anonymous(self) -> bool:
        return self.actor_id is None

    @property
    def is_person(self) -> bool:
        return self.type == "user"


ANONYMOUS = Caller()
