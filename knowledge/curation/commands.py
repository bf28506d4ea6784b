"""Curation at the command line: what the pages can do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from knowledge import open_curation
from knowledge.curation.examples import export_examples
from knowledge.curation.service import Curation
from knowledge.curation.views import FIELDS, Revision
from knowledge.engine import create_engine
from knowledge.errors import DraftProblem, DraftRefused, EntryNotFound, NotAllowed
from knowledge.settings import KnowledgeSettings
from knowledge.store import KnowledgeStore

_LISTS = ("facts", "detail_facts", "suggestions", "examples")
_as = click.option("--as", "by", required=True, metavar="NAME", help="Who does this; it stands in the audit trail.")
_entry = click.argument("entry")
_number = click.argument("number", type=int, required=False)
_seen = click.option("--seen", type=int, metavar="VERSION", help="Refuse where the revision has another version by now.")
_set = click.option("--set", "sets", multiple=True, metavar="FIELD=VALUE", help=f"A field: {', '.join(FIELDS)}. Lists by commas.")
_example = click.option("--example", "examples", multiple=True, metavar="TEXT", help="A wording of the question, for the next training.")
_from = click.option("--from", "source", type=click.File("r", encoding="utf-8"), help="A YAML file of fields; - for what is piped in.")


def _changes(sets: tuple[str, ...], examples: tuple[str, ...], source: Any) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if source is not None:
        try:
            data = YAML(typ="safe").load(source.read())
        except (YAMLError, UnicodeDecodeError) as error:
            raise DraftRefused([DraftProblem("--from", f"not valid YAML: {str(error).splitlines()[0]}")]) from error
        if not isinstance(data, dict):
            raise DraftRefused([DraftProblem("--from", "expected keys and values, as in `title: ...`")])
        changes.update({str(name): value for name, value in data.items()})
    for item in sets:
        name, equals, value = item.partition("=")
        if not equals:
            raise DraftRefused([DraftProblem(item[:40], "write --set FIELD=VALUE")])
        changes[name.strip()] = _value(name.strip(), value)
    if examples:
        changes["examples"] = [*changes.get("examples", []), *examples]
    return changes


def _value(name: str, text: str) -> Any:
    if name in _LISTS:
        return [item.strip() for item in text.split(",") if item.strip()]
    if name == "facets":
        facets: dict[str, list[str]] = {}
        for item in filter(None, map(str.strip, text.split(","))):
            facet, colon, value = item.partition(":")
            if not colon:
                raise DraftRefused([DraftProblem("facets", f"'{item}': write facet:value, as in test:mri")])
            facets.setdefault(facet.strip(), []).append(value.strip())
        return facets
    return text


def _on_its_way(curation: Curation, entry: str, number: int | None, seen: int | None) -> tuple[int, int]:
    """The number and version that a step is meant for: the entry's revision on its way, as it is now, where not given."""
    revision = curation.revision(entry, number)
    if number is None and revision.status not in ("draft", "review", "approved"):
        raise NotAllowed(f"'{entry}' has no draft; `python -m knowledge draft {entry}` begins one")
    return revision.number, seen if seen is not None else revision.version


def _told(revision: Revision) -> str:
    return f"{revision.entry} revision {revision.number}: {revision.status} (version {revision.version})"


def _problems(curation: Curation, revision: Revision) -> None:
    for problem in curation.check(revision.entry, revision.number):
        click.echo(f"to mend: {problem}")


@click.command()
@_entry
@click.option("--topic", help="Make a new entry of this topic; without it, a draft of an entry that is there.")
@_set
@_example
@_from
@_as
def draft(entry: str, topic: str | None, sets: tuple[str, ...], examples: tuple[str, ...], source: Any, by: str) -> None:
    """Begin a draft of ENTRY, or a new entry with --topic."""
    curation, changes = open_curation(), _changes(sets, examples, source)
    made = curation.new_entry(by, entry, topic, **changes) if topic else curation.new_draft(by, entry, **changes)
    click.echo(_told(made))
    _problems(curation, made)


@click.command()
@_entry
@_number
@_set
@_example
@_from
@_seen
@_as
def edit(entry: str, number: int | None, sets: tuple[str, ...], examples: tuple[str, ...], source: Any, seen: int | None, by: str) -> None:
    """Change the draft of ENTRY."""
    curation = open_curation()
    place, version = _on_its_way(curation, entry, number, seen)
    changed = curation.edit(by, entry, place, version, **_changes(sets, examples, source))
    click.echo(_told(changed))
    _problems(curation, changed)


@click.command()
@_entry
@_number
@_seen
@_as
def submit(entry: str, number: int | None, seen: int | None, by: str) -> None:
    """Hand the draft of ENTRY in for review."""
    curation = open_curation()
    click.echo(_told(curation.submit(by, entry, *_on_its_way(curation, entry, number, seen))))


