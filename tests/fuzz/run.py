"""One parser under atheris for some time: `python -m tests.fuzz.run TARGET SECONDS FOLDER`.

FOLDER keeps what was found worth keeping, and a file `crash-…` with the bytes that broke it. Exit code 0: nothing did.
A parser that takes longer than 20 seconds for one input, or 2 GB, has crashed too.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["forms", "geo", "server"], enable_loader_override=False):
    from tests.fuzz.targets import TARGETS


def main(name: str, seconds: int, folder: Path) -> None:
    target = TARGETS[name]
    kept = folder / "kept"
    kept.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (kept / f"seed-{number}").write_bytes(seed)
    options = {
        "max_total_time": seconds,
        "max_len": target.longest,
        "artifact_prefix": f"{folder}/",
        "timeout": 20,
        "rss_limit_mb": 2048,
        "print_final_stats": 1,
        "verbosity": 1,
    }
    atheris.Setup(
        [sys.argv[0], *(f"-{option}={value}" for option, value in options.items()), str(kept)], target.try_one
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
