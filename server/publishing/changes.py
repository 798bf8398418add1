"""What a draft changes against what phones have."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from forms.differences import Difference, differences
from forms.reading_questions import read_outline
from server.models import Form, FormVersion
from server.publishing.draft import get_draft


class Changes(NamedTuple):
    """Two versions of a form and their differences. `published` is None where nothing is out: then nothing changes."""

    published: FormVersion | None
    draft: FormVersion
    differences: tuple[Difference, ...]


def changes_of_draft(db: Session, form: Form) -> Changes:
    """Raises NotFound when the form has no draft."""
    draft = get_draft(db, form)
    published = db.get(FormVersion, form.current_version_id) if form.current_version_id else None
    if published is None:
        return Changes(None, draft, ())
    old, new = (read_outline(bytes(one.xml)) for one in (published, draft))
    return Changes(published, draft, differences(old, new))
