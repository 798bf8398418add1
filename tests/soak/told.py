"""What a soak says at its end: a table to read, and the same as JSON."""

import json
import re
from pathlib import Path
from typing import Any

from tests.sizes import ROOT

FOLDER = ROOT / "build" / "soak"
WRONG = re.compile(
    r"\b(ERROR|CRITICAL|Traceback|uncaught)\b|unforeseen error|\bfailed\b|ended with|could not be|do not add up"
    r"|are written again"  # what costs each record twice is a fault of ours where nobody sends anything odd
)


def wrong_lines(lines: list[str]) -> list[str]:
    """Those of a server's log that speak of an error. Loggers of a worker write no level, so that words tell."""
    return [line.rstrip() for line in lines if WRONG.search(line)]


def as_table(told: dict[str, Any]) -> str:
    """`told` as the test writes it."""
    lines = [f"\nsoak on {told['database']}: {told['phones']} phones, {told['seconds']:.0f} s, {told['cores']} cores"]
    lines.append(f"{'operation, ms':38}{'count':>8}{'p50':>9}{'p95':>9}{'max':>10}{'errors':>8}")
    for name, row in told["operations"].items():
        count, errors = int(row["count"]), int(row["errors"])
        lines.append(f"{name:38}{count:8}{row['p50']:9.1f}{row['p95']:9.1f}{row['max']:10.1f}{errors:8}")
    memory = told["memory"]
    figures = ", ".join(f"{name} {memory[name]:.0f}" for name in ("start", "middle", "end", "most"))
    lines.append(f"memory (PSS of all processes), MB: {figures}")
    lines.append(f"CPU of the server, s: {told['cpu_seconds']:.0f}")
    lines += [f"apart: {what}: {number}" for what, number in sorted(told["apart"].items())]
    lines += [f"error: {what}" for what in (*told["told"], *told["log"], *told["lost"])]
    return "\n".join(lines)


def keep(told: dict[str, Any], looks: list[tuple[float, float]]) -> Path:
    """Beside those of earlier runs of the same size on the other database."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{told['database'].lower()}-{told['phones']}-phones.json"
    file.write_text(json.dumps({**told, "looks": looks}, indent=1), encoding="utf-8")
    return file
