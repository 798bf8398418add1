"""What the clients of a soak saw: how long each operation took, what was not as it should be, and what was acknowledged."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

MOST_TOLD = 40


@dataclass(frozen=True)
class Sent:
    """A record that the server acknowledged, with the SHA-256 of each file by name."""

    instance_id: str
    files: dict[str, str]


@dataclass
class Tally:
    """Shared by all threads. `apart` counts what is no error and yet worth seeing, such as a wait that was asked for."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: Counter[str] = field(default_factory=Counter)
    apart: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, operation: str, seconds: float) -> None:
        with self.lock:
            self.took[operation].append(seconds)

    def set_apart(self, what: str) -> None:
        with self.lock:
            self.apart[what] += 1

    def fail(self, operation: str, what: str) -> None:
        with self.lock:
            self.failed[operation] += 1
            if len(self.told) < MOST_TOLD:
                self.told.append(f"{operation}: {what}")

    def acknowledge(self, one: Sent) -> None:
        with self.lock:
            self.sent.append(one)

    def as_json(self) -> dict[str, Any]:
        with self.lock:
            names = sorted({*self.took, *self.failed})
            return {
                "operations": {name: figures(self.took[name], self.failed[name]) for name in names},
                "apart": dict(self.apart),
                "told": list(self.told),
                "sent": [[one.instance_id, one.files] for one in self.sent],
            }


def figures(seconds: Iterable[float], errors: int) -> dict[str, float]:
    """Milliseconds."""
    row = sorted(1000 * one for one in seconds)
    if not row:
        return {"count": 0, "p50": 0.0, "p95": 0.0, "max": 0.0, "errors": errors}
    at = {name: row[min(len(row) - 1, int(len(row) * share))] for name, share in (("p50", 0.5), ("p95", 0.95))}
    return {
        "count": len(row),
        **{name: round(one, 1) for name, one in at.items()},
        "max": round(row[-1], 1),
        "errors": errors,
    }
