"""A published change is what the next patient hears: the real assistant, with no retraining and no restart."""

import asyncio
from pathlib import Path

import pytest

from bot.assistant import Assistant, ModelMissing, make_actions
from knowledge import KnowledgeStore, create_engine, open_curation
from knowledge.loader import load_content

MODEL = Path("models/assistant.tar.gz")
NEW = "We have no reviewed answer on trials yet. Please ask your care team. You can call {phone}."


def test_the_next_question_is_answered_with_it(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'knowledge.db'}")
    load_content(engine, Path("knowledge/content"))
    curation = open_curation(engine=engine)
    store = KnowledgeStore(engine)

    async def told() -> None:
        try:
            assistant = await Assistant.load(MODEL, make_actions(store))
        except ModelMissing as missing:
            pytest.fail(str(missing))

        async def ask(sender: str) -> tuple[str, int]:
            replies = await assistant.send(sender, "are there clinical trials for lms")
            custom = next(reply["custom"] for reply in replies if "custom" in reply)
            assert custom["entry"] == "clinical-trials"
            return next(reply["text"] for reply in replies if "text" in reply), custom["revision"]

        before = await ask("one")
        draft = curation.new_draft("Ann", "clinical-trials", answer=NEW)
        draft = curation.submit("Ann", "clinical-trials", draft.number, draft.version)
        draft = curation.approve("Ben", "clinical-trials", draft.number, draft.version)
        assert await ask("two") == before
        curation.publish("Ben", "clinical-trials", draft.number, draft.version)
        text, revision = await ask("three")
        assert text.endswith(NEW.replace("{phone}", "(412) 359-8614"))
        assert revision == 2
        curation.roll_back("Eve", "clinical-trials", 1, 2, "the first was better")
        assert await ask("four") == (before[0], 3)

    asyncio.run(told())
