"""What the submission doors hand over, and what they get back."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from forms.instance import Instance, read_values
from server.access.allow import Scope
from server.blobs import Stored
from server.publishing.versions import Asked


class StoredFile(NamedTuple):
    """A file that is on disk already."""

    name: str
    content_type: str
    stored: Stored


@dataclass(frozen=True)
class Item:
    """One filled form, parsed and allowed by a door that only read.

    `own_only`: an app user may correct only what it sent itself; who may correct others' does it within `scope` (None: of
    anybody). `strict`: the REST door, where a known id is an error. `once`: it came by a link that takes one record.
    """

    asked: Asked
    instance: Instance
    xml: bytes
    files: tuple[StoredFile, ...]
    actor_id: int | None
    device_id: str | None
    user_agent: str | None
    now: datetime
    own_only: bool = False
    strict: bool = False
    scope: Scope | None = None
    once: bool = False

    @cached_property
    def values(self) -> dict[str, Any]:
        """Its answers as `read_values` gives them, read once for all who only look at them; {} of an encrypted one."""
        return {} if self.instance.encrypted else read_values(self.instance, self.asked.schema)


NAMELESS: Final = 0
"""The id of what has none: of feedback no row says which record it was (intake/feedback.py)."""


class Receipt(NamedTuple):
    """What became of an item: `new`, `again` (an identical resend), `edit`, or `nameless`. `word` is what its sender is told."""

    kind: str
    submission_id: int
    submission_version_id: int
    word: str = "Received and safe on the server."

    @property
    def is_news(self) -> bool:
        return self.kind in ("new", "edit")


Outcome = Receipt | Exception
