"""`python -m bot`: train, serve, chat."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import warnings

import click

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")  # nothing of a hospital's leaves the house
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
warnings.filterwarnings("ignore", category=DeprecationWarning)
warnings.filterwarnings("ignore", category=UserWarning, module="rasa")


def level(default: int) -> int:
    """From which lines the log is written: `LOG_LEVEL`, or the default."""
    return int(getattr(logging, os.environ.get("LOG_LEVEL", "").upper(), default))


def quiet(default: int = logging.WARNING) -> None:
    """Set Rasa's two kinds of logging to one level (`LOG_LEVEL` in the environment wins)."""
    from rasa.utils.log_utils import configure_structlog

    wanted = level(default)
    logging.basicConfig(level=wanted, force=True)
    for name in ("rasa", "rasa_sdk", "apscheduler", "sanic.root", "matplotlib"):
        logging.getLogger(name).setLevel(wanted)
    configure_structlog(wanted)


@click.group()
def main() -> None:
    """The assistant's commands."""


@main.command()
@click.option("--force", is_flag=True, help="Train even though nothing has changed.")
def train(force: bool) -> None:
    """Train the model if it is stale."""
    from bot import training

    if not force and not training.is_stale():
        click.echo(f"{training.MODEL} is up to date.")
        return
    quiet()
    training.train()


@main.command()
def serve() -> None:
    """Serve the assistant over HTTP."""
    from bot.fast_path import prepare

    pieces = prepare()  # before Rasa is imported
    from bot.settings import BotSettings

    settings = BotSettings.read()
    if settings.log_format == "json":
        from bot.monitoring.logs import log_as_json

        log_as_json(level(logging.WARNING))  # so early, because imports warn as well
    from bot.server import serve as run

    if settings.log_format == "text":
        quiet()
    run(settings, pieces)


@main.command()
def migrate() -> None:
    """Bring the databases of conversations and trackers up to date (the first worker would do it as well)."""
    from bot.fast_path import prepare

    pieces = prepare()
    from bot.migrating import migrate as run
    from bot.settings import BotSettings

    quiet()
    run(BotSettings.read(), pieces)
    click.echo("The databases are up to date.")


@main.command()
def relay() -> None:
    """Pass events on from the database of conversations to RabbitMQ, until interrupted."""
    from bot.events.commands import relay as run

    run(level(logging.WARNING))


@main.command()
def consume() -> None:
    """Count the events that RabbitMQ brings, until interrupted."""
    from bot.analytics.commands import consume as run

    run(level(logging.WARNING))


@main.command()
@click.option("--since", default="7d", show_default=True, help="Days (7d), hours (24h) or a day (2026-11-28), in UTC.")
@click.option("--format", "form", type=click.Choice(("table", "json", "csv")), default="table", show_default=True)
def analytics(since: str, form: str) -> None:
    """Tell what was asked and answered: by day, kind, entry, topic, fact."""
    from bot.analytics.commands import tell

    click.echo(tell(since, form))


@main.command()
def chat() -> None:
    """Talk to the assistant in this terminal."""
    from bot.fast_path import prepare

    prepare()
    from bot.chat import converse

    quiet(logging.ERROR)
    asyncio.run(converse())


def run() -> None:
    """Run a command; what a person can mend is told in one line."""
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (RuntimeError, ValueError, OSError) as error:
        if os.environ.get("ASSISTANT_DEBUG"):
            raise
        click.echo(f"error: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    run()
