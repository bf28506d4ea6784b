"""Plays every conversation of this folder; see docs/testing.md for the format."""

from tests.runner.plugin import Conversation, Talk


def test_conversation(talk: Talk, conversation: Conversation) -> None:
    """The assistant answers as the case says."""
    talk.play(conversation)
