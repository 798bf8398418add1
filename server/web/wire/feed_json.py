"""Changes as JSON: of the feed with their form or list, of a webhook with their number, kind and id alone."""

from server.feeds.reading import Stretch, Told
from server.web.wire.central_json import Json, instant


def stretch(found: Stretch) -> Json:
    """`next` is what to ask after, also when nothing is told; `more` whether there is anything after it already."""
    return {"changes": [change(one) for one in found.told], "next": found.next, "more": found.more}


def change(told: Told) -> Json:
    body: Json = {"seq": told.seq, "kind": told.kind, "at": instant(told.at)}
    if told.id:
        body["id"] = told.id
    if told.home:
        body["xmlFormId" if told.kind.startswith("submission.") else "dataset"] = told.home
    return body
