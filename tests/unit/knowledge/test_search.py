"""Full-text search: the same on SQLite and PostgreSQL, in step with what is published, safe whatever is typed."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from knowledge import Curation, KnowledgeStore, create_engine
from knowledge.loader import load_content
from knowledge.search import search
from tests.unit.knowledge.conftest import change

ODD = [
    "",
    "   ",
    "the of and",
    "*",
    '"',
    '" OR 1=1 --',
    "NEAR(a b)",
    "heading : ct",
    "ct NOT mri",
    "(((",
    "a\x00b",
    "\ud800",
    "-8614",
    "ct:*A",
    "é" * 3000,
]


def _found(engine: Engine, text: str) -> list[str]:
    return [hit.entry for hit in search(engine, text).hits]


def test_what_is_found_first(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    for text, first in {
        "soft tissue mri": "diagnosis-mri",
        "what does a CT show": "diagnosis-ct",
        "costs": "costs",
        "cost of it": "costs",  # the stem
        "picture": "diagnosis-ct",
        "detailed": "diagnosis-ct",  # a fact's word, and no answer's; its own entry says less beside it
        "diagn": "diagnosis",  # half a word
        "tisue": "diagnosis-mri",  # a slip
        "359-8614": "costs",
        "(412) 359-8614": "costs",
    }.items():
        assert first in _found(engine, text)[:2], text
    assert search(engine, "tisue").corrected == {"tisue": "tissue"}
    assert [hit.entry for hit in search(engine, "mri ct costs", kinds=["gap"]).hits] == ["costs"]
    assert len(search(engine, "mri", limit=1).hits) == 1
    for odd in ODD:
        assert isinstance(_found(engine, odd), list)
    assert _found(engine, "the of and") == []
    assert _found(engine, "zebra") == []


def test_what_was_found_is_marked(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    hit = next(hit for hit in search(engine, "picture detailed").hits if hit.entry == "diagnosis-ct")
    assert [(part.text, part.hit) for part in hit.fields["answer"]] == [("A CT gives clear ", False), ("pictures", True), (".", False)]
    assert "".join(part.text for part in hit.fields["facts"]) == "CT gives detailed pictures"
    assert [part.text for part in hit.fields["facts"] if part.hit] == ["detailed", "pictures"]
    assert "detail" not in hit.fields
    assert "diagnosis-ct" in [answer.entry for answer, _ in KnowledgeStore(engine).search("picture detailed")]


def test_it_is_in_step_with_what_is_published(engine: Engine, content: Path) -> None:
    load_content(engine, content)
    curation = Curation(engine)
    draft = curation.new_draft("Ann", "diagnosis-ct", answer="A CT gives a zebra.")
    draft = curation.submit("Ann", "diagnosis-ct", draft.number, draft.version)
    draft = curation.approve("Ben", "diagnosis-ct", draft.number, draft.version)
    assert _found(engine, "zebra") == []
    curation.publish("Ben", "diagnosis-ct", draft.number, draft.version)
    assert _found(engine, "zebra") == ["diagnosis-ct"]
    assert "diagnosis-ct" not in _found(engine, "clear")
    curation.retire("Eve", "diagnosis-ct", draft.number, "no zebra")
    assert _found(engine, "zebra") == []
    change(content, "facts.yml", "MRI shows soft tissue well", "MRI shows a giraffe")
    load_content(engine, content)
    assert _found(engine, "giraffe") == ["diagnosis", "diagnosis-mri"]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    from tests.unit.knowledge.conftest import FILES

    folder = tmp_path_factory.mktemp("search")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.lstrip())
    engine = create_engine(f"sqlite:///{folder / 'knowledge.db'}")
    load_content(engine, folder)
    return engine


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(alphabet=st.characters(), max_size=60))
def test_no_text_breaks_it(loaded: Engine, text: str) -> None:
    for hit in search(loaded, text).hits:
        assert 0 < hit.score <= 1
