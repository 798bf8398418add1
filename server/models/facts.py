"""What of a project, a form and a version decides who may what, and names them to a phone: without the rest of their rows.

A row read whole becomes an object of the session, which costs more than the question. Doors that phones ask at every sync
read these instead; whoever decides takes both.
"""

from datetime import datetime
from typing import NamedTuple, Protocol


class AnyProject(Protocol):
    """A project's row, or its facts."""

    @property
    def id(self) -> int: ...

    @property
    def kind(self) -> str: ...


class AnyForm(Protocol):
    """A form's row, or its facts."""

    @property
    def id(self) -> int: ...

    @property
    def xml_form_id(self) -> str: ...

    @property
    def state(self) -> str: ...


class AnyVersion(Protocol):
    """A form version's row, or its facts."""

    @property
    def id(self) -> int: ...

    @property
    def form_id(self) -> int: ...

    @property
    def version(self) -> str: ...

    @property
    def name(self) -> str | None: ...

    @property
    def md5(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def published_at(self) -> datetime | None: ...


class AnySlot(Protocol):
    """A file that a version of a form expects."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...


class ProjectFacts(NamedTuple):
    id: int
    kind: str


class FormFacts(NamedTuple):
    id: int
    xml_form_id: str
    state: str


class VersionFacts(NamedTuple):
    id: int
    form_id: int
    version: str
    name: str | None
    md5: str
    sha256: str
    published_at: datetime | None
