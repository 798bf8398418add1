from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from server.config import MailServer
from server.db import Database
from server.followups.smtp import SmtpPost
from server.models import Project
from tests.making import a_town
from tests.server.followups.posting import HEAD
from tests.server.followups.staff import Staff, a_staff
from tests.server.followups.told import a_woman
from tests.smtp_sink import Sink


@pytest.fixture
def town(db: Session) -> Project:
    return a_town(db)


@pytest.fixture
def woman(db: Session, town: Project) -> Project:
    """The town, with the woman w1 in it."""
    a_woman(db, town)
    return town


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def post(sink: Sink) -> SmtpPost:
    return SmtpPost(MailServer("smtp", "127.0.0.1", sink.port, HEAD.sender))


@pytest.fixture
def staff(database: Database) -> Staff:
    with database.transaction() as db:
        return a_staff(db)
