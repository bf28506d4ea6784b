"""`python -m deploy.audit`: ask the databases of known holes about every pinned package. It needs the internet.

What is accepted stands in requirements/accepted-holes.yml, with the reason; anything else that is found fails. So does an accepted
hole that is not found any more, and a package that could not be looked up: silence is no good news.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import yaml

ACCEPTED = Path("requirements/accepted-holes.yml")
PINNED = Path("requirements.txt")
WIDGET = Path("web/widget")
#: Run by uv in an environment of its own: its dependencies are no business of the assistant's.
TOOL = "pip-audit==2.10.1"


class AuditError(RuntimeError):
    """The audit could not be made; the message says why."""


@dataclass(frozen=True)
class Accepted:
    """A known hole that is lived with, and why."""

    id: str
    package: str
    version: str
    why: str


def accepted(path: Path = ACCEPTED) -> tuple[Accepted, ...]:
    """What is lived with.

    Raises:
        AuditError: for a file that does not say id, package, version and why of each.
    """
    try:
        found = tuple(Accepted(**one) for one in yaml.safe_load(path.read_text()))
    except (OSError, TypeError, yaml.YAMLError) as error:
        raise AuditError(f"{path}: give a list of id, package, version and why ({str(error).splitlines()[0]})") from error
    for one in found:
        if not all(isinstance(said, str) and said.strip() for said in (one.id, one.package, one.version, one.why)):
            raise AuditError(f"{path}: {one.id} lacks a text for package, version or why")
    return found


def judge(told: Mapping[str, Any], known: Sequence[Accepted]) -> Iterator[str]:
    """What is wrong with what pip-audit found, a line each."""
    seen: set[tuple[str, str]] = set()
    for one in told["dependencies"]:
        if "skip_reason" in one:
            yield f"{one['name']} was not looked up: {one['skip_reason']}"
        for hole in one.get("vulns", ()):
            names = {hole["id"], *hole["aliases"]}
            match = next((entry for entry in known if entry.id in names and entry.package == one["name"]), None)
            if match is None:
                fixed = ", ".join(hole["fix_versions"]) or "no release"
                yield f"{one['name']} {one['version']} has {' = '.join(sorted(names))}; mended in {fixed}"
            elif match.version != one["version"]:
                yield f"{match.id} was accepted for {match.package} {match.version}, and {one['version']} is pinned: look at it anew"
            else:
                seen.add((match.package, match.id))
    unknown = {one["name"] for one in told["dependencies"] if "skip_reason" in one}
    for entry in known:
        if (entry.package, entry.id) not in seen and entry.package not in unknown:
            yield f"{entry.id} is accepted for {entry.package}, and was not found: take it out of {ACCEPTED}"


def look_up() -> dict[str, Any]:
    """What pip-audit finds out about the pins.

    Raises:
        AuditError: if it could not be run.
    """
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "tool", "run", "--from", TOOL, "pip-audit", "--requirement", str(PINNED), "--require-hashes", "--disable-pip"]
    done = subprocess.run([*command, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True)
    try:
        return dict(json.loads(done.stdout))
    except ValueError as error:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise AuditError(f"pip-audit could not look the packages up: {said[-1] if said else done.returncode}") from error


@click.command()
def main() -> None:
    """Look up every pinned package of the assistant and of the widget."""
    problems = list(judge(look_up(), accepted()))
    for problem in problems:
        click.echo(problem)
    widget = subprocess.run(["npm", "audit", "--audit-level=low"], cwd=WIDGET).returncode
    if problems or widget:
        raise AuditError(
            f"{len(problems)} problem(s) with Python packages; npm audit {'found some, or failed' if widget else 'found none'}"
        )
    click.echo("No hole is known that is not accepted.")


if __name__ == "__main__":
    try:
        main(prog_name="python -m deploy.audit")
    except (AuditError, OSError) as problem:
        click.echo(f"error: {problem}", err=True)
        sys.exit(2)
