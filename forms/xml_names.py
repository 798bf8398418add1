"""Which documents may be parsed in a thread that lives on.

libxml2 keeps every name it has seen in a dictionary of the thread and never forgets one, so that documents full of
made-up names fill the memory for good (measured: 8 MB kept of each 8 MB). A thread that ends takes its dictionary
along, but starting one costs several times more than parsing an ordinary record. So each thread keeps a ledger.
"""

import re

# Larger documents are always parsed apart: starting a thread is small beside parsing them.
SMALL = 16_384
SAMPLE = 16
BUDGET = 8_000_000

_NAMES = re.compile(
    rb"<[^\s/>!?]++|\sxmlns[^\s=]*+\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')|\s[^\s=<>\"'/]++\s*+=",
)


class NameLedger:
    """What one thread's parser has been made to remember, estimated from one document in sixteen.

    Ordinary forms have few names and never use the budget up. When it is used up, every document is looked at, and one
    with a name not seen before is to be parsed apart.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self.left = budget
        self._seen: set[bytes] = set()

    def may_parse_here(self, data: bytes) -> bool:
        """Whether this document may be parsed in the ledger's own thread; notes its names if so."""
        if len(data) > SMALL:
            return False
        # The hash of bytes differs from process to process: a sender cannot know which documents are looked at.
        if self.left > 0 and hash(data) % SAMPLE:
            return True
        new = set(_NAMES.findall(data)) - self._seen
        if new and self.left <= 0:
            return False
        self.left -= SAMPLE * sum(map(len, new))
        self._seen |= new
        return True
