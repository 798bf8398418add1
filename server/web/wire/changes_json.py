"""What a draft changes, as JSON. Central has no such thing: names and shape are ours."""

from forms.difference_words import KIND_WORDS
from forms.differences import Difference
from server.publishing.changes import Changes
from server.web.wire.central_json import Json


def changes(found: Changes) -> Json:
    """A draft against what is out: the versions' names, and every difference (ours, not Central's)."""
    return {
        "published": found.published.version if found.published else None,
        "draft": found.draft.version,
        "differences": [difference(one) for one in found.differences],
    }


def difference(one: Difference) -> Json:
    """`weight` is loses, careful or harmless; `paths` the questions concerned, none for the whole form."""
    return {
        "kind": one.kind,
        "weight": one.weight,
        "paths": [path for path in (one.path, *one.also) if path],
        "labels": one.labels,
        "what": one.what or None,
        "language": one.language or None,
        "old": one.old,
        "new": one.new,
        "whyZh": KIND_WORDS[one.kind].why.zh,
        "whyEn": KIND_WORDS[one.kind].why.en,
    }
