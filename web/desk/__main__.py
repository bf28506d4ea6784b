"""`python -m web.desk`: serve the desk, make accounts."""

from __future__ import annotations

import logging
import os
import socket
import sys

import click
from sqlalchemy.engine import Engine

os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")


@click.group()
def main() -> None:
    """The desk's commands."""


@main.command()
@click.option("--sign-in-link", is_flag=True, help="Print a link that signs an admin in, once; not in production.")
def serve(sign_in_link: bool) -> None:
    """Serve the desk over HTTP."""
    import uvicorn

    from bot.settings import SettingsError
    from web.desk.app import make_app, server_config
    from web.desk.composition import make_desk
    from web.desk.files import Files
    from web.desk.settings import DeskSettings

    settings = DeskSettings.read()
    if sign_in_link and settings.production:
        raise SettingsError("--sign-in-link is for trying the desk out; in production use: python -m web.desk create-admin NAME")
    _check_port(settings.host, settings.port)
    files = Files()
    desk = make_desk(settings, _engine(settings.database_url), files)
    click.echo(f"The desk: {settings.public_url}   (Ctrl-C to stop)")
    if settings.api_token is None:
        click.echo("DESK_API_TOKEN is not set: the desk searches, and does not ask the assistant.")
    if sign_in_link:
        account = desk.accounts.named("local") or desk.accounts.create("local", "admin", "local run")
        token = desk.accounts.link(account.id, "local run")
        click.echo(f"Sign in (once, within 10 minutes): {settings.public_url}/sign-in/link/{token}")
    uvicorn.Server(server_config(make_app(desk, files), settings.host, settings.port)).run()


@main.command(name="create-admin")
@click.argument("name")
@click.option("--one-time-link", is_flag=True, help="Print a sign-in link instead of asking for a password.")
def create_admin(name: str, one_time_link: bool) -> None:
    """Make an admin's account; asks for a password twice."""
    from web.desk.accounts import Accounts
    from web.desk.settings import DeskSettings

    settings = DeskSettings.read()
    accounts = Accounts(_engine(settings.database_url))
    password = None if one_time_link else click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    account = accounts.create(name, "admin", "command line", password)
    click.echo(f"{account.name} is an admin now.")
    if one_time_link:
        click.echo(f"Sign in (once, within 10 minutes): {settings.public_url}/sign-in/link/{accounts.link(account.id, 'command line')}")


@main.command(name="link")
@click.argument("name")
def link(name: str) -> None:
    """Print a sign-in link for an account that has lost its password; good once, for ten minutes."""
    from web.desk.accounts import Accounts
    from web.desk.errors import Refused
    from web.desk.settings import DeskSettings

    settings = DeskSettings.read()
    accounts = Accounts(_engine(settings.database_url))
    account = accounts.named(name)
    if account is None:
        raise Refused(f"there is no account '{name}'")
    click.echo(f"{settings.public_url}/sign-in/link/{accounts.link(account.id, 'command line')}")


@main.command(name="accounts")
def accounts_() -> None:
    """List accounts."""
    from web.desk.accounts import Accounts
    from web.desk.settings import DeskSettings

    for account in Accounts(_engine(DeskSettings.read().database_url)).all():
        click.echo(f"{account.name:40} {account.role:9} {'open' if account.active else 'closed'}")


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(f"port {port} on {host} is taken ({error.strerror}); choose another with DESK_PORT") from error


def _engine(url: str) -> Engine:
    from web.desk.database import create_engine, upgrade

    engine = create_engine(url)
    upgrade(engine)
    return engine


def run() -> None:
    """Run a command; what a person can mend is told in one line."""
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "WARNING").upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        main(prog_name="python -m web.desk")
    except (RuntimeError, ValueError, OSError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    run()
