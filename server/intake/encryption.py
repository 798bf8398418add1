"""The public keys of forms whose records phones encrypt. The server holds no private one: it keeps such records as they came."""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.xform import read_public_key
from server.intake.queries import Records, meant
from server.models import FormVersion, Submission, SubmissionVersion


class PublicKey(NamedTuple):
    """`id` is that of the first version of the form that has the key; `public` is base64 as the form writes it."""

    id: int
    public: str


def list_public_keys(db: Session, records: Records) -> list[PublicKey]:
    """Those for which some of these records were encrypted, the oldest first, each once."""
    used = (
        select(SubmissionVersion.form_version_id)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .where(meant(records), SubmissionVersion.encrypted)
    )
    found: dict[str, int] = {}
    for version_id, xml in db.execute(
        select(FormVersion.id, FormVersion.xml).where(FormVersion.id.in_(used)).order_by(FormVersion.id)
    ):
        public = read_public_key(bytes(xml))
        if public is not None:
            found.setdefault(public, version_id)
    return [PublicKey(version_id, public) for public, version_id in found.items()]
