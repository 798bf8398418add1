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


class TooManyTests(Problem):
    code = 429.2
    template = "You have tried it several times just now. Try again in {seconds} seconds."


class TooManyExports(Problem):
    code = 429.4
    template = "Three of your files are being made. Wait for one of them, or take one back."


class TooManyFetches(Problem):
    code = 429.3
    template = "This calendar was asked for too often. Ask again in {seconds} seconds."
