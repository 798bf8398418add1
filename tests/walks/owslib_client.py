"""OWSLib's client of OGC API - Features in a process of its own, since it keeps headers for everybody: prints JSON.

`python -m tests.walks.owslib_client ADDRESS TOKEN` reads what there is; with COLLECTION and a JSON object of what is asked
it reads every page of the collection, then its first feature alone.
"""

import json
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

from owslib.ogcapi.features import Features


def main(address: str, token: str, collection: str = "", asked: str = "{}") -> None:
    reader = Features(address, headers={"Authorization": f"Bearer {token}"})
    print(json.dumps(read_pages(reader, collection, json.loads(asked)) if collection else read_documents(reader)))


def read_documents(reader: Features) -> dict[str, Any]:
    names = reader.feature_collections()
    return {
        "links": [one["rel"] for one in reader.links],
        "definition": reader.api()["openapi"],
        "classes": reader.conformance()["conformsTo"],
        "collections": {name: reader.collection(name) for name in names},
    }


def read_pages(reader: Features, collection: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The ids of each page, by the token that the link to it has."""
    pages, token = [], None
    while not pages or token:
        body = reader.collection_items(collection, **dict(asked), **({"token": token} if token else {}))
        pages.append([one["id"] for one in body["features"]])
        following = [one["href"] for one in body["links"] if one["rel"] == "next"]
        token = parse_qs(urlsplit(following[0]).query)["token"][0] if following else None
    first = next((one for page in pages for one in page), None)
    return {"pages": pages, "first": None if first is None else reader.collection_item(collection, str(first))}


if __name__ == "__main__":
    main(*sys.argv[1:])
