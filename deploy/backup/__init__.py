"""Backups of what the assistant keeps, and their restore. `python -m deploy.backup`."""
