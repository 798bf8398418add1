"""An export as one archive that leaves while it is made: a CSV for each table, the files, the phones' audit logs."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple, TextIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import ColumnElement, exists, select

from forms.photos.leaving_out import leave_out_metadata
from server.blobs import CHUNK, BlobStore, FileDamaged
from server.clock import SHANGHAI
from server.models import Blob, SubmissionAttachment, SubmissionVersion
from server.reports.choices_seen import see_choices
from server.reports.csv_cells import Choices, guard_number
from server.reports.csv_rows import BOM, Export, write_line, write_table
from server.reports.queries import count_records
from server.reports.records import BATCH, Record
from server.reports.table import ROOT, FormTable, value_below

AUDIT = ("meta", "audit")
AUDIT_COLUMNS = (
    "event",
    "node",
    "start",
    "end",
    "latitude",
    "longitude",
    "accuracy",
    "old-value",
    "new-value",
    "user",
    "change-reason",
)
LINES_TOGETHER = 200
LEVEL = 3  # zlib's own 6 takes more than twice the time for a sixth fewer bytes
MANY_RECORDS = 200_000  # only an archive that may pass 2 GB uses zip64, which some old unpackers do not know
PACKED = frozenset([".jpg", ".jpeg", ".png", ".gif", ".webp", ".mp4", ".m4a", ".mp3", ".3gp", ".amr", ".zip", ".enc"])
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


class Pipe:
    """A file that nobody can seek in: what was written waits here until it is sent."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing to do: what was written is here."""

    def take(self) -> bytes:
        taken, self.waiting = b"".join(self.waiting), []
        return taken


class File(NamedTuple):
    """A stored file of a record."""

    record: Record
    name: str
    sha256: str
    size: int

    @property
    def is_audit(self) -> bool:
        return bool(value_below(self.record.values, AUDIT) == self.name)


