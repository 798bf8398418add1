"""What comes before anything is sent: numbers, what nobody needs any more, and deliveries for each webhook."""

from datetime import datetime

from server.db import Database
from server.feeds.deliveries import forget_sent, list_active, make_deliveries
from server.feeds.numbering import list_waiting, number_all
from server.feeds.webhooks import forget_removed


def prepare_deliveries(database: Database, now: datetime) -> None:
    """Each step in transactions of its own, so that phones get in between."""
    with database.reading() as db:
        waiting = list_waiting(db)
    for project_id in waiting:
        number_all(database, project_id)
    with database.transaction() as db:
        forget_removed(db, now)
        forget_sent(db, now)
    with database.reading() as db:
        webhooks = list_active(db)
    for webhook_id in webhooks:
        made = 1
        while made:
            with database.transaction() as db:
                made = make_deliveries(db, webhook_id, now)
