"""What understanding reads from the knowledge content: its words, its facet synonyms, the names of other conditions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.components.facets import OTHER_CONDITION
from knowledge.vocabulary import load_vocabulary

OTHER_CONDITIONS_FILE = "other_conditions.yml"


def content_files(content: str) -> tuple[Path, ...]:
    """The files that understanding depends on.

    Raises:
        FileNotFoundError: if the content folder lacks one of them.
    """
    folder = Path(content)
    files = (folder / "facets.yml", folder / OTHER_CONDITIONS_FILE, folder / "facts.yml", folder / "topics")
    for file in files:
        if not file.exists():
            raise FileNotFoundError(f"{file}: missing; `content` in config.yml must name the knowledge content folder")
    return files


def _load(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def content_texts(content: str) -> Iterator[str]:
    """The English texts of the content: facts, titles, questions, answers, synonyms (other languages left out)."""
    folder = Path(content)
    for fact in _load(folder / "facts.yml")["facts"]:
        yield str(fact["fact"])
    for path in sorted((folder / "topics").glob("*.yml")):
        topic = _load(path)
        yield f"{topic['title']} {topic['question']}"
        for entry in topic["entries"]:
            if "language" in (entry.get("facets") or {}):
                continue
            yield " ".join(str(entry.get(key) or "") for key in ("title", "question", "answer", "detail"))
    for values in facet_phrases(content).values():
        for synonyms in values.values():
            yield from synonyms


def facet_phrases(content: str) -> dict[str, dict[str, list[str]]]:
    """Facet -> value -> synonyms, as the knowledge content gives them."""
    vocabulary = load_vocabulary(Path(content))
    return {facet: {value: list(v.synonyms) for value, v in values.items()} for facet, values in vocabulary.facets.items()}


def other_conditions(content: str) -> dict[str, list[str]]:
    """Other diseases by name -> all their names; a `gap:` intent they belong to is kept out of here (see `gap_conditions`)."""
    listed = _load(Path(content) / OTHER_CONDITIONS_FILE)["conditions"]
    return {str(c["name"]): [str(c["name"]), *map(str, c.get("synonyms") or [])] for c in listed}


def gap_conditions(content: str) -> dict[str, str]:
    """Other diseases that have a gap topic of their own: name -> topic ("leiomyoma" -> "fibroids")."""
    listed = _load(Path(content) / OTHER_CONDITIONS_FILE)["conditions"]
    return {str(c["name"]): str(c["gap"]) for c in listed if c.get("gap")}


def other_condition_names(content: str) -> list[str]:
    """Every name of every other disease."""
    return [name for names in other_conditions(content).values() for name in names]


def matcher_phrases(content: str) -> dict[str, dict[str, list[str]]]:
    """All that the facet matcher looks for: facets and, as one more facet, other conditions."""
    return {**facet_phrases(content), OTHER_CONDITION: other_conditions(content)}
