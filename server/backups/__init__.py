"""Backups: everything that a server needs to start again, in one file that only a key carried elsewhere opens."""


class BackupRefused(Exception):
    """A backup or a restore cannot be done; the sentence says why, and nothing was changed."""


class BackupBroken(Exception):
    """An archive was changed, cut off, or does not hold what it says."""
