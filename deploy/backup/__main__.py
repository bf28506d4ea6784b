"""`python -m deploy.backup`: make a backup, check it, restore it, take old ones away."""

from __future__ import annotations

import datetime as dt
import logging
import os
import sys
import warnings
from pathlib import Path

import click

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.filterwarnings("ignore")

_folder = click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
_to = click.option("--to", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where backups lie.")
_without = click.option("--without-conversations", is_flag=True, help="Leave out what people said: conversations and Rasa's events.")
_no_model = click.option("--without-model", is_flag=True, help="Leave out the model.")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)


@click.group()
def main() -> None:
    """Backups of content, conversations, desk and model."""


@main.command()
@_to
@_without
@_no_model
@click.option("--prune-after", type=click.FloatRange(0.01, 3650), metavar="DAYS", help="Then delete backups older than this.")
def make(folder: Path, without_conversations: bool, without_model: bool, prune_after: float | None) -> None:
    """Make a backup, while people talk."""
    from bot.conversations import ConversationSettings
    from deploy.backup.making import damaged, overdue, prune
    from deploy.backup.making import make as run
    from deploy.backup.manifest import read
    from deploy.backup.stores import databases

    keep = dt.timedelta(seconds=ConversationSettings.read().keep_seconds)
    made = run(folder, databases(), _now(), not without_conversations, not without_model)
    told = read(made, verify=False)
    for part in told.parts:
        click.echo(f"{', '.join(part.stores)}: {sum(part.rows.values())} rows, {part.size} bytes ({part.engine})")
    click.echo(f"model: {'yes' if told.model else 'no'}; what people said: {'yes' if told.conversations else 'no'}")
    if prune_after is not None:
        for path in prune(folder, dt.timedelta(days=prune_after), keep, _now()):
            click.echo(f"deleted: {path}")
    else:
        for path in overdue(folder, keep, _now()):
            click.echo(f"{path} holds conversations for longer than CONVERSATIONS_KEEP_DAYS; --prune-after deletes it", err=True)
    for path in damaged(folder):
        click.echo(f"{path} is damaged and is not deleted; it may hold what people said: look at it, and delete it yourself", err=True)
    click.echo(f"Made: {made}")


@main.command()
@_folder
def check(folder: Path) -> None:
    """Hold the backup in FOLDER against its sums and schemas."""
    from deploy.backup.restoring import check as run

    told = run(folder)
    click.echo(f"{folder} of {told.made_at}Z can be restored.")


@main.command()
@_folder
@_without
@_no_model
@click.option("--replace", is_flag=True, help="What is there now is lost.")
def restore(folder: Path, without_conversations: bool, without_model: bool, replace: bool) -> None:
    """Restore the backup in FOLDER; all of it or nothing."""
    from deploy.backup.restoring import restore as run
    from deploy.backup.stores import databases

    done = run(folder, databases(), _now(), replace, not without_conversations, not without_model)
    for doubt in done.doubts:
        click.echo(f"doubt: {doubt}", err=True)
    click.echo(f"Conversations not brought back: {done.expired} whose time was over, {done.deleted} that people had deleted.")
    if done.manifest.conversations and not without_conversations and not done.deletions_known:
        click.echo(f"What people deleted after {done.manifest.made_at}Z cannot be known.", err=True)
    click.echo(f"Restored: {done.entries} published answers, as of {done.manifest.made_at}Z.")


def run() -> None:
    """Run a command; what a person can mend is told in one line."""
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    from deploy.backup.errors import BackupError
    from knowledge import KnowledgeError

    try:
        main(prog_name="python -m deploy.backup")
    except (BackupError, KnowledgeError, RuntimeError, ValueError, OSError) as error:
        if os.environ.get("ASSISTANT_DEBUG"):
            raise
        click.echo(f"error: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    run()
