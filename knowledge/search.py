"""Full-text search over the published entries: SQLite's FTS5 and PostgreSQL's tsvector, ranked alike.

The databases say which documents hold a word (with their stemming); the ranking over that is made here, so that both give the
same: rare words count more, words of title and question twice. A word that nothing holds is taken as the beginning of one,
and else for its nearest neighbour in the store's own words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge import models as m
from knowledge.rendering import contact_text, render
from knowledge.work import reading

MAX_TERMS = 16
_MOST_CHARACTERS = 2000
_NEAR = 0.7  # of a word's letters, to be taken for a misspelling
_WORD = re.compile(r"[^\W_]+")
_COMMON = frozenset(
    "a about after all also am an and any are as at be because been before being but by can could did do does doing for from get had "
    "has have having he her here him his how i if in into is it its just me more most my no nor not now of on once only or other our "
    "out over own same she should so some such than that the their them then there these they this those through to too under until "
    "up very was we were what when where which while who whom why will with would you your s t don".split()
)


@dataclass(frozen=True)
class Part:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Hit:
    """An entry found: its score from 0 to 1, and its texts in parts, with what was found marked.

    `fields` has `title`, `question` and `answer` always, and `detail` and `facts` where they hold a word looked for.
    """

    entry: str
    topic: str
    intent: str
    kind: str
    revision: int
    title: str
    question: str
    score: float
    fields: Mapping[str, tuple[Part, ...]]


@dataclass(frozen=True)
class Found:
    """What a search gave; `corrected` tells which words were taken for others."""

    hits: tuple[Hit, ...]
    corrected: Mapping[str, str] = field(default_factory=dict)


def search(engine: Engine, text: str, limit: int = 10, kinds: Sequence[str] | None = None) -> Found:
    """Find published entries by words of their title, question, answer, detail and facts; best first.

    Any text is safe: it is taken for words, never for a query. Texts without a word that says something find nothing.

    Args:
        engine: the database.
        text: what to look for; read up to 2,000 characters and 16 different words.
        limit: how many at most.
        kinds: only entries of these kinds.

    Raises:
        StoreUnavailable: if the database cannot be read.
    """
    words = _asked(text)
    if not words:
        return Found(())
    with reading(engine) as session:
        count = session.execute(sa.select(sa.func.count()).select_from(m.SearchDocument)).scalar_one()
        matches, corrected = _matches(session, words)
        scores = _scores(matches, count)
        if not scores:
            return Found((), corrected)
        return Found(_hits(session, scores, matches, limit, kinds), corrected)


def reindex(session: Session, entries: Iterable[str] | None = None) -> None:
    """Bring the search documents of these entries (all, where not given) in step with what is published, in this transaction."""
    wanted = None if entries is None else tuple(entries)
    session.flush()
    documents = _documents(session, wanted)
    query = sa.select(m.SearchDocument)
    if wanted is not None:
        query = query.where(m.SearchDocument.entry_id.in_(wanted))
    held = {row.entry_id: row for row in session.scalars(query)}
    for entry, (heading, body) in documents.items():
        row = held.pop(entry, None)
        if row is None:
            session.add(m.SearchDocument(entry_id=entry, heading=heading, body=body))
        elif (row.heading, row.body) != (heading, body):
            row.heading, row.body = heading, body
    for row in held.values():
        session.delete(row)
    session.flush()


def _asked(text: str) -> list[str]:
    words = dict.fromkeys(word.lower() for word in _WORD.findall(text[:_MOST_CHARACTERS]) if word.isprintable())
    return [word for word in words if word not in _COMMON and (len(word) > 1 or word.isdigit())][:MAX_TERMS]


@dataclass
class _Match:
    """Which documents hold a word: in the heading, in the body."""

    heading: set[int] = field(default_factory=set)
    body: set[int] = field(default_factory=set)

    @property
    def all(self) -> set[int]:
        return self.heading | self.body


def _matches(session: Session, words: Sequence[str]) -> tuple[dict[str, _Match], dict[str, str]]:
    """Each word with the documents that hold it: as it is, else as a beginning, else its nearest neighbour."""
    found = _look_up(session, [(word, False) for word in words])
    # The last word may be half typed.
    short = [word for word in words if len(word) > 2 and (not found[word].all or word == words[-1])]
    begun = _look_up(session, [(word, True) for word in short])
    for word in short:
        if not found[word].all:
            found[word] = begun[word]
        else:
            found[word].body |= begun[word].all
    unknown = [word for word in words if not found[word].all and len(word) > 3 and not word.isdigit()]
    corrected = dict[str, str]()
    if unknown:
        known = _vocabulary(session)
        for word in unknown:
            # Slips seldom touch the first letter; words like that come first.
            near = [k for k in known if abs(len(k) - len(word)) <= 2]
            for choices in ([k for k in near if k[0] == word[0]], near):
                best = process.extractOne(word, choices, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=_NEAR)
                if best:
                    corrected[word] = str(best[0])
                    break
        again = _look_up(session, [(word, False) for word in set(corrected.values())])
        for word, instead in corrected.items():
            found[word] = again[instead]
    return found, corrected


def _look_up(session: Session, wanted: Sequence[tuple[str, bool]]) -> dict[str, _Match]:
    out = {word: _Match() for word, _ in wanted}
    if not wanted:
        return out
    parts, values = list[str](), dict[str, str]()
    postgresql = session.get_bind().dialect.name == "postgresql"
    for place, (word, begins) in enumerate(wanted):
        for where in ("heading", "body"):
            name = f"{where}{place}"
            # Words are letters and digits alone and stand in quotes: nothing of them is read as an operator.
            if postgresql:
                values[name] = f"'{word}':{'*' if begins else ''}{'A' if where == 'heading' else 'D'}"
                test = f"document @@ to_tsquery('english', :{name})"
                parts.append(f"SELECT {place} AS place, '{where}' AS part, id FROM search_index WHERE {test}")
            else:
                values[name] = f'{where} : "{word}"{" *" if begins else ""}'
                parts.append(f"SELECT {place} AS place, '{where}' AS part, rowid AS id FROM search_index WHERE search_index MATCH :{name}")
    for row in session.execute(sa.text(" UNION ALL ".join(parts)), values):
        getattr(out[wanted[row.place][0]], row.part).add(row.id)
    return out


def _vocabulary(session: Session) -> list[str]:
    rows = session.execute(sa.select(m.SearchDocument.heading, m.SearchDocument.body))
    words = {word.lower() for row in rows for text in row for word in _WORD.findall(text)}
    return sorted(word for word in words if len(word) > 3 and word not in _COMMON and not word.isdigit())


def _scores(matches: Mapping[str, _Match], count: int) -> dict[int, float]:
    weights = {word: math.log(1 + count / max(1, len(match.all))) for word, match in matches.items()}
    total = sum(weights.values())
    scores = dict[int, float]()
    for word, match in matches.items():
        for document in match.all:
            scores[document] = scores.get(document, 0.0) + weights[word] * (1.0 if document in match.heading else 0.5) / total
    return scores


def _hits(
    session: Session, scores: Mapping[int, float], matches: Mapping[str, _Match], limit: int, kinds: Sequence[str] | None
) -> tuple[Hit, ...]:
    document, entry, revision, topic = m.SearchDocument, m.Entry, m.EntryRevision, m.Topic
    query = (
        sa.select(document.id, entry.id.label("entry"), topic.id.label("topic"), topic.intent, topic.question.label("asked"), revision)
        .join(entry, entry.id == document.entry_id)
        .join(topic, topic.id == entry.topic_id)
        .join(revision, sa.and_(revision.entry_id == entry.id, revision.number == entry.published_number))
        .where(document.id.in_(scores))
    )
    if kinds is not None:
        query = query.where(revision.kind.in_(tuple(kinds)))
    order = {"answer": 0, "gap": 1}  # of two alike, the one that says more
    rows = session.execute(query).all()
    rows = sorted(rows, key=lambda row: (-round(scores[row.id], 9), order.get(row.EntryRevision.kind, 2), row.entry))[:limit]
    contacts = _contacts(session)
    facts = _fact_texts(session, [row.entry for row in rows])
    marked = _marked(session, [row.id for row in rows], matches)
    out = []
    for row in rows:
        said = row.EntryRevision
        question = said.question or row.asked
        texts = {"title": said.title, "question": question, "answer": render(said.answer, contacts)}
        fields = {name: _parts(text, marked[row.id]) for name, text in texts.items()}
        for name, text in (("detail", render(said.detail or "", contacts)), ("facts", "\n".join(facts.get(row.entry, ())))):
            parts = _parts(text, marked[row.id])
            if any(part.hit for part in parts):
                fields[name] = parts
        score = round(scores[row.id], 4)
        out.append(Hit(row.entry, row.topic, row.intent, said.kind, said.number, said.title, question, score, fields))
    return tuple(out)


_OPEN, _CLOSE = "\x02", "\x03"


def _marked(session: Session, documents: Sequence[int], matches: Mapping[str, _Match]) -> dict[int, set[str]]:
    """The words of each document that the database takes for what was looked for; it knows the stems."""
    terms = [word for word, match in matches.items() if match.all]
    out: dict[int, set[str]] = {document: set() for document in documents}
    if not documents or not terms:
        return out
    ids = ", ".join(str(int(document)) for document in documents)
    values = dict[str, str]()
    if session.get_bind().dialect.name == "postgresql":
        values["terms"] = " | ".join(f"'{word}'{':*' if len(word) > 2 else ''}" for word in terms)
        options = f"HighlightAll=true, StartSel={_OPEN}, StopSel={_CLOSE}"
        text = "regexp_replace(heading || ' ' || body, '[^[:alnum:]]+', ' ', 'g')".replace(":", r"\:")
        query = f"SELECT id, ts_headline('english', {text}, to_tsquery('english', :terms), '{options}') AS said "
        query += f"FROM search_document WHERE id IN ({ids})"
    else:
        values["terms"] = " OR ".join(f'"{word}"{" *" if len(word) > 2 else ""}' for word in terms)
        heading, body = (f"highlight(search_index, {column}, '{_OPEN}', '{_CLOSE}')" for column in (0, 1))
        query = f"SELECT rowid AS id, {heading} || char(10) || {body} AS said "
        query += f"FROM search_index WHERE search_index MATCH :terms AND rowid IN ({ids})"
    for row in session.execute(sa.text(query), values):
        for said in re.findall(f"{_OPEN}(.*?){_CLOSE}", row.said, re.S):
            out[row.id].update(word.lower() for word in _WORD.findall(said))
    return out


def _parts(text: str, marked: set[str]) -> tuple[Part, ...]:
    parts, plain = list[Part](), 0
    for match in _WORD.finditer(text):
        if match.group().lower() in marked:
            if match.start() > plain:
                parts.append(Part(text[plain : match.start()], False))
            parts.append(Part(match.group(), True))
            plain = match.end()
    if plain < len(text):
        parts.append(Part(text[plain:], False))
    return tuple(parts)


def _contacts(session: Session) -> dict[str, str]:
    return {c.id: contact_text(c.label, c.value, None) for c in session.scalars(sa.select(m.Contact))}


def _fact_texts(session: Session, entries: Sequence[str] | None) -> dict[str, list[str]]:
    told = sa.and_(m.RevisionFact.entry_id == m.Entry.id, m.RevisionFact.number == m.Entry.published_number)
    query = (
        sa.select(m.Entry.id, m.Fact.text)
        .select_from(sa.join(m.Entry, m.RevisionFact, told).join(m.Fact, m.Fact.id == m.RevisionFact.fact_id))
        .order_by(m.Entry.id, m.RevisionFact.position)
    )
    if entries is not None:
        query = query.where(m.Entry.id.in_(tuple(entries)))
    out: dict[str, dict[str, None]] = {}
    for row in session.execute(query):
        out.setdefault(row.id, {})[row.text] = None
    return {entry: list(texts) for entry, texts in out.items()}


def _documents(session: Session, entries: Sequence[str] | None) -> dict[str, tuple[str, str]]:
    entry, revision, topic = m.Entry, m.EntryRevision, m.Topic
    question = sa.func.coalesce(revision.question, topic.question).label("question")
    query = (
        sa.select(entry.id, entry.topic_id, revision.title, question, topic.title.label("topic"), revision.answer, revision.detail)
        .join(topic, topic.id == entry.topic_id)
        .join(revision, sa.and_(revision.entry_id == entry.id, revision.number == entry.published_number))
        .order_by(entry.id)
    )
    if entries is not None:
        query = query.where(entry.id.in_(entries))
    contacts, facts = _contacts(session), _fact_texts(session, entries)
    out = {}
    for row in session.execute(query):
        heading = "\n".join(dict.fromkeys((row.title, row.question, row.topic, row.topic_id.replace("_", " "))))
        body = [render(row.answer, contacts), *([render(row.detail, contacts)] if row.detail else []), *facts.get(row.id, [])]
        out[row.id] = (heading, "\n".join(body))
    return out
