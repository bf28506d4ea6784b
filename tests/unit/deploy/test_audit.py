"""Known holes of pinned packages: those accepted are explained and pinned, and anything else fails the audit."""

import re
from pathlib import Path
from typing import Any

import pytest

from deploy.audit import ACCEPTED, Accepted, AuditError, accepted, judge

_KNOWN = accepted()
_PINS = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", Path("requirements.txt").read_text(), re.M))
_DOC = Path("docs/known-holes.md").read_text(encoding="utf-8")
_OLD = Accepted("CVE-1", "old", "1.0", "never imported")


def _told(*vulns: dict[str, Any], version: str = "1.0") -> dict[str, Any]:
    return {"dependencies": [{"name": "old", "version": version, "vulns": list(vulns)}, {"name": "fine", "version": "2", "vulns": []}]}


def _hole(identifier: str, *aliases: str) -> dict[str, Any]:
    return {"id": identifier, "aliases": list(aliases), "fix_versions": ["1.1"], "description": ""}


@pytest.mark.parametrize("one", _KNOWN, ids=lambda one: one.id)
def test_what_is_accepted_is_explained_and_pinned_at_that_version(one: Accepted) -> None:
    assert re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-[a-z0-9]{4}){3}|PYSEC-\d{4}-\d+", one.id)
    assert _PINS[one.package] == one.version
    assert re.search(rf"{one.id}(?!\d)", _DOC)
    assert f"{one.package} {one.version}" in _DOC


def test_nothing_is_accepted_twice_and_what_was_mended_names_the_pin() -> None:
    assert len({(one.id, one.package) for one in _KNOWN}) == len(_KNOWN) == 22
    rows = re.findall(
        r"^\| (?:CVE|GHSA)[^|]* \| ([\w-]+) \| [^|]+ \| ([\d., ]+) \| ([\d.]+) \|$", _DOC.split("## Mended by the pin")[1], re.M
    )
    assert len(rows) == 21
    for package, mended, here in rows:
        assert _PINS[{"tensorflow": "tensorflow-cpu"}.get(package, package)] == here
        assert all(_numbers(one) <= _numbers(here) for one in mended.split(", "))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def test_what_is_accepted_passes_by_any_of_its_names() -> None:
    assert list(judge(_told(_hole("PYSEC-1", "CVE-1", "GHSA-1")), [_OLD])) == []


def test_anything_else_fails() -> None:
    (new,) = judge(_told(_hole("PYSEC-1", "CVE-1"), _hole("GHSA-2", "CVE-2")), [_OLD])
    assert new == "old 1.0 has CVE-2 = GHSA-2; mended in 1.1"
    assert any("look at it anew" in line for line in judge(_told(_hole("CVE-1"), version="1.0.1"), [_OLD]))
    (gone,) = judge(_told(), [_OLD])
    assert gone == f"CVE-1 is accepted for old, and was not found: take it out of {ACCEPTED}"
    skipped = {"dependencies": [{"name": "old", "skip_reason": "not found"}]}
    assert list(judge(skipped, [_OLD])) == ["old was not looked up: not found"]  # pip-audit itself calls that a success


@pytest.mark.parametrize(
    "text",
    ["- id: CVE-1\n", "- {id: CVE-1, package: a, version: 1.0, why: x}\n", "[", "- {id: CVE-1, package: a, version: '1', why: ''}\n"],
)
def test_a_list_that_says_too_little_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "list.yml").write_text(text)
    with pytest.raises(AuditError, match=r"list\.yml: "):
        accepted(tmp_path / "list.yml")
