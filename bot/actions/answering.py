"""From a question and what was spoken of before to the entries that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.actions.conversation import Context, Facets, Question, merged
from bot.components.disease import names_disease
from knowledge import Answer, KnowledgeStore

# Where a facet named alone ("mri?") is at home.
HOME_TOPICS: Mapping[str, str] = {
    "test": "ask_diagnosis",
    "histology": "ask_histology",
    "gene": "ask_tumor_genetics",
    "procedure": "ask_surgery_types",
    "radiation_type": "ask_radiation_types",
    "treatment": "ask_treatment",
    "risk_factor": "ask_causes",
    "symptom": "ask_symptoms",
    "channel": "ask_scheduling",
    "route": "ask_chemo_delivery",
    "grade": "ask_grade",
    "stage": "ask_staging",
    "site": "ask_types",
    "spread": "ask_spread",
}
# "What kinds are there?" after a treatment asks for the kinds of that.
KINDS_OF: Mapping[str, str] = {
    "ask_radiation": "ask_radiation_types",
    "ask_surgery": "ask_surgery_types",
    "ask_chemotherapy": "ask_chemo_drugs",
}
# Topics that share their facets' answers with another.
KIN: Mapping[str, str] = {
    "ask_five_year_meaning": "ask_survival",
    "ask_why_deadly": "ask_survival",
    "ask_early_detection": "ask_curability",
}
_LIKELY = 0.25
_SHORT = 6  # words
_TRUSTED = 0.5  # an intent's confidence from which it decides where a facet alone is at home


class Answering:
    """Finds entries for questions; reads the store and nothing else."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store

    def find(self, question: Question, context: Context) -> tuple[tuple[Answer, ...], Context]:
        """The entries that answer, and what is spoken of from now on; no entries where nothing is known.

        Raises:
            knowledge.StoreUnavailable: if the store cannot be read.
        """
        intent, facets = self._reading(question, context)
        if intent is None:
            return (), context
        answers = self._one_of(self._store.find_answers(intent, facets), intent)
        if not answers:
            return (), context
        after = Context(intent, facets, tuple(answer.entry for answer in answers), 0, context.introduced)
        return answers, after

    def _one_of(self, answers: tuple[Answer, ...], intent: str) -> tuple[Answer, ...]:
        """One entry for one question: where several fit alike, the broader one that tells of all of them."""
        if len(answers) < 2:
            return answers
        base = self._store.find_answers(intent, {})
        if base and all(set(answer.facts) & set(base[0].facts) for answer in answers):
            return base
        return answers[:1] if len({name for answer in answers for name in answer.facets}) > 1 else answers

    @staticmethod
    def _home(context: Context) -> str:
        """The topic of before; a treatment told under `treatment` counts as that treatment's own topic."""
        told = {"radiation": "ask_radiation", "surgery": "ask_surgery", "chemotherapy": "ask_chemotherapy"}
        treatment = [told[value] for value in context.facets.get("treatment", ()) if value in told]
        return treatment[0] if treatment else context.topic or ""

    def _reading(self, question: Question, context: Context) -> tuple[str | None, Facets]:
        new = {name: list(values) for name, values in question.facets.items() if name != "language"}
        elliptic = question.elliptic or (question.intent in {"follow_up", "correction"} and bool(new))
        if elliptic and context.topic and not self._own_topic(question, context):
            both = merged(context.facets, new)
            for topic in (context.topic, KIN.get(context.topic)):
                if topic and self._speaks_to(topic, both, new):
                    return topic, both
            if not new and question.leads_in:
                return context.topic, both
        kinds = (
            KINDS_OF.get(self._home(context)) if question.intent == "ask_types" and not new and not names_disease(question.text) else None
        )
        if kinds and len(question.text.split()) <= _SHORT:
            return kinds, {}
        if question.is_topic and (not elliptic or question.confidence >= _TRUSTED):
            keeps = question.looks_back and context.topic is not None
            return question.intent, merged(context.facets, new) if keeps else new
        for facet, topic in HOME_TOPICS.items():
            if facet in new:
                return topic, new
        if question.is_topic:
            return question.intent, new
        if question.intent == "follow_up" and question.readings:
            name, chance = question.readings[0]
            if question.looks_back and context.topic:
                return name, merged(context.facets, new)
            if chance >= _LIKELY:
                return name, new
        return None, new

    @staticmethod
    def _own_topic(question: Question, context: Context) -> bool:
        """Whether the words, few as they are, name a topic of their own ("hysterectomy?") and do not follow on."""
        return question.is_topic and question.confidence >= 0.9 and not question.leads_in and question.intent != context.topic

    def _speaks_to(self, topic: str, facets: Facets, new: Facets) -> bool:
        """Whether the topic has an entry for what was newly named."""
        found = self._store.find_answers(topic, facets)
        asked = {(name, value) for name, values in new.items() for value in values}
        return any((name, value) in asked for a in found for name, values in a.facets.items() for value in values)


def with_topic(question: Question, intent: str) -> Question:
    """The question read as another topic."""
    return replace(question, intent=intent, confidence=1.0)
