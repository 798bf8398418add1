"""Known flaws of what the lock file holds: `python -m tests.dependency_audit [LOCK]`, by pip-audit.

Exit code 1 when a pinned package has a known flaw. Where the list of flaws cannot be reached, nothing is known: that is
said, in so many words, and the code is 0, because a run without network is a run all the same.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
OUT_OF_REACH = "没有审计：连不上漏洞清单 / not audited: the list of known flaws is out of reach"
PATIENCE = 300  # seconds


def ask(lock: Path) -> str:
    """What pip-audit prints as JSON; "" when it came to nothing. Only names and versions leave this machine."""
    options = ["--disable-pip", "--no-deps", "--progress-spinner", "off", "--timeout", "10", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(lock), *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def judge(printed: str) -> tuple[int, list[str]]:
    """The exit code, and what to say."""
    try:
        packages: list[dict[str, Any]] = json.loads(printed)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, [OUT_OF_REACH]
    audited = [one for one in packages if "skip_reason" not in one]
    if not audited:
        return 0, [OUT_OF_REACH]
    flaws = [tell(one, flaw) for one in audited for flaw in one.get("vulns", ())]
    unknown = len(packages) - len(audited)
    sum_up = f"{len(audited)} 个包查过，{len(flaws)} 处已知漏洞，{unknown} 个查不到 / "
    return int(bool(flaws)), [
        *flaws,
        sum_up + f"{len(audited)} packages audited, {len(flaws)} known flaws, {unknown} unknown there",
    ]


def tell(package: dict[str, Any], flaw: dict[str, Any]) -> str:
    fixed = ", ".join(flaw.get("fix_versions", ())) or "-"
    return f"{package['name']} {package['version']}: {flaw['id']} → {fixed}"


def main(arguments: list[str]) -> int:
    code, lines = judge(ask(Path(arguments[0]) if arguments else LOCK))
    print(*lines, sep="\n", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
