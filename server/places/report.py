"""What an import of boundaries did, or would do: for the command line, the page and the row that is kept."""

from dataclasses import asdict, dataclass, field
from typing import Any

from geo.topology import Gap, Overlap, Repair

FEW = 20


@dataclass(frozen=True)
class Move:
    """So many records leave one village for another; None is an unknown village."""

    from_code: str | None
    to_code: str | None
    records: int


@dataclass(frozen=True)
class ImportReport:
    """Villages by code. Areas in square metres. `boundary_set_id` is None for a dry run."""

    dry_run: bool
    source_name: str
    source_crs: str
    format: str
    villages: int
    added: list[str]
    changed: list[str]
    renamed: list[str]
    retired: list[str]
    overlaps: list[Overlap]
    gaps: list[Gap]
    repaired: list[Repair]
    moves: list[Move]
    boundary_set_id: int | None = None
    names: dict[str, str] = field(default_factory=dict)

    @property
    def records_moved(self) -> int:
        """How many records change their village, an unknown one counted as a village."""
        return sum(move.records for move in self.moves)

    @property
    def slivers(self) -> int:
        """How many overlaps and gaps are thin strips along a border that was drawn twice."""
        return sum(one.is_sliver for one in self.overlaps) + sum(one.is_sliver for one in self.gaps)

    def as_json(self) -> dict[str, Any]:
        """The report with plain values only."""
        return {**asdict(self), "records_moved": self.records_moved}

    def as_text(self, language: str = "zh") -> str:
        """A few lines for people, Chinese ("zh") or English ("en")."""
        say = ZH if language.startswith("zh") else EN
        lines = [
            say["dry" if self.dry_run else "done"].format(n=self.villages, crs=self.source_crs, format=self.format)
        ]
        for key, codes in (("added", self.added), ("changed", self.changed), ("renamed", self.renamed)):
            if codes:
                lines.append(say[key].format(n=len(codes), names=self._named(codes)))
        if self.retired:
            lines.append(say["retired"].format(n=len(self.retired), names=self._named(self.retired)))
        lines += [say["repaired"].format(name=self._named([one.code]), why=one.reason) for one in self.repaired[:FEW]]
        overlaps = [one for one in self.overlaps if not one.is_sliver]
        lines += [say["overlap"].format(names=self._named([one.code, one.other]), m2=one.m2) for one in overlaps[:FEW]]
        gaps = [one for one in self.gaps if not one.is_sliver]
        lines += [say["gap"].format(m2=one.m2, lat=one.place[1], lon=one.place[0]) for one in gaps[:FEW]]
        if self.slivers:
            lines.append(say["slivers"].format(n=self.slivers))
        lines.append(say["moved"].format(n=self.records_moved))
        return "\n".join(lines)

    def _named(self, codes: list[str]) -> str:
        shown = [f"{self.names.get(code, '')} {code}".strip() for code in codes[:FEW]]
        return "、".join(shown) + (" …" if len(codes) > FEW else "")


ZH = {
    "dry": "试导入，什么都没有改：{format}，{n} 个村，坐标系 {crs}。",
    "done": "已导入 {n} 个村的村界（{format}，坐标系 {crs}）。",
    "added": "新增 {n} 个村：{names}",
    "changed": "{n} 个村的村界有变化：{names}",
    "renamed": "{n} 个村改了名：{names}",
    "retired": "新文件里没有、因此停用的 {n} 个村（记录和历史都保留）：{names}",
    "repaired": "{name} 的边界自己交叉，已修好：{why}",
    "overlap": "{names} 两村有重叠，{m2:.0f} 平方米",
    "gap": "有一块地不属于任何村，{m2:.0f} 平方米，在 {lat:.5f}, {lon:.5f}",
    "slivers": "还有 {n} 条不到 5 米宽的细缝或重叠，是同一条界画了两遍，不用管",
    "moved": "换了村的记录：{n} 份",
}
EN = {
    "dry": "Dry run, nothing was changed: {format}, {n} villages, coordinates in {crs}.",
    "done": "Boundaries of {n} villages imported ({format}, coordinates in {crs}).",
    "added": "{n} new: {names}",
    "changed": "{n} with another outline: {names}",
    "renamed": "{n} with another name: {names}",
    "retired": "{n} not in the file and retired (records and history stay): {names}",
    "repaired": "{name} had an outline that crosses itself; repaired: {why}",
    "overlap": "{names} overlap by {m2:.0f} square metres",
    "gap": "{m2:.0f} square metres at {lat:.5f}, {lon:.5f} belong to no village",
    "slivers": "{n} strips less than 5 metres wide along borders that were drawn twice; they do no harm",
    "moved": "Records that change village: {n}",
}
