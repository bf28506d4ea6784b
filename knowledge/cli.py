"""`python -m knowledge`: look at the store, check the content, load and export it; and curation, in `knowledge.curation.commands`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from knowledge import KnowledgeSettings, KnowledgeStore, create_engine
from knowledge.checks import check as run_checks
from knowledge.curation.commands import COMMANDS
from knowledge.errors import ContentError, DraftRefused, KnowledgeError, Problem
from knowledge.export import export_content
from knowledge.loader import load_content
from knowledge.models import KINDS, STATUSES

CONTENT = Path("knowledge/content")


def _store() -> KnowledgeStore:
    settings = KnowledgeSettings.read()
    return KnowledgeStore(create_engine(settings.database_url), settings.links)


class _Commands(click.Group):
    """Commands that tell what a person can mend in plain lines on stderr, with exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ContentError as error:
            click.echo(str(error), err=True)
            click.echo(f"error: {len(error.problems)} problem(s) in the content; nothing was changed", err=True)
            ctx.exit(2)
        except DraftRefused as error:
            click.echo(f"error: {'; '.join(' '.join(str(problem).split()) for problem in error.problems)}", err=True)
            ctx.exit(2)
        except KnowledgeError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands)
def main() -> None:
    """The knowledge store."""


@main.command()
@click.option("--content", type=click.Path(path_type=Path), default=CONTENT, show_default=True, help="Folder of YAML files.")
@click.option("--take", multiple=True, metavar="ENTRY", help="Take the files' wording of this entry, whatever the desk has.")
def load(content: Path, take: tuple[str, ...]) -> None:
    """Load the content into the store; all of it or nothing. What is newer at the desk stays, and is told."""
    settings = KnowledgeSettings.read()
    summary = load_content(create_engine(settings.database_url), content, take)
    click.echo(f"content: {summary}")
    for kept in summary.kept:
        click.echo(str(kept), err=True)


@main.command(name="list")
@click.option("--topic", help="Only this topic.")
@click.option("--kind", type=click.Choice(KINDS), help="Only this kind.")
@click.option("--status", type=click.Choice(STATUSES), default="published", show_default=True, help="Revisions of this status.")
def list_(topic: str | None, kind: str | None, status: str) -> None:
    """List entries, one line each."""
    for item in _store().revisions(status):
        if topic in (None, item.topic) and kind in (None, item.kind):
            facets = ", ".join(f"{n}: {' + '.join(v)}" for n, v in item.facets.items())
            click.echo(f"{item.entry:38} {item.kind:12} r{item.revision:<3} {item.topic}{f'  ({facets})' if facets else ''}")


@main.command()
def facts() -> None:
    """List each fact with the entries that tell it."""
    store = _store()
    tellers: dict[str, list[str]] = {}
    for entry, told in store.answer_facts().items():
        for fact in told:
            tellers.setdefault(fact, []).append(entry)
    for fact in store.facts():
        click.echo(f"{fact:28} {', '.join(tellers.get(fact, [])) or 'told by no entry'}")


@main.command()
@click.option("--content", type=click.Path(path_type=Path), default=CONTENT, show_default=True, help="Folder of YAML files.")
@click.option("--project", type=click.Path(path_type=Path, exists=True), default=Path(), help="Folder with domain.yml.")
@click.option("--source-page", type=click.Path(path_type=Path, exists=True), help="A text whose wording must not be repeated.")
def check(content: Path, project: Path, source_page: Path | None) -> None:
    """Prove the content; one line a problem, exit code 1 if there is any."""
    problems: tuple[Problem, ...]
    try:
        report = run_checks(content, project if (project / "domain.yml").is_file() else None, source_page)
        problems, summary = report.problems, str(report)
    except ContentError as error:
        problems, summary = error.problems, f"{len(error.problems)} problem(s); the content cannot be loaded, and the rest is not checked"
    for problem in problems:
        click.echo(str(problem))
    click.echo(summary)
    if problems:
        sys.exit(1)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(folder: Path) -> None:
    """Write the published content as YAML files into FOLDER."""
    files = export_content(create_engine(KnowledgeSettings.read().database_url), folder)
    click.echo(f"{len(files)} files written to {folder}")


for command in COMMANDS:
    main.add_command(command)


def run() -> None:
    """Run a command."""
    main(prog_name="python -m knowledge")
