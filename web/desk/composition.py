"""The composition root: the one place where the desk is made from settings."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ruamel.yaml import YAML
from sqlalchemy.engine import Engine

from bot.conversations import AskedStore, ConversationSettings, HandoffStore
from bot.conversations import create_engine as conversations_engine
from bot.redaction import Redactor
from bot.redaction.redactor import doctors
from knowledge import KnowledgeError, KnowledgeSettings, KnowledgeStore, open_curation
from knowledge import create_engine as knowledge_engine
from web.desk.accounts import Accounts
from web.desk.assistant import Assistant
from web.desk.audit import Audit
from web.desk.clock import Clock, utc_now
from web.desk.desk import Desk
from web.desk.files import Files
from web.desk.flags import Flags
from web.desk.groups import Vectors
from web.desk.links import Links
from web.desk.lockout import Lockout
from web.desk.sessions import Sessions
from web.desk.settings import DeskSettings
from web.desk.sign_on import SingleSignOn

_HERE = Path(__file__).parent
_ANSWER_WITHIN = 12.0


def make_desk(settings: DeskSettings, engine: Engine, files: Files, now: Clock = utc_now, environ: Mapping[str, str] = os.environ) -> Desk:
    """The desk over databases that the environment names.

    Args:
        settings: how it is served.
        engine: the desk's own database, brought up to date.
        files: its style sheet and scripts.
        now: the time.
        environ: where the other stores' settings are read from.

    Raises:
        KnowledgeError, SettingsError: for settings that cannot be used.
    """
    knowledge_settings = KnowledgeSettings.read(environ)
    store = knowledge_engine(knowledge_settings.database_url, knowledge_settings.pool_size)
    knowledge = KnowledgeStore(store, knowledge_settings.links)
    curation = open_curation(knowledge_settings, store)
    conversation_settings = ConversationSettings.read(environ)
    conversations = conversations_engine(conversation_settings.database_url, conversation_settings.pool_size)
    client = httpx2.AsyncClient(base_url=settings.api_url, timeout=_ANSWER_WITHIN, trust_env=False)
    redactor = _redactor(knowledge)
    accounts = Accounts(engine, now)
    return Desk(
        settings=settings,
        templates=templates(),
        static=files.addresses,
        accounts=accounts,
        links=Links(engine, accounts, now),
        sessions=Sessions(engine, dt.timedelta(minutes=settings.idle_minutes), dt.timedelta(hours=settings.hours), now),
        lockout=Lockout(engine, now),
        audit=Audit(engine, now),
        flags=Flags(engine, now),
        knowledge=knowledge,
        curation=curation,
        search=lambda text, limit: curation.search(text, limit).hits,
        handoffs=HandoffStore(conversations, now),
        asked=AskedStore(conversations),
        assistant=Assistant(client, settings.api_token),
        redact=lambda text: redactor.redact(text).text,
        encode=encode,
        not_to_say=not_to_say(),
        sign_on=SingleSignOn(settings.oidc, f"{settings.public_url}/sign-in/back") if settings.oidc else None,
        now=now,
    )


def templates() -> Environment:
    """The templates; what they show is escaped, always."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["first_five"] = lambda row: (row[0], row[1][:5])  # what a chart shows of a row
    return made


def not_to_say() -> Mapping[str, Sequence[str]]:
    """What staff do not say, by what it is about."""
    found: Mapping[str, Sequence[str]] = YAML(typ="safe").load((_HERE / "not_to_say.yml").read_text(encoding="utf-8"))
    return found


def encode(texts: Sequence[str]) -> Vectors:
    """Sentence vectors of the assistant's own encoder, loaded when first needed."""
    from bot.components.minilm import shared_encoder

    vectors: Vectors = np.asarray(shared_encoder().encode(texts), np.float32)
    return vectors


def _redactor(knowledge: KnowledgeStore) -> Redactor:
    try:
        return Redactor(doctors(answer.text for answer in knowledge.entries()))
    except KnowledgeError:
        return Redactor()
