"""What can go wrong with backups."""

from __future__ import annotations


class BackupError(RuntimeError):
    """A backup was not made, cannot be used, or was not restored; the message says why, and nothing was changed."""