@click.command()
@_entry
@_number
@click.option("--approve", "verdict", flag_value="approve", help="It is true and fit to be told.")
@click.option("--send-back", "verdict", flag_value="send back", help="Make a draft of it again; --note says why.")
@click.option("--note", help="What the author should know.")
@_seen
@_as
def review(entry: str, number: int | None, verdict: str | None, note: str | None, seen: int | None, by: str) -> None:
    """Approve what was handed in, or send it back; nobody reviews what they wrote."""
    if verdict is None:
        raise click.UsageError("say --approve or --send-back")
    curation = open_curation()
    place, version = _on_its_way(curation, entry, number, seen)
    if verdict == "approve":
        click.echo(_told(curation.approve(by, entry, place, version, note)))
    else:
        click.echo(_told(curation.send_back(by, entry, place, version, note or "")))


@click.command()
@_entry
@_number
@_seen
@_as
def publish(entry: str, number: int | None, seen: int | None, by: str) -> None:
    """Have the approved revision of ENTRY told, from the next question on."""
    curation = open_curation()
    click.echo(_told(curation.publish(by, entry, *_on_its_way(curation, entry, number, seen))))


@click.command()
@_entry
@_number
@_seen
@_as
def rebase(entry: str, number: int | None, seen: int | None, by: str) -> None:
    """Say that the draft of ENTRY takes into account what was published since it was begun."""
    curation = open_curation()
    click.echo(_told(curation.rebase(by, entry, *_on_its_way(curation, entry, number, seen))))


@click.command()
@_entry
@_number
@click.option("--note", help="Why.")
@_seen
@_as
def withdraw(entry: str, number: int | None, note: str | None, seen: int | None, by: str) -> None:
    """Give the revision of ENTRY up that is on its way."""
    curation = open_curation()
    click.echo(_told(curation.withdraw(by, entry, *_on_its_way(curation, entry, number, seen), note)))


def _published(curation: Curation, entry: str) -> int | None:
    return next((revision.number for revision in curation.history(entry) if revision.status == "published"), None)


@click.command()
@_entry
@click.option("--note", required=True, help="Why.")
@_as
def retire(entry: str, note: str, by: str) -> None:
    """Have ENTRY no longer told."""
    curation = open_curation()
    published = _published(curation, entry)
    if published is None:
        raise NotAllowed(f"'{entry}' is not published")
    curation.retire(by, entry, published, note)
    click.echo(f"{entry} revision {published}: retired")


@click.command()
@_entry
@click.argument("to", type=int)
@click.option("--note", required=True, help="Why.")
@_as
def rollback(entry: str, to: int, note: str, by: str) -> None:
    """Publish again, at once, what revision TO of ENTRY said."""
    curation = open_curation()
    click.echo(_told(curation.roll_back(by, entry, to, _published(curation, entry), note)))


@click.command()
@_entry
@click.option("--revision", type=int, help="A revision, as it stands, with what the checks say.")
@click.option("--history", is_flag=True, help="All its revisions, one line each.")
def show(entry: str, revision: int | None, history: bool) -> None:
    """Show a published entry as it is told; or a revision of it, or all."""
    if history:
        for one in open_curation().history(entry):
            people = f"by {one.author}{f', reviewed by {one.reviewer}' if one.reviewer else ''}"
            click.echo(f"r{one.number:<3} {one.status:10} {one.created_at:%Y-%m-%d}  {people}")
        return
    if revision is not None:
        _show_revision(open_curation(), entry, revision)
        return
    settings = KnowledgeSettings.read()
    answer = KnowledgeStore(create_engine(settings.database_url), settings.links).entry(entry)
    if answer is None:
        raise EntryNotFound(f"no published entry '{entry}'; see `python -m knowledge list`")
    click.echo(f"{answer.title}  [{answer.entry} · {answer.kind} · revision {answer.revision} · {answer.intent}]\n\n{answer.text}")
    if answer.detail:
        click.echo(f"\nMore detail:\n{answer.detail}")
    click.echo(f"\nfacts: {', '.join(answer.facts) or '-'}")
    if answer.detail_facts:
        click.echo(f"facts of the detail: {', '.join(answer.detail_facts)}")
    click.echo(f"source: {answer.source.title}, {answer.source.section}, reviewed on {answer.source.reviewed_on}")
    for suggestion in answer.suggestions:
        click.echo(f"next: {suggestion.title}  [{suggestion.entry}]")


