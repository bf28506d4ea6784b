"""A small content folder, and the databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from knowledge import create_engine
from tests.databases import empty_postgres

FILES = {
    "sources.yml": """
sources:
- id: page
  title: The page
  reviewed_on: 2026-11-23
  sections: [Tests, Outlook, Policy]
""",
    "facts.yml": """
facts:
- {id: tests.mri, section: Tests, fact: MRI shows soft tissue well}
- {id: tests.ct, section: Tests, fact: CT gives detailed pictures}
- {id: survival.some, section: Outlook, fact: about 60 to 80% live five years, figures: ["60", "80%"]}
- {id: contact.phone, section: Policy, fact: the line, figures: ["(412) 359-8614"]}
""",
    "contacts.yml": """
contacts:
- {id: phone, label: line, value: (412) 359-8614}
- {id: online, label: online scheduling, setting: SCHEDULE_ONLINE_URL}
""",
    "facets.yml": """
facets:
- id: test
  title: Test
  values:
  - {value: mri, title: MRI, synonyms: [mri]}
  - {value: ct, title: CT, synonyms: [ct, cat scan]}
- id: spread
  title: Spread
  values:
  - {value: advanced, title: spread, synonyms: [spread]}
""",
    "topics/diagnosis.yml": """
topic: diagnosis
intent: ask_diagnosis
title: Tests
question: How is it found?
entries:
- id: diagnosis
  kind: answer
  title: Tests
  answer: MRI and CT show it.
  detail: MRI shows soft tissue well.
  facts: [tests.mri, tests.ct]
  detail_facts: [tests.mri]
  section: Tests
  sensitivity: standard
  suggestions: [diagnosis-mri, costs]
- id: diagnosis-mri
  kind: answer
  title: MRI
  question: What does an MRI show?
  facets: {test: mri}
  answer: An MRI shows soft tissue well.
  facts: [tests.mri]
  section: Tests
  sensitivity: standard
- id: diagnosis-ct
  kind: answer
  title: CT
  facets: {test: ct}
  answer: A CT gives clear pictures.
  facts: [tests.ct]
  section: Tests
  sensitivity: standard
""",
    "topics/cost.yml": """
topic: cost
intent: ask_cost
title: Costs
question: What does it cost?
entries:
- id: costs
  kind: gap
  title: Costs
  answer: We have no answer on costs yet. Call {phone} or use {online}.
  facts: []
  section: Policy
  sensitivity: standard
""",
}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A folder with sound content."""
    folder = tmp_path / "content"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip())
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Edit a content file; the old text must be there."""
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database: SQLite, and PostgreSQL where there is one (it must be there where TEST_POSTGRES_URL names it)."""
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'knowledge.db'}")
        yield made
        made.dispose()
        return
    with empty_postgres("knowledge") as url:
        made = create_engine(url)
        yield made
        made.dispose()
