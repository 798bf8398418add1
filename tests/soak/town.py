"""The town of the soak on a served process: the demo's villages and people, its forms, and one more with photos.

It begins empty: what is in it was sent by the phones of the soak.
"""

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.boundaries import read_boundaries
from server.access.caller import Caller
from server.access.projects import create_project
from server.access.sessions import open_session
from server.access.tokens import load_key
from server.blobs import BlobStore
from server.clock import now
from server.config import Config
from server.demo.people import PEOPLE, make_people, make_phones
from server.demo.records import FORM_ID as HOME_VISIT
from server.demo.town import TOWN_NAME, make_town
from server.keys import KeyRing
from server.models import Form, Project, User
from server.places.villages import import_boundaries
from server.publishing.library import publish_library
from server.publishing.town_lists import refresh_workers
from tests.making import a_form
from tests.phones.visits import FORM as PHOTO_FORM
from tests.phones.visits import FORM_ID as WITH_PHOTOS
from tests.served_project import database_of
from tests.serving import ADMIN_EMAIL, RunningServer

FORMS = (
    HOME_VISIT,
    "woman_consent",
    "pregnancy_registration",
    "antenatal_check",
    "contraception_followup",
    "delivery_postnatal",
)
OFFICE = "chenyue@demo.test"


@dataclass(frozen=True)
class SoakTown:
    """What the load needs to know. `keys` are the phones'; phone n belongs to worker n % 5 of the demo."""

    project_id: int
    keys: list[str]
    session: str


def make_soak_town(server: RunningServer, phones: int) -> SoakTown:
    config = Config(server.data_dir, **server.database_url)  # type: ignore[arg-type]
    key, store = load_key(config.key_file), BlobStore(config.blob_dir, KeyRing(config.key_file))
    town, at, database = make_town(), now(), database_of(server)
    outlines = read_boundaries(orjson.dumps(town.boundaries()), "town.geojson", "EPSG:4490")
    try:
        with database.transaction() as db:
            admin = Caller(actor_id=actor_of(db, ADMIN_EMAIL), type="user")
            project = create_project(db, TOWN_NAME, None, admin.actor_id, at, "care")
            import_boundaries(db, project.id, outlines, admin.actor_id, at)
            forms = publish_library(db, store, project, admin.actor_id, at, key, FORMS)
            forms.append(a_form(db, project.id, WITH_PHOTOS, xml=PHOTO_FORM.encode(), now=at))
            make_people(db, admin, project, town, at)
            keys = make_keys(db, admin, project, forms, key, at, phones)
            refresh_workers(db, store, project, at)
            session, _until = open_session(db, actor_of(db, OFFICE), at)
            return SoakTown(project.id, keys, session)
    finally:
        database.dispose()


def make_keys(
    db: Session, by: Caller, project: Project, forms: list[Form], key: bytes, at: datetime, phones: int
) -> list[str]:
    """Phones as the demo makes them, one of each worker, as often as it takes."""
    keys: list[str] = []
    while len(keys) < phones:
        keys += [one.token for one in make_phones(db, by, project, forms, make_town(), key, at)]
    return keys[:phones]


def actor_of(db: Session, email: str) -> int:
    return db.scalars(select(User.actor_id).where(User.email == email)).one()


assert OFFICE in [email for email, *_ in PEOPLE]
