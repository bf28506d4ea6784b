"""Repeat that, tell me more, where does that come from: about the entries last told."""

from __future__ import annotations

from abc import abstractmethod

from bot.actions.base import Outcome, StoreAction, Turn
from bot.actions.conversation import Context
from bot.actions.reply import Reply, detail_of, from_entry, told
from knowledge import Answer


class _LookBack(StoreAction):
    """Says something about the entries last told; the intent's own entry where there are none."""

    def respond(self, turn: Turn) -> Outcome:
        """One reply for each entry last told."""
        entries = [self.store.entry(entry) for entry in turn.context.entries]
        replies = tuple(reply for entry in entries if entry is not None for reply in self.about(entry))
        return Outcome(replies or self.say(turn.intent), turn.context.understood())

    @abstractmethod
    def about(self, answer: Answer) -> tuple[Reply, ...]:
        """What to say about one entry; nothing where there is nothing to say."""


class ActionRepeat(_LookBack):
    """Tells the last answer again."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_repeat"

    def about(self, answer: Answer) -> tuple[Reply, ...]:
        """The entry as it stands now."""
        return (from_entry(answer),)


class ActionTellMore(_LookBack):
    """Tells the further detail of the answer that the channel names, or of the last one."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_tell_more"

    def about(self, answer: Answer) -> tuple[Reply, ...]:
        """The detail, if there is any."""
        return (detail_of(answer),) if answer.detail else ()

    def respond(self, turn: Turn) -> Outcome:
        """One reply for each entry that has detail; an entry that is named is what is spoken of from now on."""
        named = self.store.entry(turn.about) if turn.about else None
        if named is None:
            return super().respond(turn)
        context = Context(named.intent, named.facets, (named.entry,), 0, turn.context.introduced)
        return Outcome(self.about(named) or self.say(turn.intent), context)


class ActionNameSource(_LookBack):
    """Says where the last answer comes from and when it was reviewed."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_name_source"

    def about(self, answer: Answer) -> tuple[Reply, ...]:
        """Source title, section and date of review."""
        s = answer.source
        text = f'That answer comes from "{s.title}", section "{s.section}". It was last reviewed on {s.reviewed_on}.'
        return (Reply(text, {**told(answer, ()), "kind": "smalltalk"}),)
