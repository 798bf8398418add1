"""The inside of an archive has the names that the data folder has."""

from server.access.audit_heads import NAME
from server.backups.archive import HEADS


def test_the_heads_are_called_as_the_audit_calls_them() -> None:
    assert HEADS == NAME
