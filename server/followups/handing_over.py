"""What may become of a text that is handed to somebody else's server: known to be taken, known not to be, or not known."""

from datetime import timedelta
from typing import Final

REASONS: Final = (
    "refused",  # a no for good; of a mail server nothing more is said
    "no_answer",  # nobody was reached
    "busy",  # a no for now
    "unknown",  # it was on its way and nobody heard the answer
    "not_allowed",  # the address is one that we do not call
    "redirected",  # the answer leads elsewhere, where we do not go
    "status",  # an HTTP status that is no yes
    "code",  # a bot's own number that is no yes
    "no_gateway",  # the town has no gateway for text messages
    "push_off",  # the town has web push switched off
    "no_browser",  # web push is tried from a person's own browser
    "gone",  # the browser has given its address up
    "not_whole",  # what was stored of the address cannot be used
)
"""Why a word did not come through, with a number behind a colon for some: `status:404`. Never a gateway's own words."""


class HandOver(Exception):
    """`why` is a word of REASONS; `said` what a gateway said, for the one who tries it out, never stored."""

    def __init__(self, why: str = "", said: str = "") -> None:
        super().__init__(why)
        self.why, self.said = why, said


class Delayed(HandOver):
    """It was not taken, for now; `after` is how long the other side asked us to wait."""

    def __init__(self, why: str = "no_answer", said: str = "", after: timedelta = timedelta(0)) -> None:
        super().__init__(why, said)
        self.after = after


class Refused(HandOver):
    """It was not taken, and will not be: no such address, or nothing we could say better."""

    def __init__(self, why: str = "refused", said: str = "") -> None:
        super().__init__(why, said)


class Unknown(HandOver):
    """The connection broke after the text was sent and before the answer."""

    def __init__(self, why: str = "unknown", said: str = "") -> None:
        super().__init__(why, said)
