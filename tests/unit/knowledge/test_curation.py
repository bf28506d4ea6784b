"""From a draft to what is told, on SQLite and PostgreSQL: the steps, who may take them, and what the database refuses by itself."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from knowledge import Conflict, Curation, DraftRefused, EntryNotFound, KnowledgeStore, NotAllowed, StoreUnavailable, create_engine
from knowledge.curation import Revision
from knowledge.loader import load_content

TODAY = dt.date(2026, 12, 1)
BETTER = "A CT gives sharp pictures."


@pytest.fixture
def curation(engine: Engine, content: Path) -> Curation:
    load_content(engine, content)
    return Curation(engine, page=frozenset({tuple("we wrote these eight words on the page".split())}), today=lambda: TODAY)


@pytest.fixture
def at_desk(content: Path, tmp_path: Path) -> Curation:
    """The same on SQLite alone, for what does not depend on the database."""
    engine = create_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    load_content(engine, content)
    return Curation(engine, page=frozenset({tuple("we wrote these eight words on the page".split())}), today=lambda: TODAY)


def _reviewed(curation: Curation, entry: str = "diagnosis-ct", **changes: Any) -> Revision:
    """A draft by Ann, approved by Ben."""
    draft = curation.new_draft("Ann", entry, **(changes or {"answer": BETTER}))
    handed_in = curation.submit("Ann", entry, draft.number, draft.version)
    return curation.approve("Ben", entry, draft.number, handed_in.version)


def _published(curation: Curation, entry: str = "diagnosis-ct", **changes: Any) -> Revision:
    approved = _reviewed(curation, entry, **changes)
    return curation.publish("Ben", entry, approved.number, approved.version)


def test_from_draft_to_told(engine: Engine, curation: Curation) -> None:
    store = KnowledgeStore(engine)
    approved = _reviewed(curation)
    told = store.entry("diagnosis-ct")
    assert told is not None
    assert told.text == "A CT gives clear pictures."
    published = curation.publish("Ben", "diagnosis-ct", approved.number, approved.version)
    told = store.entry("diagnosis-ct")
    assert told is not None
    assert (told.text, told.revision, told.source.reviewed_on) == (BETTER, 2, "2026-12-01")
    assert (published.status, published.author, published.reviewer, published.published_by) == ("published", "Ann", "Ben", "Ben")
    assert published.review_by == TODAY + dt.timedelta(days=180)
    assert [(r.number, r.status) for r in curation.history("diagnosis-ct")] == [(2, "published"), (1, "retired")]
    assert [(e.action, e.who) for e in curation.audit("diagnosis-ct")][:-1] == [
        ("publish", "Ben"),
        ("approve", "Ben"),
        ("submit", "Ann"),
        ("draft", "Ann"),
    ]
    assert [(r.entry, r.revision) for r in store.revisions("published") if r.entry == "diagnosis-ct"] == [("diagnosis-ct", 2)]


def test_nobody_reviews_or_publishes_what_they_wrote_on(curation: Curation) -> None:
    draft = curation.new_draft("Ann", "diagnosis-ct")
    draft = curation.edit("Eve", "diagnosis-ct", draft.number, draft.version, answer=BETTER)
    draft = curation.submit("Cy", "diagnosis-ct", draft.number, draft.version)
    for name in ("Ann", "Eve", " ann ", "EVE", "Ａnn"):
        with pytest.raises(NotAllowed, match="somebody else must review it"):
            curation.approve(name, "diagnosis-ct", draft.number, draft.version)
    approved = curation.approve("Ben", "diagnosis-ct", draft.number, draft.version)
    for name in ("Ann", "eve"):
        with pytest.raises(NotAllowed, match="somebody else must publish it"):
            curation.publish(name, "diagnosis-ct", approved.number, approved.version)
    for name in ("", "  ", "a\nb\x00", "content team", "x" * 81):
        with pytest.raises(NotAllowed):
            curation.publish(name, "diagnosis-ct", approved.number, approved.version)
    assert curation.publish("Cy", "diagnosis-ct", approved.number, approved.version).published_by == "Cy"


FORBIDDEN = [
    "UPDATE entry_revision SET status = 'approved', reviewer = 'ANN' WHERE number = 2",
    "UPDATE entry_revision SET status = 'approved', reviewer = 'Eve' WHERE number = 2",
    "UPDATE entry_revision SET status = 'approved' WHERE number = 2",
    "UPDATE entry_revision SET reviewer = 'Ben', published_by = 'Ann' WHERE number = 2",
    "UPDATE entry_revision SET status = 'published', reviewer = 'Ben' WHERE number = 2",  # beside the published one
    "UPDATE entry SET published_number = 2 WHERE id = 'diagnosis-ct'",
    "UPDATE entry_revision SET answer = 'Other words.' WHERE number = 2",
    "UPDATE entry_revision SET author = 'Nobody' WHERE number = 2",
    "UPDATE entry_revision SET origin = 'files' WHERE number = 2",
    "DELETE FROM revision_editor WHERE number = 2",
    "UPDATE entry_revision SET answer = 'Other words.' WHERE number = 1",
    "UPDATE entry_revision SET reviewed_on = '2030-01-01' WHERE number = 1",
    "UPDATE entry_revision SET status = 'draft' WHERE number = 1",
    "DELETE FROM revision_fact WHERE number = 1",
    "INSERT INTO entry_revision (entry_id, number, status, origin, kind, title, answer, section_title, sensitivity, author, reviewer, "
    "created_at, content_hash) SELECT 'diagnosis-ct', 9, 'retired', 'desk', kind, title, answer, section_title, sensitivity, 'Ann', 'Ben', "
    "created_at, content_hash FROM entry_revision WHERE entry_id = 'diagnosis-ct' AND number = 1",
    "DELETE FROM entry_revision WHERE number = 1",
    "UPDATE audit_event SET who = 'Nobody'",
    "DELETE FROM audit_event",
    "INSERT INTO audit_event (id, at, who, action, before, after, previous_hash, hash) VALUES (9999, '', '', '', '', '', '', '')",
]


def test_words_that_were_withdrawn_stay_those_of_who_wrote_them(curation: Curation) -> None:
    given_up = curation.new_entry(
        "Ann", "cost-ct", "cost", kind="answer", title="A CT", section="Tests", answer="A CT gives clear pictures.", facts=["tests.ct"]
    )
    curation.withdraw("Ann", "cost-ct", given_up.number, given_up.version)
    draft = curation.new_draft("Cy", "cost-ct", facets={"test": "ct"})
    draft = curation.submit("Cy", "cost-ct", draft.number, draft.version)
    for name in ("Ann", "Cy"):
        with pytest.raises(NotAllowed, match="somebody else must review it"):
            curation.approve(name, "cost-ct", draft.number, draft.version)
    assert curation.approve("Ben", "cost-ct", draft.number, draft.version).status == "approved"


def test_the_database_holds_the_rules_by_itself(engine: Engine, curation: Curation) -> None:
    draft = curation.new_draft("Ann", "diagnosis-ct", answer=BETTER)
    draft = curation.edit("Eve", "diagnosis-ct", draft.number, draft.version, title="CT scan")
    curation.submit("Ann", "diagnosis-ct", draft.number, draft.version)
    for statement in FORBIDDEN:
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            assert connection.execute(sa.text(statement)).rowcount, statement
    if engine.dialect.name == "sqlite":
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(sa.text("INSERT OR REPLACE INTO entry_revision SELECT * FROM entry_revision WHERE number = 1"))
    if engine.dialect.name == "postgresql":
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE audit_event"))


def test_sent_back_means_a_draft_again(curation: Curation) -> None:
    draft = curation.new_draft("Ann", "diagnosis-ct", answer=BETTER, review_by="2027-01-15")
    handed_in = curation.submit("Ann", "diagnosis-ct", draft.number, draft.version)
    with pytest.raises(NotAllowed, match=r"is review; to edit it must be draft"):
        curation.edit("Ann", "diagnosis-ct", draft.number, handed_in.version, title="Too late")
    with pytest.raises(DraftRefused, match="note: say why"):
        curation.send_back("Ben", "diagnosis-ct", draft.number, handed_in.version, " ")
    approved = curation.approve("Ben", "diagnosis-ct", draft.number, handed_in.version)
    back = curation.send_back("Ben", "diagnosis-ct", draft.number, approved.version, "the title is too short")
    assert (back.status, back.note, back.reviewer) == ("draft", "the title is too short", None)
    assert back.review_by == dt.date(2027, 1, 15)
    with pytest.raises(NotAllowed, match="to publish it must be approved"):
        curation.publish("Ben", "diagnosis-ct", back.number, back.version)


def test_who_comes_second_is_told(curation: Curation) -> None:
    draft = curation.new_draft("Ann", "diagnosis-ct")
    with pytest.raises(Conflict, match=r"has revision 2 on its way \(draft, by Ann\)"):
        curation.new_draft("Eve", "diagnosis-ct")
    curation.edit("Ann", "diagnosis-ct", draft.number, draft.version, answer=BETTER)
    with pytest.raises(Conflict, match=r"changed since \(version 2, draft; you saw version 1\)"):
        curation.edit("Eve", "diagnosis-ct", draft.number, draft.version, answer="Something else.")
    assert curation.revision("diagnosis-ct").answer == BETTER
    assert curation.withdraw("Eve", "diagnosis-ct", draft.number, 2, "not now").status == "withdrawn"
    assert curation.new_draft("Eve", "diagnosis-ct").number == 3


def test_a_draft_that_was_overtaken_must_be_rebased(curation: Curation) -> None:
    first = _published(curation)
    second = _published(curation, answer="A CT gives clear and sharp pictures.")
    late = _reviewed(curation, answer="A CT shows much.")
    curation.roll_back("Ben", "diagnosis-ct", first.number, second.number, "sharper")
    with pytest.raises(Conflict, match=r"revision 4 was begun on revision 3, revision 5 is published"):
        curation.publish("Ben", "diagnosis-ct", late.number, late.version)
    draft = curation.send_back("Ben", "diagnosis-ct", late.number, late.version, "overtaken")
    draft = curation.rebase("Ann", "diagnosis-ct", draft.number, draft.version)
    draft = curation.submit("Ann", "diagnosis-ct", draft.number, draft.version)
    draft = curation.approve("Ben", "diagnosis-ct", draft.number, draft.version)
    assert curation.publish("Ben", "diagnosis-ct", draft.number, draft.version).base == 5


@pytest.mark.parametrize(
    ("entry", "changes", "problem"),
    [
        ("diagnosis-ct", {"answer": "A CT finds 9 of 10."}, ("answer", "the figure '9' is in no fact it cites")),
        ("diagnosis-ct", {"answer": "Call (412) 359-8614."}, ("answer", "a phone number is written out")),
        ("diagnosis-ct", {"question": "See example.org?"}, ("question", "a web address")),
        ("diagnosis-ct", {"answer": "It is one in a hundred sarcomas."}, ("answer", "states a share that is under review")),
        ("diagnosis-ct", {"detail": "Computed tomographic examinations facilitate anatomical visualization."}, ("detail", "reading grade")),
        ("diagnosis-ct", {"answer": "We wrote these eight words on the page."}, ("answer", "repeats the source page")),
        ("diagnosis-ct", {"answer": ""}, ("answer", "is missing")),
        ("diagnosis-ct", {"facts": []}, ("facts", "tells no fact")),
        ("diagnosis-ct", {"kind": "gap"}, ("facts", "must tell no fact")),
        ("diagnosis-ct", {"facets": {"test": ["mri"]}}, ("facets", "'diagnosis-mri' has the same facets")),
        ("diagnosis-ct", {"facets": {}}, ("facets", "'diagnosis' has the same facets")),
        ("diagnosis", {"facets": {"spread": ["advanced"]}}, ("facets", "would have no base entry")),
        ("diagnosis-ct", {"suggestions": ["diagnosis-ct"]}, ("suggestions", "is this entry itself")),
        ("diagnosis-ct", {"answer": "Call {fone}."}, ("answer", "unknown placeholder '{fone}'")),
        ("diagnosis-ct", {"answer": "Call {phone."}, ("answer", "a brace without its partner")),
        ("diagnosis-ct", {"title": "Call {phone}"}, ("title", "contact details are not filled in here")),
        ("diagnosis-ct", {"review_by": "2026-11-30"}, ("review_by", "has passed")),
        ("diagnosis-ct", {"detail_facts": ["tests.mri"]}, ("detail_facts", "there is no detail")),
    ],
)
def test_a_check_that_fails_is_told_by_field_and_keeps_a_draft_back(
    at_desk: Curation, entry: str, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    draft = at_desk.new_draft("Ann", entry, **changes)
    found = at_desk.check(entry, draft.number)
    assert any(p.field == problem[0] and problem[1] in p.message for p in found), found
    with pytest.raises(DraftRefused, match=problem[0]):
        at_desk.submit("Ann", entry, draft.number, draft.version)


def test_the_last_to_tell_a_fact_keeps_it(curation: Curation) -> None:
    _published(curation, "diagnosis-ct", facts=["tests.mri"], answer="An MRI shows soft tissue.")
    draft = curation.new_draft("Ann", "diagnosis", facts=["tests.mri"], answer="MRI shows it.")
    assert [(p.field, p.message.split(";")[0]) for p in curation.check("diagnosis", draft.number)] == [
        ("facts", "'tests.ct' would be told by no entry")
    ]


def test_checks_are_run_again_when_it_is_published(engine: Engine, curation: Curation) -> None:
    approved = _reviewed(curation, answer="A CT helps.", suggestions=["diagnosis-mri"])
    curation.retire("Eve", "diagnosis-mri", 1, "not true any more")
    with pytest.raises(DraftRefused, match="'diagnosis-mri' is not published"):
        curation.publish("Ben", "diagnosis-ct", approved.number, approved.version)
    told = KnowledgeStore(engine).entry("diagnosis-ct")
    assert told is not None
    assert told.revision == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"facts": ["no.such"]}, "facts"),
        ({"suggestions": ["no-such"]}, "suggestions"),
        ({"facets": {"test": ["no"]}}, "facets"),
        ({"facets": "test"}, "facets"),
        ({"section": "No such"}, "section"),
        ({"kind": "gab"}, "kind"),
        ({"sensitivity": "high"}, "sensitivity"),
        ({"title": "a\nb"}, "title"),
        ({"answer": "nul \0"}, "answer"),
        ({"answer": "half \ud800"}, "answer"),
        ({"answer": "20\u202e%04 ot"}, "answer"),
        ({"title": "CT\u2066"}, "title"),
        ({"detail": "2\u200b0%"}, "detail"),
        ({"question": "what\u2028now"}, "question"),
        ({"examples": ["\u200ewhat is it"]}, "examples"),
        ({"answer": "x" * 5001}, "answer"),
        ({"answer": 7}, "answer"),
        ({"review_by": "soon"}, "review_by"),
        ({"examples": ["mail me at a@b.org"]}, "examples"),
        ({"examples": ["call 412 555 0100"]}, "examples"),
        ({"examples": ["[x](test)"]}, "examples"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_field_and_nothing_is_written(at_desk: Curation, changes: dict[str, Any], field: str) -> None:
    draft = at_desk.new_draft("Ann", "diagnosis-ct")
    events = len(at_desk.audit())
    with pytest.raises(DraftRefused) as error:
        at_desk.edit("Ann", "diagnosis-ct", draft.number, draft.version, **changes)
    assert [problem.field for problem in error.value.problems] == [field]
    assert at_desk.revision("diagnosis-ct") == draft
    assert len(at_desk.audit()) == events


def test_a_new_entry_of_a_topic(engine: Engine, curation: Curation) -> None:
    draft = curation.new_entry("Ann", "cost-ct", "cost", title="Costs of a CT", facets={"test": "ct"}, section="Tests")
    assert [p.field for p in curation.check("cost-ct", draft.number)] == ["answer"]
    draft = curation.edit(
        "Ann", "cost-ct", draft.number, draft.version, kind="answer", answer="A CT gives clear pictures.", facts=["tests.ct"]
    )
    assert KnowledgeStore(engine).entry("cost-ct") is None
    draft = curation.submit("Ann", "cost-ct", draft.number, draft.version)
    draft = curation.approve("Ben", "cost-ct", draft.number, draft.version)
    curation.publish("Ben", "cost-ct", draft.number, draft.version)
    assert [a.entry for a in KnowledgeStore(engine).find_answers("ask_cost", {"test": ["ct"]})] == ["cost-ct"]
    assert [a.entry for a in KnowledgeStore(engine).find_answers("ask_cost", {})] == ["costs"]
    with pytest.raises(Conflict, match="there is an entry 'cost-ct' already"):
        curation.new_entry("Ann", "cost-ct", "cost")
    with pytest.raises(EntryNotFound, match="no topic 'nothing'"):
        curation.new_entry("Ann", "other", "nothing")
    with pytest.raises(DraftRefused, match="is no id"):
        curation.new_entry("Ann", "No Id", "cost")


def test_facets_change_when_it_is_published_and_not_before(engine: Engine, curation: Curation) -> None:
    approved = _reviewed(curation, facets={"test": ["ct"], "spread": ["advanced"]})
    asked = {"test": ["ct"]}
    assert [a.entry for a in KnowledgeStore(engine).find_answers("ask_diagnosis", asked)] == ["diagnosis-ct"]
    curation.publish("Ben", "diagnosis-ct", approved.number, approved.version)
    assert [a.entry for a in KnowledgeStore(engine).find_answers("ask_diagnosis", asked)] == ["diagnosis"]
    curation.roll_back("Ben", "diagnosis-ct", 1, 2, "as it was")
    assert [a.entry for a in KnowledgeStore(engine).find_answers("ask_diagnosis", asked)] == ["diagnosis-ct"]


def test_rolling_back_takes_one_person_who_did_not_write_it(engine: Engine, curation: Curation) -> None:
    first = _published(curation)
    second = _published(curation, answer="A CT gives clear and sharp pictures.")
    with pytest.raises(NotAllowed, match="somebody else must roll back to it"):
        curation.roll_back("Ann", "diagnosis-ct", first.number, second.number, "mine was better")
    with pytest.raises(Conflict, match="revision 3 is published now, not revision 2"):
        curation.roll_back("Ben", "diagnosis-ct", first.number, first.number, "why not")
    with pytest.raises(NotAllowed, match="revision 3 of 'diagnosis-ct' is published"):
        curation.roll_back("Ben", "diagnosis-ct", second.number, second.number, "again")
    with pytest.raises(DraftRefused, match="note: say why"):
        curation.roll_back("Ben", "diagnosis-ct", first.number, second.number, "")
    with pytest.raises(EntryNotFound, match="has no revision 9"):
        curation.roll_back("Ben", "diagnosis-ct", 9, second.number, "x")
    back = curation.roll_back("Ben", "diagnosis-ct", first.number, second.number, "the second was wrong")
    assert (back.number, back.answer, back.author, back.reviewer) == (4, BETTER, "Ann", "Ben")
    assert [r.status for r in curation.history("diagnosis-ct")] == ["published", "retired", "retired", "retired"]
    told = KnowledgeStore(engine).entry("diagnosis-ct")
    assert told is not None
    assert (told.text, told.revision) == (BETTER, 4)


def test_retiring_leaves_no_question_without_an_answer(engine: Engine, curation: Curation) -> None:
    with pytest.raises(NotAllowed, match="base entry of topic 'diagnosis'"):
        curation.retire("Ben", "diagnosis", 1, "old")
    with pytest.raises(Conflict, match="revision 1 is published now, not revision 7"):
        curation.retire("Ben", "diagnosis-ct", 7, "old")
    curation.retire("Ben", "diagnosis-ct", 1, "old")
    store = KnowledgeStore(engine)
    assert store.entry("diagnosis-ct") is None
    assert [a.entry for a in store.find_answers("ask_diagnosis", {"test": ["ct"]})] == ["diagnosis"]
    assert curation.roll_back("Eve", "diagnosis-ct", 1, None, "still true").number == 2
    assert store.entry("diagnosis-ct") is not None


def test_two_revisions_side_by_side(curation: Curation) -> None:
    draft = curation.new_draft("Ann", "diagnosis-ct", answer="A CT gives sharp pictures, fast.", facts=["tests.ct", "tests.mri"])
    sides = {field.field: field for field in curation.compare("diagnosis-ct", 1, draft.number).changed}
    assert set(sides) == {"answer", "facts", "review_by"}
    assert [(c.op, c.left, c.right) for c in sides["answer"].changes] == [
        ("equal", "A CT gives ", "A CT gives "),
        ("replace", "clear", "sharp"),
        ("equal", " pictures", " pictures"),
        ("insert", "", ", fast"),
        ("equal", ".", "."),
    ]
    assert [(c.op, c.right) for c in sides["facts"].changes] == [("equal", "tests.ct"), ("insert", "\ntests.mri")]
    for side in curation.compare("diagnosis-ct", 1, draft.number).fields:
        assert ("".join(c.left for c in side.changes), "".join(c.right for c in side.changes)) == (side.left, side.right)
    assert all(not side.left for side in curation.compare("diagnosis-ct", None, 1).fields)


def test_what_is_due_for_review(engine: Engine, content: Path, curation: Curation) -> None:
    assert curation.stale() == ()
    later = Curation(engine, today=lambda: dt.date(2027, 5, 1))
    assert [item.days for item in later.stale()] == [21] * 4
    _published(curation)
    assert [(item.entry, item.days) for item in later.stale()][-1] == ("diagnosis-ct", 29)
    overdue = Curation(engine, today=lambda: dt.date(2027, 6, 1)).stale(0)
    assert [item.days for item in overdue] == [-10, -10, -10, -2]


def test_a_question_about_a_fact_is_settled_once_and_may_be_told_then(engine: Engine, content: Path) -> None:
    with (content / "facts.yml").open("a") as file:
        file.write("- {id: about.how_common, section: Tests, fact: rare, review_question: which share is right}\n")
    load_content(engine, content)
    curation = Curation(engine, today=lambda: TODAY)
    (flag,) = curation.flags()
    assert (flag.fact, flag.question, flag.status, flag.entries) == ("about.how_common", "which share is right", "open", ())
    draft = curation.new_draft("Ann", "diagnosis-ct", answer="It is a small fraction of all cancers.")
    assert "under review" in curation.check("diagnosis-ct", draft.number)[0].message
    with pytest.raises(DraftRefused, match="note"):
        curation.settle("Ben", "about.how_common", "")
    settled = curation.settle("Ben", "about.how_common", "the smaller share, says Dr. B")
    assert (settled.status, settled.settled_by, settled.note) == ("settled", "Ben", "the smaller share, says Dr. B")
    with pytest.raises(Conflict, match="settled by Ben already"):
        curation.settle("Eve", "about.how_common", "no")
    with pytest.raises(EntryNotFound):
        curation.settle("Eve", "tests.ct", "no")
    assert curation.check("diagnosis-ct", draft.number) == ()
    assert curation.flags() == ()
    load_content(engine, content)
    assert [flag.status for flag in curation.flags(settled=True)] == ["settled"]


def test_lists_and_choices(curation: Curation) -> None:
    curation.new_draft("Ann", "diagnosis-ct")
    states = {state.entry: state for state in curation.entries()}
    assert (states["diagnosis-ct"].published, states["diagnosis-ct"].open, states["diagnosis-ct"].open_author) == (1, 2, "Ann")
    assert [state.entry for state in curation.entries(status="draft")] == ["diagnosis-ct"]
    assert [state.entry for state in curation.entries(topic="cost")] == ["costs"]
    choices = curation.choices()
    assert choices.sections["Tests"] == "The page"
    assert choices.facets["test"] == ("mri", "ct")
    with pytest.raises(EntryNotFound, match="no entry 'nothing'"):
        curation.revision("nothing")


def test_a_store_that_was_never_loaded_says_how() -> None:
    with pytest.raises(StoreUnavailable, match="knowledge load"):
        Curation(create_engine("sqlite://")).entries()
