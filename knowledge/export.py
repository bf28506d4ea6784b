"""Writes the store's published content back as YAML files: what has not changed stays as it stands there, to the byte."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from knowledge import models as m
from knowledge.errors import ExportError, StoreUnavailable
from knowledge.splice import spliced
from knowledge.stored import as_file


def export_content(engine: Engine, folder: Path) -> list[Path]:
    """Write the content files; loading them again changes nothing. Files are replaced whole, never left half-written.

    In a folder that holds content already, entries, facts and the like that say what the store says keep their lines; so git
    shows what was published and nothing else.

    Raises:
        StoreUnavailable: if the database cannot be read.
        ExportError: if the folder holds topics that the store does not publish (they would come back when it is loaded), or
            cannot be written.
    """
    try:
        with Session(engine, future=True) as session:
            files = _files(session)
    except SQLAlchemyError as error:
        raise StoreUnavailable(f"cannot read {engine.url!r}: {str(error).splitlines()[0]}") from error
    strays = sorted(path.name for path in (folder / "topics").glob("*.yml") if f"topics/{path.name}" not in files)
    if strays:
        raise ExportError(f"{folder / 'topics'} has files that the store does not publish ({', '.join(strays)}); remove them first")
    texts = {folder / name: _text(folder / name, data) for name, data in files.items()}
    write_files(texts)
    return list(texts)


def write_files(texts: Mapping[Path, str]) -> None:
    """Write files, each whole or not at all; one that says the same already is not touched.

    Raises:
        ExportError: if one cannot be written.
    """
    for path, text in texts.items():
        try:
            _write(path, text)
        except OSError as error:
            raise ExportError(f"cannot write {error.filename or path}: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_bytes() == text.encode():
        return
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        scratch.write_bytes(text.encode())
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def _text(path: Path, data: Mapping[str, Any]) -> str:
    try:
        old = path.read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        old = ""
    except OSError as error:
        raise ExportError(f"cannot read {path}: {error.strerror}") from error
    return spliced(old, data)


def _files(session: Session) -> dict[str, Any]:
    sources = session.scalars(sa.select(m.Source)).all()
    sections = session.scalars(sa.select(m.Section).order_by(m.Section.position)).all()
    first = {section.source_id: section.position for section in reversed(sections)}
    files: dict[str, Any] = {
        "sources.yml": {
            "sources": [
                {
                    "id": s.id,
                    "title": s.title,
                    "reviewed_on": s.reviewed_on,
                    "sections": [section.title for section in sections if section.source_id == s.id],
                }
                for s in sorted(sources, key=lambda source: first.get(source.id, 0))
            ]
        }
    }
    questions = {q.fact_id: q.text for q in session.scalars(sa.select(m.ReviewQuestion).where(m.ReviewQuestion.status == "open"))}
    facts = session.scalars(sa.select(m.Fact).order_by(m.Fact.position))
    files["facts.yml"] = {"facts": [_fact(fact, questions.get(fact.id)) for fact in facts]}
    facets = session.scalars(sa.select(m.Facet).order_by(m.Facet.position))
    files["facets.yml"] = {"facets": [_facet(facet) for facet in facets]}
    contacts = session.scalars(sa.select(m.Contact).order_by(m.Contact.position))
    files["contacts.yml"] = {"contacts": [_plain({"id": c.id, "label": c.label, "value": c.value, "setting": c.setting}) for c in contacts]}
    for topic in session.scalars(sa.select(m.Topic).order_by(m.Topic.id)):
        entries = session.scalars(
            sa.select(m.Entry).where(m.Entry.topic_id == topic.id, m.Entry.published_number.is_not(None)).order_by(m.Entry.position)
        ).all()
        if entries:
            files[f"topics/{topic.id}.yml"] = {
                "topic": topic.id,
                "intent": topic.intent,
                "title": topic.title,
                "question": topic.question,
                "entries": [_entry(entry) for entry in entries],
            }
    return files


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _flow(values: Any) -> Any:
    out = CommentedMap(values) if isinstance(values, Mapping) else CommentedSeq(values)
    out.fa.set_flow_style()
    return out


def _fact(fact: Any, question: str | None) -> dict[str, Any]:
    figures = _flow(fact.figures) if fact.figures else None
    return _plain({"id": fact.id, "section": fact.section_title, "fact": fact.text, "figures": figures, "review_question": question})


def _facet(facet: Any) -> dict[str, Any]:
    values = [{"value": v.value, "title": v.title, "synonyms": _flow([s.text for s in v.synonyms])} for v in facet.values]
    return {"id": facet.id, "title": facet.title, "values": values}


def _entry(entry: Any) -> dict[str, Any]:
    revision = next(r for r in entry.revisions if r.number == entry.published_number)
    said = as_file(revision)
    conditions: dict[str, Any] = {}
    for facet, value in said.conditions:
        conditions.setdefault(facet, []).append(value)
    facets = {name: values[0] if len(values) == 1 else _flow(values) for name, values in conditions.items()}
    told = {where: [f.fact_id for f in revision.facts if f.told_in == where] for where in ("answer", "detail")}
    suggestions = [s.target_id for s in revision.suggestions]
    return _plain(
        {
            "id": entry.id,
            "kind": revision.kind,
            "title": revision.title,
            "question": revision.question,
            "facets": _flow(facets) if facets else None,
            "answer": revision.answer,
            "detail": revision.detail,
            "facts": _flow(told["answer"]),
            "detail_facts": _flow(told["detail"]) if told["detail"] else None,
            "section": revision.section_title,
            "sensitivity": revision.sensitivity,
            "suggestions": _flow(suggestions) if suggestions else None,
            "reviewed_on": said.reviewed_on,
            "review_by": said.review_by,
        }
    )
