"""What cannot be had, in one sentence a language, with what to type."""

EXIT_CODE = 4


class Refusal(Exception):
    """Fangshi cannot go on. `zh` and `en` are one sentence each: what is missing and what to type."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)
