"""A Problem knows no HTTP and no language. Its kinds are in the modules beside this one."""

from typing import Any, ClassVar


class Problem(Exception):
    """Something the caller can be told. `details` go out as JSON beside the sentence; they never hold answers of forms."""

    code: ClassVar[float] = 500.1
    template: ClassVar[str] = "Something went wrong on the server. It has been written down; nothing was stored."

    def __init__(self, template: str | None = None, **details: Any) -> None:
        self.sentence = template or self.template
        self.details = details
        super().__init__(self.message)

    @property
    def status(self) -> int:
        return int(self.code)

    @property
    def message(self) -> str:
        """The sentence in English, filled."""
        return fill(self.sentence, self.details)


def fill(sentence: str, details: dict[str, Any]) -> str:
    """Puts details into a sentence; a placeholder nobody filled stays as it is rather than raising."""
    return sentence.format_map(_Known(details))


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
