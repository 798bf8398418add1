"""The process in which GDAL reads and writes (gdal.py starts it): run as a file, it imports nothing of ours.

A task as a line of JSON on standard input. Behind it the bytes of a file that is read, and the answer is JSON on standard output;
or the parts of one that is written, a line each, and nothing is said.
"""

import json
import os
import sys
import warnings
from typing import Any, BinaryIO

import numpy as np
from pyogrio import raw


def main() -> None:
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever GDAL remarks is no answer
    told = work(sys.stdin.buffer)
    with os.fdopen(answer, "wb") as out:
        out.write(json.dumps(told).encode())


def work(asked: BinaryIO) -> Any:
    task = json.loads(asked.readline())
    return write(asked, **task) if "path" in task else read(asked.read(), **task)


def read(data: bytes, **options: Any) -> dict[str, Any]:
    """Names of columns and the columns, the shapes as WKB in hex, and the coordinate system."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks about the name it was not given
        meta, _, shapes, columns = raw.read(data, force_2d=True, **options)
    return {
        "names": [str(name) for name in meta["fields"]],
        "columns": [[plain(value) for value in column] for column in columns],
        "shapes": [None if shape is None else shape.hex() for shape in shapes],
        "crs": meta["crs"],
    }


def plain(value: Any) -> Any:
    """numpy scalars as Python's own, so that properties are JSON; 12-digit codes often come as 5.1e11."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def write(asked: BinaryIO, **options: Any) -> None:
    """Part after part; one that is not whole is of somebody who gave up."""
    for number, line in enumerate(asked):
        shapes, columns = json.loads(line)
        raw.write(
            geometry=np.array([None if one is None else bytes.fromhex(one) for one in shapes], dtype=object),
            field_data=[np.array(column, dtype=object) for column in columns],
            append=number > 0,
            **options,
        )


if __name__ == "__main__":
    main()
