"""`python -m web.desk`: serve the desk; and what its pages can do, in `web.desk.commands`."""

from __future__ import annotations

import logging
import os
import socket
import sys

import click

from web.desk.commands import COMMANDS, Office

os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")


@click.group()
def main() -> None:
    """The desk's commands."""


@main.command()
@click.option("--sign-in-link", is_flag=True, help="Print links that sign in once, to try everything; not in production.")
def serve(sign_in_link: bool) -> None:
    """Serve the desk over HTTP."""
    import uvicorn

    from bot.settings import SettingsError
    from web.desk.app import make_app, server_config
    from web.desk.composition import make_desk
    from web.desk.database import create_engine, upgrade
    from web.desk.files import Files
    from web.desk.settings import DeskSettings

    settings = DeskSettings.read()
    if sign_in_link and settings.production:
        raise SettingsError("--sign-in-link is for trying the desk out; in production use: python -m web.desk create-admin NAME")
    _check_port(settings.host, settings.port)
    files, engine = Files(), create_engine(settings.database_url, settings.pool_size)
    upgrade(engine)
    desk = make_desk(settings, engine, files)
    click.echo(f"The desk: {settings.public_url}   (Ctrl-C to stop)")
    if settings.api_token is None:
        click.echo("DESK_API_TOKEN is not set: the desk searches, and does not ask the assistant.")
    if sign_in_link:
        click.echo("Sign in, each once and within 10 minutes; two people at once in two browsers, or one in a private window:")
        for who, address in Office.open(settings, engine).local_links().items():
            click.echo(f"  {who}\n    {address}")
    uvicorn.Server(server_config(make_app(desk, files), settings.host, settings.port)).run()


for command in COMMANDS:
    main.add_command(command)


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(f"port {port} on {host} is taken ({error.strerror}); choose another with DESK_PORT") from error


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
