"""Curation: draft, review by a second person, publish, retire, roll back. One transaction a step, and every step on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from knowledge import audit
from knowledge import models as m
from knowledge.audit import AuditCheck, AuditEvent
from knowledge.curation import fields as clean
from knowledge.curation import lists
from knowledge.curation.difference import Comparison, compare
from knowledge.curation.draft_checks import draft_problems, told_alone
from knowledge.curation.fields import Fields, person, same_person
from knowledge.curation.rows import fields_of, known, plain, revision_of, set_fields, view
from knowledge.curation.views import Choices, EntryState, Flag, Revision, Stale
from knowledge.errors import Conflict, DraftProblem, DraftRefused, EntryNotFound, NotAllowed
from knowledge.loader import REVIEW_DAYS
from knowledge.publishing import become_published, stop_telling
from knowledge.reader import KEBAB
from knowledge.search import Found, reindex, search
from knowledge.stored import as_content, entry_hash, without_dates
from knowledge.work import reading, writing


class Curation:
    """The steps that bring an entry from a draft to what patients are told, and what curators look at on the way.

    A step says who takes it (`by`) and, where it changes a revision on its way, the `version` of it that this person saw.
    Whoever comes second gets `Conflict` and nothing is changed. Nobody reviews or publishes what they wrote on.

    Args:
        engine: the store's database.
        allowed: names that cannot be said in shorter words -> what the reading grade counts them as.
        page: runs of eight words of the source page, which no draft may repeat.
        today: gives the day of a review.

    Every method raises `StoreUnavailable` if the database fails, `EntryNotFound` for what is not there.
    """

    def __init__(
        self,
        engine: Engine,
        allowed: Mapping[str, str] | None = None,
        page: frozenset[tuple[str, ...]] = frozenset(),
        today: Callable[[], dt.date] = dt.date.today,
    ) -> None:
        self._engine = engine
        self._allowed = dict(allowed or {})
        self._page = page
        self._today = today

    # --- steps ---------------------------------------------------------------------------------------------------------

    def new_draft(self, by: str, entry: str, **changes: Any) -> Revision:
        """Begin a draft of an entry from its published revision (from its last one, where none is published).

        Args:
            by: who writes.
            entry: the entry's id.
            changes: fields that differ from it, as for `edit`.

        Raises:
            Conflict: if the entry has a revision on its way already.
            DraftRefused: for fields that cannot be stored.
        """
        who = person(by)
        with writing(self._engine) as session:
            row = self._entry(session, entry)
            self._none_open(row)
            base = self._current(row) or row.revisions[-1]
            start = Fields(**{**fields_of(base).__dict__, "review_by": None, "examples": ()})
            # Words that were never told are still those of who wrote them: that person may not review them now.
            wrote = [] if base.status in m.TOLD else [base.author, *(editor.person for editor in base.editors)]
            draft = self._add(session, row, clean.changed(start, changes, known(session)), who, list(dict.fromkeys([who, *wrote])))
            audit.append(session, who, "draft", entry, draft.number, {"base": draft.base_number}, plain(fields_of(draft)))
            return view(draft)

    def new_entry(self, by: str, entry: str, topic: str, **changes: Any) -> Revision:
        """Begin a draft of a new entry of a topic. Topics themselves come with their intent, through the content files.

        Args:
            by: who writes.
            entry: an id for it: lower-case words joined by '-'.
            topic: the topic's id.
            changes: its fields, as for `edit`; a kind is a gap and the section that of the topic's base entry where not given.

        Raises:
            Conflict: if there is such an entry already.
            DraftRefused: for fields that cannot be stored.
        """
        who = person(by)
        if not KEBAB.pattern.fullmatch(entry) or len(entry) > KEBAB.longest:
            raise DraftRefused([DraftProblem("entry", f"'{entry[:80]}' is no id; write {KEBAB.told}, {KEBAB.longest} characters at most")])
        with writing(self._engine) as session:
            if session.get(m.Topic, topic) is None:
                raise EntryNotFound(f"no topic '{topic}'; a topic needs an intent, and comes with the content files")
            if session.get(m.Entry, entry) is not None:
                raise Conflict(f"there is an entry '{entry}' already; make a draft of it, or choose another id")
            siblings = session.scalars(sa.select(m.Entry).where(m.Entry.topic_id == topic).order_by(m.Entry.position)).all()
            current = next((r for sibling in siblings for r in sibling.revisions if r.number == sibling.published_number), None)
            section = current.section_title if current else session.scalars(sa.select(m.Section.title)).first()
            sensitivity = current.sensitivity if current else "standard"
            start = Fields("gap", "", None, (), "", None, (), (), section, sensitivity, (), None, ())
            wanted = clean.changed(start, changes, known(session))
            row = m.Entry(id=entry, topic_id=topic, position=max((s.position for s in siblings), default=-1) + 1)
            session.add(row)
            session.flush()
            draft = self._add(session, row, wanted, who)
            audit.append(session, who, "draft", entry, draft.number, {"base": None}, plain(wanted))
            return view(draft)

    def edit(self, by: str, entry: str, number: int, version: int, **changes: Any) -> Revision:
        """Change a draft.

        Args:
            by: who writes; from now on they do not review it.
            entry: the entry's id.
            number: the draft's number.
            version: the version that was seen.
            changes: the fields that change: `kind`, `title`, `question`, `facets` (names -> values), `answer`, `detail`,
                `facts`, `detail_facts`, `section`, `sensitivity`, `suggestions`, `review_by` (a date, or as YYYY-MM-DD; none
                for half a year after the review), `examples` (wordings of the question for the next training).

        Raises:
            Conflict: if it was changed since.
            NotAllowed: if it is no draft.
            DraftRefused: for fields that cannot be stored. What merely breaks a check is stored, and told by `check`.
        """
        who = person(by)
        with writing(self._engine) as session:
            draft = self._open(session, entry, number, version, "draft", "edit")
            before = fields_of(draft)
            after = clean.changed(before, changes, known(session))
            if after == before:
                return view(draft)
            set_fields(draft, after)
            self._wrote(draft, who)
            self._touch(session, draft)
            old, new = plain(before), plain(after)
            differing = [name for name in new if old[name] != new[name]]
            audit.append(session, who, "edit", entry, number, {n: old[n] for n in differing}, {n: new[n] for n in differing})
            return view(draft)

    def submit(self, by: str, entry: str, number: int, version: int) -> Revision:
        """Hand a draft in for review.

        Raises:
            Conflict: if it was changed since.
            NotAllowed: if it is no draft.
            DraftRefused: if a check finds something.
        """
        return self._move(by, entry, number, version, "draft", "review", "submit", checked=True)

    def send_back(self, by: str, entry: str, number: int, version: int, note: str) -> Revision:
        """Make a draft again of what is under review or approved; its author may do so too, to take it back.

        Raises:
            Conflict: if it was changed since.
            NotAllowed: if it is not under review.
            DraftRefused: without a note.
        """
        return self._move(by, entry, number, version, ("review", "approved"), "draft", "send back", clean.note(note, wanted=True))

    def approve(self, by: str, entry: str, number: int, version: int, note: str | None = None) -> Revision:
        """Say that a revision is true and fit to be told. The day of the review is today.

        Raises:
            Conflict: if it was changed since.
            NotAllowed: if it is not under review, or `by` wrote on it.
            DraftRefused: if a check finds something.
        """
        return self._move(by, entry, number, version, "review", "approved", "approve", clean.note(note), checked=True)

    def publish(self, by: str, entry: str, number: int, version: int) -> Revision:
        """Have an approved revision told, from the next question on. The reviewer may do it, or a third person.

        Raises:
            Conflict: if it was changed since, or another revision was published since it was begun (see `rebase`).
            NotAllowed: if it is not approved, or `by` wrote on it.
            DraftRefused: if a check finds something.
        """
        who = person(by)
        with writing(self._engine) as session:
            revision = self._open(session, entry, number, version, "approved", "publish")
            self._not_own(revision, who, "publish")
            row = session.get(m.Entry, entry)
            if revision.base_number != row.published_number:
                now = f"revision {row.published_number}" if row.published_number else "nothing"
                raise Conflict(
                    f"'{entry}' was changed since: revision {number} was begun on {_named(revision.base_number)}, {now} is published; "
                    "send it back, compare the two, and rebase"
                )
            self._sound(session, row, revision)
            self._touch(session, revision)
            before = become_published(session, row, revision, who)
            reindex(session, [entry])
            audit.append(session, who, "publish", entry, number, {"published": before}, _published(revision))
            return view(revision)

    def rebase(self, by: str, entry: str, number: int, version: int) -> Revision:
        """Say that a draft takes into account what was published since it was begun.

        Raises:
            Conflict: if it was changed since.
            NotAllowed: if it is no draft.
        """
        who = person(by)
        with writing(self._engine) as session:
            draft = self._open(session, entry, number, version, "draft", "rebase")
            before, draft.base_number = draft.base_number, session.get(m.Entry, entry).published_number
            self._touch(session, draft)
            audit.append(session, who, "rebase", entry, number, {"base": before}, {"base": draft.base_number})
            return view(draft)

    def withdraw(self, by: str, entry: str, number: int, version: int, note: str | None = None) -> Revision:
        """Give a revision up that was not published; it is kept, and cannot be taken up again.

        Raises:
            Conflict: if it was changed since.
            NotAllowed: if it is not on its way.
        """
        return self._move(by, entry, number, version, m.OPEN, "withdrawn", "withdraw", clean.note(note))

    def retire(self, by: str, entry: str, published: int, note: str) -> None:
        """Have an entry no longer told. One person may do this: taking an answer away must be quick.

        Args:
            by: who does it.
            entry: the entry's id.
            published: the revision that was seen as published.
            note: why.

        Raises:
            Conflict: if another revision is published by now.
            NotAllowed: for the base entry of a topic, or an entry that alone tells a fact: make it a gap, or tell it elsewhere.
            DraftRefused: without a note.
        """
        who, why = person(by), clean.note(note, wanted=True)
        with writing(self._engine) as session:
            row = self._entry(session, entry)
            current = self._seen(row, published)
            if not current.conditions:
                raise NotAllowed(
                    f"'{entry}' is the base entry of topic '{row.topic_id}', which would have no answer; make it a gap instead"
                )
            lost = told_alone(session, entry, as_content(current).facts)
            if lost:
                raise NotAllowed(f"'{entry}' alone tells {', '.join(lost)}; have another entry tell it first")
            stop_telling(session, row)
            reindex(session, [entry])
            audit.append(session, who, "retire", entry, published, {"published": published}, {"published": None}, why)

    def roll_back(self, by: str, entry: str, to: int, published: int | None, note: str) -> Revision:
        """Publish what an earlier revision said, at once, as a new revision.

        Two people agreed on those words when they were first published; so one person is enough now, but one who did not
        write them. Today's checks must hold for them.

        Args:
            by: who does it; stands as the reviewer.
            entry: the entry's id.
            to: a revision that was published once.
            published: the revision that was seen as published; none where the entry is retired.
            note: why.

        Raises:
            Conflict: if another revision is published by now.
            NotAllowed: if the revision was never published, or `by` wrote it.
            DraftRefused: without a note, or if a check finds something.
        """
        who, why = person(by), clean.note(note, wanted=True)
        with writing(self._engine) as session:
            row = self._entry(session, entry)
            if row.published_number != published:
                raise Conflict(f"'{entry}' was changed since: {_named(row.published_number)} is published now, not {_named(published)}")
            old = revision_of(row, to)
            if old.status != "retired":
                raise NotAllowed(f"revision {to} of '{entry}' is {old.status}; roll back to one that was published before")
            self._not_own(old, who, "roll back to")
            said = Fields(**{**fields_of(old).__dict__, "review_by": None, "examples": ()})
            revision = self._add(session, row, said, old.author, [editor.person for editor in old.editors], m.ENTERING)
            self._reviewed(revision, who)
            self._sound(session, row, revision)
            revision.note = why
            before = become_published(session, row, revision, who)
            reindex(session, [entry])
            after = {**_published(revision), "rolled_back_to": to}
            audit.append(session, who, "roll back", entry, revision.number, {"published": before}, after, why)
            return view(revision)

    def settle(self, by: str, fact: str, note: str) -> Flag:
        """Settle the open question about a fact, with a note that says how. What the flag forbade may be told from then on.

        Raises:
            Conflict: if it is settled already.
            EntryNotFound: if the fact has no question.
            DraftRefused: without a note.
        """
        who, why = person(by), clean.note(note, wanted=True)
        with writing(self._engine) as session:
            row = session.get(m.ReviewQuestion, fact)
            if row is None:
                raise EntryNotFound(f"fact '{fact}' has no review question")
            if row.status == "settled":
                raise Conflict(f"the question about '{fact}' was settled by {row.settled_by} already")
            row.status, row.settled_by, row.settled_at, row.note = "settled", who, m.now(), why
            session.flush()
            before, after = {"status": "open"}, {"status": "settled", "fact": fact}
            audit.append(session, who, "settle", None, None, {**before, "fact": fact, "question": row.text}, after, why)
            return lists.flags(session, [fact])[0]

    # --- looking -------------------------------------------------------------------------------------------------------

    def entries(self, topic: str | None = None, status: str | None = None) -> tuple[EntryState, ...]:
        """All entries, by topic; those of a topic, or those with a revision of a status (of `knowledge.models.STATUSES`)."""
        with reading(self._engine) as session:
            return lists.entries(session, topic, status)

    def revision(self, entry: str, number: int | None = None) -> Revision:
        """A revision; the one on its way, else the published one, else the last, where no number is given."""
        with reading(self._engine) as session:
            row = self._entry(session, entry)
            if number is not None:
                return view(revision_of(row, number))
            open_ = next((r for r in row.revisions if r.status in m.OPEN), None)
            return view(open_ or self._current(row) or row.revisions[-1])

    def history(self, entry: str) -> tuple[Revision, ...]:
        """All revisions of an entry, the newest first."""
        with reading(self._engine) as session:
            return tuple(view(revision) for revision in reversed(self._entry(session, entry).revisions))

    def check(self, entry: str, number: int) -> tuple[DraftProblem, ...]:
        """What the store's checks say of a revision: each problem with its field and what to do; empty where it is sound."""
        with reading(self._engine) as session:
            row = self._entry(session, entry)
            return self._problems(session, row, revision_of(row, number))

    def compare(self, entry: str, left: int | None, right: int) -> Comparison:
        """Two revisions side by side, word by word; none as `left` for nothing before."""
        with reading(self._engine) as session:
            row = self._entry(session, entry)
            return compare(view(revision_of(row, left)) if left is not None else None, view(revision_of(row, right)))

    def stale(self, within: int = 30) -> tuple[Stale, ...]:
        """Published entries whose review is due within some days, or overdue; the most overdue first."""
        with reading(self._engine) as session:
            return lists.stale(session, self._today(), within)

    def flags(self, settled: bool = False) -> tuple[Flag, ...]:
        """The open questions about facts; with `settled`, those that were settled too."""
        with reading(self._engine) as session:
            return tuple(flag for flag in lists.flags(session) if settled or flag.status == "open")

    def audit(self, entry: str | None = None, limit: int = 100, before: int | None = None) -> tuple[AuditEvent, ...]:
        """Who did what, the newest first; of one entry, or those before the event of an id."""
        return audit.read(self._engine, entry, limit, before)

    def verify_audit(self, head: str | None = None) -> AuditCheck:
        """Prove the audit trail; `head` is the hash that an earlier proof gave."""
        return audit.verify(self._engine, head)

    def search(self, text: str, limit: int = 10) -> Found:
        """Published entries by their words; see `knowledge.search`."""
        return search(self._engine, text, limit)

    def choices(self) -> Choices:
        """What a draft can choose from."""
        with reading(self._engine) as session:
            return lists.choices(session)

    # --- within a step -------------------------------------------------------------------------------------------------

    @staticmethod
    def _entry(session: Session, entry: str) -> Any:
        row = session.get(m.Entry, entry) if len(entry) <= KEBAB.longest and "\0" not in entry else None
        if row is None or not row.revisions:
            raise EntryNotFound(f"no entry '{entry[:80]}'; see `python -m knowledge list`")
        return row

    @staticmethod
    def _current(row: Any) -> Any:
        return next((revision for revision in row.revisions if revision.number == row.published_number), None)

    def _seen(self, row: Any, published: int) -> Any:
        if row.published_number != published:
            raise Conflict(f"'{row.id}' was changed since: {_named(row.published_number)} is published now, not {_named(published)}")
        return self._current(row)

    @staticmethod
    def _none_open(row: Any) -> None:
        open_ = next((revision for revision in row.revisions if revision.status in m.OPEN), None)
        if open_ is not None:
            raise Conflict(
                f"'{row.id}' has revision {open_.number} on its way ({open_.status}, by {open_.author}); work on that, or withdraw it"
            )

    def _open(self, session: Session, entry: str, number: int, version: int, status: str | tuple[str, ...], doing: str) -> Any:
        """A revision on its way, in the state and version that the step is meant for."""
        revision = revision_of(self._entry(session, entry), number)
        wanted = (status,) if isinstance(status, str) else status
        if revision.version != version:
            raise Conflict(
                f"revision {number} of '{entry}' was changed since (version {revision.version}, {revision.status}; "
                f"you saw version {version}); look at it again"
            )
        if revision.status not in wanted:
            raise NotAllowed(f"revision {number} of '{entry}' is {revision.status}; to {doing} it must be {' or '.join(wanted)}")
        return revision

    def _move(
        self,
        by: str,
        entry: str,
        number: int,
        version: int,
        old: str | tuple[str, ...],
        new: str,
        action: str,
        note: str | None = None,
        checked: bool = False,
    ) -> Revision:
        who = person(by)
        with writing(self._engine) as session:
            revision = self._open(session, entry, number, version, old, action)
            before = revision.status
            if new == "approved":
                self._not_own(revision, who, "review")
            if checked:
                self._sound(session, session.get(m.Entry, entry), revision)
            if new == "approved":
                self._reviewed(revision, who)
            elif new == "draft":
                if revision.reviewed_on and revision.review_by == revision.reviewed_on + dt.timedelta(days=REVIEW_DAYS):
                    revision.review_by = None  # the approval gave it, not the author
                revision.reviewer, revision.reviewed_on = None, None
            revision.status = new
            revision.note = note
            self._touch(session, revision)
            audit.append(session, who, action, entry, number, {"status": before}, {"status": new}, note)
            return view(revision)

    def _reviewed(self, revision: Any, who: str) -> None:
        today = self._today()
        revision.reviewer, revision.reviewed_on = who, today
        revision.review_by = revision.review_by or today + dt.timedelta(days=REVIEW_DAYS)
        revision.content_hash = entry_hash(as_content(revision))

    def _add(self, session: Session, row: Any, said: Fields, author: str, editors: Sequence[str] = (), status: str = "draft") -> Any:
        number = max((revision.number for revision in row.revisions), default=0) + 1
        revision = m.EntryRevision(
            number=number,
            status=status,
            origin="desk",
            version=1,
            base_number=row.published_number,
            author=author,
            content_hash="",
        )
        set_fields(revision, said)
        row.revisions.append(revision)
        for name in editors or [author]:
            self._wrote(revision, name)
        session.flush()
        revision.content_hash = entry_hash(without_dates(as_content(revision)))
        session.flush()
        return revision

    @staticmethod
    def _wrote(revision: Any, who: str) -> None:
        if not any(same_person(editor.person, who) for editor in revision.editors):
            revision.editors.append(m.RevisionEditor(person=who, position=len(revision.editors)))

    @staticmethod
    def _not_own(revision: Any, who: str, doing: str) -> None:
        if any(same_person(who, name) for name in (revision.author, *(editor.person for editor in revision.editors))):
            raise NotAllowed(f"{who} wrote on revision {revision.number} of '{revision.entry_id}'; somebody else must {doing} it")

    @staticmethod
    def _touch(session: Session, revision: Any) -> None:
        revision.version += 1
        if revision.status == "draft":
            revision.content_hash = entry_hash(without_dates(as_content(revision)))
        session.flush()

    def _sound(self, session: Session, row: Any, revision: Any) -> None:
        problems = self._problems(session, row, revision)
        if problems:
            raise DraftRefused(problems)

    def _problems(self, session: Session, row: Any, revision: Any) -> tuple[DraftProblem, ...]:
        return draft_problems(session, row, revision, self._allowed, self._page, self._today())


def _named(number: int | None) -> str:
    return f"revision {number}" if number is not None else "nothing"


def _published(revision: Any) -> dict[str, Any]:
    return {"published": revision.number, "content_hash": revision.content_hash}
