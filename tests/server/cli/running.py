"""The command line in this process, and a look into the folder it works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from server.cli import main
from server.config import Config
from server.db import Database


@contextmanager
def looking_into(data: Path) -> Iterator[Session]:
    """A session on the folder's database, committed at the end."""
    config = Config.from_env(data)
    database = Database(config.sqlalchemy_url, config.key_file)
    try:
        with database.transaction() as db:
            yield db
    finally:
        database.dispose()


def run(*words: str) -> int:
    return main(list(words))
