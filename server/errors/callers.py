"""Who asks: signing in, passwords, rights."""

from server.errors.problem import Problem


class PasswordTooShort(Problem):
    code = 400.21
    template = "The password is too short; it needs at least 10 characters."


class PasswordTooLong(Problem):
    code = 400.38
    template = "The password is too long; at most 72 bytes fit."


class PasswordWeak(Problem):
    code = 400.44
    template = "Many people use this password, so it is easily guessed. Choose another."


class Unauthenticated(Problem):
    code = 401.2
    template = "You are not signed in, or the e-mail address or password is not right."


class NonceOver(Unauthenticated):
    """A phone's answer by Digest was right, but to a challenge that is over or that it answered before: it gets a new one."""


class HttpsOnly(Problem):
    code = 401.3
    template = "A password in the request is taken over HTTPS only."


class BasicRefused(Problem):
    code = 401.5
    template = (
        "This account has a second factor, so its password alone opens nothing. "
        "Make a password for programs on the page /me/security and use that."
    )


class SecondFactorNeeded(Problem):
    """Ours: Central has no second factor."""

    code = 401.6
    template = "This account has a second factor. Send the app's code as code, or use a password for programs from /me/security."


class SecondFactorUnset(Problem):
    """Ours: Central has no second factor."""

    code = 401.7
    template = (
        "Your role asks for a second factor, and you have none yet. Sign in by browser and set one up on /me/security."
    )


class Forbidden(Problem):
    code = 403.1
    template = "Your account has no right to do this. Ask your town office."


class TooManyTries(Problem):
    code = 429.1
    template = "Too many failed sign-ins. Try again in {seconds} seconds."


class CardUnfit(Problem):
    """Ours. One sentence for a code that nobody has, a card that was stopped, and a wrong number."""

    code = 401.8
    template = (
        "This code and this number do not open a page. Look at both once more. If it stays so, you can get a new card "
        "from your contact."
    )


class CardMistyped(Problem):
    """Ours. A code that no card can have: its check letter says so, which anybody could find out."""

    code = 400.98
    template = "The code is not quite right: a letter is missing, or taken for another. It has nine letters and digits."


class TooManyCardTries(Problem):
    """Ours. The same for every code, whether or not there is such a card."""

    code = 429.5
    template = "It was tried several times without success. Wait {seconds} seconds, then try again; nothing is locked."


class PinUnusable(Problem):
    """Ours."""

    code = 400.97
    template = "The number has six digits, and not one that everybody tries first, such as 123456 or 000000."


class TooManyTests(Problem):
    code = 429.2
    template = "You have tried it several times just now. Try again in {seconds} seconds."


class TooManyExports(Problem):
    code = 429.4
    template = "Three of your files are being made. Wait for one of them, or take one back."


class TooManyFetches(Problem):
    code = 429.3
    template = "This calendar was asked for too often. Ask again in {seconds} seconds."
