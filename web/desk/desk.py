"""What the desk is made of, handed to every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment

from bot.conversations import AskedStore, HandoffStore
from knowledge import Curation, KnowledgeStore
from knowledge.search import Hit
from web.desk.accounts import Accounts
from web.desk.assistant import Assistant
from web.desk.audit import Audit
from web.desk.clock import Clock
from web.desk.flags import Flags
from web.desk.groups import Encode, Redact
from web.desk.links import Links
from web.desk.lockout import Lockout
from web.desk.sessions import Sessions
from web.desk.settings import DeskSettings
from web.desk.sign_on import SingleSignOn

#: Finds published entries by their words, best first.
Search = Callable[[str, int], Sequence[Hit]]


@dataclass(frozen=True)
class Desk:
    """Everything that pages use. Made in one place (`web.desk.composition`), or by tests.

    Attributes:
        static: how a file of the desk's own is addressed, by its name.
        not_to_say: lines for the phone page, by what they are about.
    """

    settings: DeskSettings
    templates: Environment
    static: Mapping[str, str]
    accounts: Accounts
    links: Links
    sessions: Sessions
    lockout: Lockout
    audit: Audit
    flags: Flags
    knowledge: KnowledgeStore
    curation: Curation
    search: Search
    handoffs: HandoffStore
    asked: AskedStore
    assistant: Assistant
    redact: Redact
    encode: Encode
    not_to_say: Mapping[str, Sequence[str]]
    sign_on: SingleSignOn | None
    now: Clock
