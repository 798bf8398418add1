"""After an erasure: what was deleted is also overwritten, as far as the database can do it.

SQLite: deleted content is zeroed as it goes (`secure_delete`, server/db.py) and the log beside the file, which still holds
the pages as they were, is emptied here. PostgreSQL: what the map counts is gathered (`fold_cells`), the tables are vacuumed,
so that their pages may be used again, and looked over anew, so that its statistics name her no more; bytes of old rows may
stay in pages and in its log until those are written over. Answers and names are sealed there anyway; docs/privacy/erasure.md
says what its operator does.
"""

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.db import Database
from server.models import Base
from server.places.cells import fold_cells

PATIENCE_MS = 2000  # for readers who still look at the pages as they were


def overwrite_deleted(database: Database) -> bool:
    """To be called after the commit. Whether all was overwritten: not where somebody was reading; the next run does it."""
    if database.is_sqlite:
        return database.empty_log(PATIENCE_MS)
    with database.transaction() as db:
        fold_cells(db)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            # every one: a list of those that an erasure touches would forget the next
            for name in Base.metadata.tables:
                connection.execute(text(f'VACUUM (ANALYZE) "{name}"'))
        except OperationalError:  # somebody else holds a table
            return False
    return True
