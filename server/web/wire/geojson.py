"""GeoJSON as it leaves: nobody between keeps it, for what somebody may see is hers alone and may change at once."""

import orjson
from flask import Response

GEOJSON_TYPE = "application/geo+json"


def reply_geojson(found: object) -> Response:
    answer = Response(orjson.dumps(found), content_type=GEOJSON_TYPE)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