@dataclass(frozen=True)
class Archive:
    """What an archive is made of. `form_id` names its tables' files; `photo_metadata`: photos go out as they came."""

    export: Export
    tables: dict[str, FormTable]
    form_id: str
    blobs: BlobStore
    with_files: bool
    now: datetime
    photo_metadata: bool = False
    pipe: Pipe = field(default_factory=Pipe)

    def write(self) -> Iterator[bytes]:
        with ZipFile(self.pipe, "w", ZIP_DEFLATED) as target:  # type: ignore[call-overload]
            large = count_records(self.export.db, self.export.source, self.export.narrowed) > MANY_RECORDS
            for name, table in file_names(self.form_id, self.tables):
                yield from self.add_text(target, name, self.lines(table), large)
            logs = self.audit_lines()
            if (first := next(logs, None)) is not None:
                name = f"{safe_name(self.form_id)} - audit.csv"
                yield from self.add_text(target, name, chain((first,), logs), large)
            if self.with_files:
                yield from self.add_files(target)
        yield self.pipe.take()

    @cached_property
    def choices(self) -> dict[str, Choices]:
        return see_choices(self.export, self.tables.values())

    def lines(self, table: FormTable) -> Iterator[str]:
        yield from write_table(self.export, table, self.choices.get(table.name, {}))

    def add_text(self, target: ZipFile, name: str, lines: Iterator[str], large: bool) -> Iterator[bytes]:
        """The entry's own head leaves first: for the table's, all records may have to be looked at (choices_seen.py)."""
        with target.open(self.entry(name), "w", force_zip64=large) as member:
            yield self.pipe.take()
            while text := "".join(islice(lines, LINES_TOGETHER)):
                member.write(text.encode())
                yield self.pipe.take()

    def add_files(self, target: ZipFile) -> Iterator[bytes]:
        """Every file once under `media/`; a second one of the same name and other bytes is numbered."""
        names: dict[str, set[str]] = {}
        for file in self.files():
            seen = names.setdefault(safe_name(file.name).casefold(), set())
            if file.is_audit or file.sha256 in seen or (source := self.open_file(file)) is None:
                continue
            entry = self.entry(f"media/{numbered(safe_name(file.name), len(seen))}")
            seen.add(file.sha256)
            entry.file_size = file.size
            entry.compress_type = ZIP_STORED if suffix(file.name) in PACKED else ZIP_DEFLATED
            with target.open(entry, "w") as member, source:
                while piece := source.read(CHUNK):
                    member.write(piece)
                    yield self.pipe.take()

    def open_file(self, file: File) -> BinaryIO | None:
        """The file as every door gives it: a photo without the place and the day that it tells (threats.md row 12).

        None for one that is gone or damaged: the rest of the records still leaves.
        """
        source = self.open_whole(file)
        if source is None:
            return None
        cleaned = None if self.photo_metadata else leave_out_metadata(source)
        source.seek(0)
        return source if cleaned is None else cast(BinaryIO, cleaned)

    def open_whole(self, file: File) -> BinaryIO | None:
        try:
            return self.blobs.open_whole(file.sha256, to_the_end=True)  # an archive that began cannot take it back
        except FileDamaged:  # the log names it
            return None

    def files(self) -> Iterator[File]:
        """The files that arrived, in the records' order."""
        records = replace(self.export, only=has_files()).records(self.tables[ROOT], counted=False)
        while batch := {record.version_id: record for record in islice(records, BATCH)}:
            rows = self.export.db.execute(
                select(
                    SubmissionAttachment.submission_version_id,
                    SubmissionAttachment.name,
                    Blob.sha256,
                    Blob.size,
                )
                .join(Blob, Blob.sha256 == SubmissionAttachment.blob_sha256)
                .where(SubmissionAttachment.submission_version_id.in_(batch), SubmissionAttachment.copy == 0)
                .order_by(SubmissionAttachment.submission_version_id.desc(), SubmissionAttachment.id)
            ).all()
            yield from (File(batch[version_id], name, sha256, size) for version_id, name, sha256, size in rows)

    def audit_lines(self) -> Iterator[str]:
        """All audit logs as one table; nothing at all when the form keeps none."""
        if not any(path == AUDIT for path, _ in self.tables[ROOT].leaves):
            return
        started = False
        for file in self.files():
            if not file.is_audit or (opened := self.open_whole(file)) is None:
                continue
            if not started:
                yield (BOM if self.export.options.bom else "") + write_line(["instance ID", *AUDIT_COLUMNS])
                started = True
            with TextIOWrapper(opened, encoding="utf-8", errors="replace", newline="") as source:
                yield from read_audit(source, file.record.instance_id, self.export.options.guarded)

    def entry(self, name: str) -> ZipInfo:
        entry = ZipInfo(name, self.now.astimezone(SHANGHAI).timetuple()[:6])
        entry.compress_type = ZIP_DEFLATED
        entry._compresslevel = LEVEL  # type: ignore[attr-defined]  # the archive's own level is only for entries that it makes itself
        return entry


def has_files() -> ColumnElement[bool]:
    """Whether files of a record arrived: most records have none, and are not read for them."""
    arrived = SubmissionAttachment.blob_sha256.is_not(None) & (SubmissionAttachment.copy == 0)
    return exists().where(SubmissionAttachment.submission_version_id == SubmissionVersion.id, arrived)


def read_audit(source: TextIO, instance_id: str, guarded: bool) -> Iterator[str]:
    """A phone's log, column by column by name; the rest of a log that is no CSV is left out."""
    lines = csv.DictReader(source)
    try:
        for line in lines:
            cells = [instance_id, *(line.get(name) or "" for name in AUDIT_COLUMNS)]
            yield write_line([guard_number(cell) for cell in cells] if guarded else cells)
    except csv.Error:
        return


def file_names(form_id: str, tables: dict[str, FormTable]) -> Iterator[tuple[str, FormTable]]:
    """`form.csv`, `form-member.csv`; repeats of one name are all numbered, `form-child~1.csv`, `form-child~2.csv`."""
    base = safe_name(form_id)
    often = Counter(table.repeat_name for table in tables.values())
    seen: Counter[str] = Counter()
    for table in tables.values():
        if table.parent is None:
            yield f"{base}.csv", table
            continue
        seen[table.repeat_name] += 1
        number = f"~{seen[table.repeat_name]}" if often[table.repeat_name] > 1 else ""
        yield f"{base}-{table.repeat_name}{number}.csv", table


def safe_name(name: str) -> str:
    """A name that no unpacker takes for a path."""
    return _UNSAFE.sub("_", name).strip(". ") or "_"


def numbered(name: str, number: int) -> str:
    if number == 0:
        return name
    path = PurePosixPath(name)
    return f"{path.stem}~{number}{path.suffix}"


def suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
