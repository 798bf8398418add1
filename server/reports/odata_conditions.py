"""What a `$filter` means: as SQL where it asks of the record, in Python where it asks of its answers.

Both say yes or no, never unknown: a comparison with null is false, except `eq null` and `ne null` (OData 4.0, 11.2.5.1).
"""

import operator
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, extract, false, func, literal, not_, or_, true

from server.models import Entity, Submission
from server.reports.odata_nodes import Comparison, Constant, FieldRef, Junction, Node, Part
from server.reports.records import Record
from server.reports.table import Row, value_below
from server.reports.values import Value, read_value

COLUMNS: dict[str, dict[str, Any]] = {
    "system": {
        "__id": Submission.instance_id,
        "__system/submissionDate": Submission.created_at,
        "__system/updatedAt": Submission.updated_at,
        "__system/deletedAt": Submission.deleted_at,
        "__system/submitterId": Submission.submitter_id,
        "__system/reviewState": Submission.review_state,
    },
    "entity": {
        "__id": Entity.uuid,
        "__system/createdAt": Entity.created_at,
        "__system/updatedAt": Entity.updated_at,
        "__system/deletedAt": Entity.deleted_at,
        "__system/creatorId": Entity.creator_id,
        "__system/conflict": Entity.conflict,
    },
}
"""What SQL knows, by the place of a FieldRef and its name."""
NUMBERS: dict[str, Any] = {"system": Submission.id, "entity": Entity.id}
MEMBERS: dict[str, Callable[[Record], Value]] = {
    "__id": lambda record: record.instance_id,
    "__system/submissionDate": lambda record: record.created_at,
    "__system/updatedAt": lambda record: record.updated_at,
    "__system/deletedAt": lambda record: record.deleted_at,
    "__system/submitterId": lambda record: record.submitter_id,
    "__system/reviewState": lambda record: record.review_state,
}
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


Answers = Callable[[FieldRef], Value]  # what a row says to each field


class Conditions(NamedTuple):
    """A filter in two: `sql` narrows the query, `rest` is asked of each row that the query gives."""

    sql: tuple[ColumnElement[bool], ...] = ()
    rest: tuple[Node, ...] = ()
    mentions_deleted: bool = False

    def accept(self, answers: Answers) -> bool:
        return all(value_of(node, answers) is True for node in self.rest)


def divide(node: Node, dialect: str) -> Conditions:
    """`dialect` is sqlite or postgresql."""
    refs = list(refs_of(node))
    ours: list[Node] = []
    rest: list[Node] = []
    for one in conjuncts(node):
        asks_sql_only = all(ref.path[0] in COLUMNS.get(ref.place, ()) for ref in refs_of(one))
        (ours if asks_sql_only else rest).append(one)
    deleted = any(ref.path == ("__system/deletedAt",) for ref in refs)
    return Conditions(tuple(to_sql(one, dialect) for one in ours), tuple(rest), deleted)


def conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, Junction) and node.operator == "and":
        for one in node.nodes:
            yield from conjuncts(one)
    else:
        yield node


def refs_of(node: Node) -> Iterator[FieldRef]:
    if isinstance(node, FieldRef):
        yield node
    elif isinstance(node, Part):
        yield from refs_of(node.of)
    elif isinstance(node, Comparison):
        yield from refs_of(node.left)
        yield from refs_of(node.right)
    elif isinstance(node, Junction):
        for one in node.nodes:
            yield from refs_of(one)


def value_of(node: Node, answers: Answers | None = None) -> Value:
    """What a tree comes to for one row; a tree without fields needs no row."""
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, FieldRef):
        assert answers is not None
        return answers(node)
    if isinstance(node, Part):
        of = value_of(node.of, answers)
        return None if of is None else int(getattr(of, node.name))
    if isinstance(node, Comparison):
        return compare(node.operator, value_of(node.left, answers), value_of(node.right, answers))
    found = (value_of(one, answers) is True for one in node.nodes)
    if node.operator == "not":
        return not next(found)
    return all(found) if node.operator == "and" else any(found)


def answers_of(record: Record, row: Row) -> Answers:
    """What one row of a form's table says."""

    def field_value(ref: FieldRef) -> Value:
        if ref.place == "system":
            return MEMBERS[ref.path[0]](record)
        if ref.path == ("__id",):
            return row.id
        values = record.values if ref.place == "root" else row.values
        return read_value(value_below(values, ref.path), ref.field_type)

    return field_value


def compare(name: str, left: Value, right: Value) -> bool:
    if left is None or right is None:
        return (left is right) if name == "eq" else name == "ne" and left is not right
    return bool(OPERATORS[name](left, right))


def to_sql(node: Node, dialect: str) -> ColumnElement[bool]:
    if isinstance(node, Junction):
        inner = [to_sql(one, dialect) for one in node.nodes]
        return not_(inner[0]) if node.operator == "not" else and_(*inner) if node.operator == "and" else or_(*inner)
    if isinstance(node, Comparison) and any(refs_of(node)):
        return comparison_sql(node, dialect)
    return true() if value_of(node) is True else false()


def comparison_sql(node: Comparison, dialect: str) -> ColumnElement[bool]:
    if isinstance(node.left, Constant | Part) and not any(refs_of(node.left)):
        mirrored = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}.get(node.operator, node.operator)
        return comparison_sql(Comparison(mirrored, node.right, node.left), dialect)
    left, right = node.left, node.right
    column = operand_sql(left, dialect)
    if not any(refs_of(right)):
        value = value_of(right)
        if value is None:
            absent: dict[str, ColumnElement[bool]] = {"eq": column.is_(None), "ne": column.is_not(None)}
            return absent.get(node.operator, false())
        other: Any = literal(value, column.type)
        nullable = [column]
    else:
        other = operand_sql(right, dialect)
        nullable = [column, other]
    return known_sql(node.operator, column, other, nullable)


def known_sql(name: str, left: Any, right: Any, nullable: list[Any]) -> ColumnElement[bool]:
    """The comparison, false where a side is null (and `eq` true where both are)."""
    known = [side.is_not(None) for side in nullable]
    if name not in ("eq", "ne"):
        return and_(*known, OPERATORS[name](left, right))
    same = and_(*known, left == right)
    if len(nullable) == 2:
        same = or_(same, and_(left.is_(None), right.is_(None)))
    return same if name == "eq" else not_(same)


def operand_sql(node: Node, dialect: str) -> Any:
    if isinstance(node, FieldRef):
        return COLUMNS[node.place][node.path[0]]
    assert isinstance(node, Part), "the grammar compares nothing else"
    column = operand_sql(node.of, dialect)
    if dialect == "sqlite":
        return extract(node.name, column)
    return func.floor(extract(node.name, func.timezone("UTC", column)))
