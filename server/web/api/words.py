"""What some texts and numbers of a request may be, where the code that reads them takes any and looks at it later."""

from typing import Any, Final

Json = dict[str, Any]
# By the view, or by all views of a door; then by the field of the body or of the query.
WORDS: Final[dict[str, dict[str, Json]]] = {}


def words_of(endpoint: str) -> dict[str, Json]:
    return {**WORDS.get(endpoint.partition(".")[0], {}), **WORDS.get(endpoint, {})}
