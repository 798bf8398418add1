"""What an import of boundaries did, or would do: for the command line, the page and the row that is kept."""

from dataclasses import asdict, dataclass, field
from typing import Any

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
    overlaps: list[tuple[str, str, float]]
    gaps: list[tuple[float, tuple[float, float]]]
    repaired: list[tuple[str, str]]
    moves: list[Move]
    boundary_set_id: int | None = None
    names: dict[str, str] = field(default_factory=dict)

    @property
    def records_moved(self) -> int:
        """How many records change their village, an unknown one counted as a village."""
        return sum(move.records for move in self.moves)

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
        lines += [say["repaired"].format(name=self._named([code]), why=why) for code, why in self.repaired[:FEW]]
        lines += [say["overlap"].format(names=self._named([a, b]), m2=m2) for a, b, m2 in self.overlaps[:FEW]]
        lines += [say["gap"].format(m2=m2, lat=place[1], lon=place[0]) for m2, place in self.gaps[:FEW]]
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
    "moved": "Records that change village: {n}",
}
