"""What a comparison of both sides is told: counts, digests, and the names of what is not the same."""

from server.moving.bringing import Bringing
from server.moving.central_source import CentralSource
from server.moving.report import Digest


class Comparison:
    """Digests of both sides, and the counts beside them."""

    def __init__(self, bringing: Bringing, source: CentralSource) -> None:
        self.bringing, self.source, self.report = bringing, source, bringing.report
        self.there, self.here = Digest(), Digest()
        self.done = self.of = 0

    def begin(self, of: int) -> None:
        """So many records and entities are to be compared."""
        self.done, self.of = 0, of
        self.bringing.progress(0, of)

    def go_on(self, number: int) -> None:
        self.done += number
        self.bringing.progress(self.done, self.of)

    def count(self, kind: str, there: int, here: int) -> None:
        self.report.there[kind] += there
        self.report.here[kind] += here

    def differ(self, kind: str, which: str) -> None:
        self.report.leave(kind, which, "differs")

    def finish(self, name: str) -> None:
        """What was added so far is one part of the report."""
        self.report.digests[name] = self.there.value(), self.here.value()
        self.there, self.here = Digest(), Digest()