def _show_revision(curation: Curation, entry: str, number: int) -> None:
    revision = curation.revision(entry, number)
    click.echo(f"{_told(revision)}, by {', '.join(revision.editors) or revision.author}")
    for side in curation.compare(entry, None, number).fields:
        if side.right:
            click.echo(f"{side.field}: {side.right}" if "\n" not in side.right else f"{side.field}:\n{side.right}")
    if revision.note:
        click.echo(f"note: {revision.note}")
    _problems(curation, revision)


@click.command()
@_entry
@click.argument("left", type=int, required=False)
@click.argument("right", type=int, required=False)
def diff(entry: str, left: int | None, right: int | None) -> None:
    """Two revisions of ENTRY, word by word: [-taken out-] {+put in+}; the published one and the draft where not given."""
    curation = open_curation()
    if left is None:
        left = _published(curation, entry)
    if right is None:
        right = curation.revision(entry).number
    shown = curation.compare(entry, left, right).changed
    for side in shown:
        parts = [
            c.left if c.op == "equal" else f"{f'[-{c.left}-]' if c.left else ''}{f'{{+{c.right}+}}' if c.right else ''}"
            for c in side.changes
        ]
        click.echo(f"{side.field}: {''.join(parts)}")
    if not shown:
        click.echo("no difference")


@click.command()
@click.option("--within", type=click.IntRange(0), default=30, show_default=True, help="Days ahead.")
def stale(within: int) -> None:
    """List the entries whose review is due, or overdue."""
    found = open_curation().stale(within)
    for item in found:
        when = f"in {item.days} days" if item.days >= 0 else f"{-item.days} days overdue"
        click.echo(f"{item.review_by}  {item.entry:38} {when}")
    if not found:
        click.echo("nothing is due")


@click.command()
@click.option("--all", "settled", is_flag=True, help="Those that were settled too.")
@click.option("--settle", "fact", metavar="FACT", help="Settle the question about this fact; --note says how, --as who.")
@click.option("--note", help="How it was settled.")
@click.option("--as", "by", metavar="NAME", help="Who settles it.")
def flags(settled: bool, fact: str | None, note: str | None, by: str | None) -> None:
    """List the open questions about facts, or settle one."""
    curation = open_curation()
    if fact is not None:
        flag = curation.settle(by or "", fact, note or "")
        click.echo(f"{flag.fact}: settled by {flag.settled_by}")
        return
    for flag in curation.flags(settled):
        how = f" (settled by {flag.settled_by}: {flag.note})" if flag.status == "settled" else ""
        click.echo(f"{flag.fact:28} {flag.question}{how}; told by {', '.join(flag.entries) or 'no entry'}")


@click.command()
@click.argument("entry", required=False)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--verify", is_flag=True, help="Prove that nothing was changed or taken out; exit code 1 where it was.")
@click.option("--head", metavar="HASH", help="With --verify: the last hash of an earlier proof.")
def audit(entry: str | None, limit: int, verify: bool, head: str | None) -> None:
    """Show who did what, the newest first; or prove the trail."""
    curation = open_curation()
    if verify or head:
        result = curation.verify_audit(head)
        for problem in result.problems:
            click.echo(problem)
        click.echo(f"{result.events} events, {'sound' if result.sound else 'NOT SOUND'}; head {result.head or '-'}")
        if not result.sound:
            sys.exit(1)
        return
    for event in curation.audit(entry, limit):
        what = f"{event.entry or ''}{f' r{event.revision}' if event.revision else ''}".strip() or event.after.get("fact", "")
        note = f"  ({' '.join(event.note.split())})" if event.note else ""
        click.echo(f"{event.id:>6}  {event.at[:19]}Z  {event.who:20} {event.action:10} {what}{note}")


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
def search(text: tuple[str, ...], limit: int) -> None:
    """Find published entries by their words, best first."""
    found = open_curation().search(" ".join(text), limit)
    for word, instead in found.corrected.items():
        click.echo(f"'{word}' taken for '{instead}'")
    for hit in found.hits:
        click.echo(f"{hit.score:4.2f}  {hit.entry:38} {hit.title}")
    if not found.hits:
        click.echo("nothing found")


@click.command()
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of example files: bot/data/nlu.")
@click.option(
    "--held-out",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    default=(Path("tests/nlu"), Path("tests/conversations")),
    show_default=True,
    help="Folders of wordings that may not be trained on.",
)
def examples(into: Path, held_out: tuple[Path, ...]) -> None:
    """Write the example wordings of published revisions into the training examples."""
    report = export_examples(create_engine(KnowledgeSettings.read().database_url), into, held_out)
    for topic, text in report.held_out:
        click.echo(f"left out, for the tests ask it: {topic}: {text}", err=True)
    click.echo(f"examples: {report}")


COMMANDS = (
    draft, edit, submit, review, publish, rebase, withdraw, retire, rollback, show, diff, stale, flags, audit, search, examples,
)  # fmt: skip
