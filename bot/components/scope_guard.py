"""Graph component: the last word on a message. What we may answer, what we may not, and what we are not sure of.

It reads what the components before it found and settles, in this order: the safety gate's alarm; another disease; another
language; no language; the classifier's intent where its confidence carries it, "not sure" (`nlu_fallback`) where not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.components.disease import names_disease
from bot.components.facets import OTHER_CONDITION
from bot.components.language import is_gibberish, other_language
from bot.components.messages import ALARM, ALARM_CHANCES, ALARM_HINT, BEGUN, PARTS, QUESTIONS, SECOND_READING, catch_up, words_of
from bot.components.question_shape import (
    asks_what_it_is,
    is_elliptic,
    is_personal,
    is_statement,
    is_whole_question,
    leads_in,
    looks_back,
    names_only,
    says_little,
    tells_feeling,
)
from bot.components.safety_rules import Alarm, may_be
from bot.components.text import Words

UNSURE = "nlu_fallback"
ANSWERS = "ask_"
# Asked with another disease beside ours, these are still about ours ("could my breast cancer radiation have caused LMS").
_OWN_WITH_OTHERS = frozenset({"ask_causes", "ask_heredity", "ask_fibroids", "ask_who_gets_it"})
_CERTAIN = 0.8
_DOUBT = 0.6
_DISEASES_THAT_ARE_RISKS = frozenset({"virus", "lymphedema", "genetic_syndrome"})
_OWN_NAME = re.compile(
    r"^(?:hiv|aids|ebv|epstein|barr|mono|mononucleosis|lymph\w*edema|fraumeni|li|retinoblastoma|tuberous|sclerosis|lfs|tsc)$"
)
_LINKS = re.compile(
    r"\b(?:cause\w*|risk\w*|lead\w*|link\w*|rais\w+|increas\w+|chance\w*|odds|likely|cancers?|sarcomas?|tumors?|develop\w*|bring|brought|connect\w*|"
    r"relat\w+|factors?|giv\w+ (?:me|you|him|her|someone)|get (?:this|it)|why|matter|play|role|contribut\w+|behind|responsible|associat\w+|trigger\w*|start\w*|make|do with)\b"
)
_COMPARES = re.compile(
    r"\b(?:difference|different|differ|versus|vs|compare[ds]?|same|or|not|instead|rather|mistaken|misdiagnosed|turn into|become)\b"
)
_EARLIER = re.compile(
    r"\b(?:had|after|from|previous|prior|past|history of|survivor|years ago|treated for|because of|ago|back (?:in|then)|same (?:spot|place)|zapped|irradiated|radiated|old (?:treatment|radiation)|at (?:age )?\d+)\b"
)
_PERSONAL = frozenset({"personal_diagnosis", "personal_results", "personal_treatment", "personal_dosing"})
_READ_AGAIN = frozenset({UNSURE, "out_of_scope", "gibberish", "other_language", "thanks", "greet"})  # a second reading may be better
_ASKS_MORE = frozenset({"follow_up", "tell_more", "repeat_that", "source_of_answer", "request_human"})
_HUMAN = frozenset({"distress", "request_human", "bot_challenge", *_PERSONAL})


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class ScopeGuard(GraphComponent):
    """Decides the intent of a message and of the questions inside it.

    Writes the output property `questions`: what is to be answered, in order, each with `intent`, `confidence`, `facets`,
    `text`, `readings` (likeliest topics) and its shape (`elliptic`, `leads_in`, `looks_back`, `correction`).
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._sure = float(config["sure"])
        self._half = float(config["half"])
        self._alarm = float(config["alarm"])
        self._alarm_in_part = float(config["alarm_in_part"])
        self._alarm_in_faint_part = float(config["alarm_in_faint_part"])
        self._faint = float(config["faint"])
        self._near = float(config["near"])
        self._second = float(config["second"])
        self._one = float(config["one"])
        self._hint = float(config["hint"])
        self._distress = float(config["distress"])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`sure`: answer from this confidence on. `half`: each half of a double question needs this much.
        `alarm`: the alarm classifier raises a safety line from this chance on, `alarm_in_part`: for a part read alone. `near`: below `sure`, a message at
        least this similar to what we know is offered its likeliest readings; one further away is out of scope. `second`: a
        second reading (see `Speller.second_reading`) needs this much. `one`: a message as sure as this is one question, and
        is not taken apart; unless danger has a chance of `hint` or distress one of `distress`, for then every part of it is read.
        A part of a message that as a whole has a chance of danger below `faint` must be as plain as `alarm_in_faint_part`: so
        danger that is told in passing, beside a question, is heard, and a part that sounds strange by itself is not."""
        return {
            "sure": 0.5,
            "half": 0.45,
            "alarm": 0.33,
            "alarm_in_part": 0.5,
            "alarm_in_faint_part": 0.95,
            "faint": 0.1,
            "near": 0.35,
            "second": 0.7,
            "one": 0.985,
            "hint": 0.005,
            "distress": 0.02,
        }

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> ScopeGuard:
        """The guard with its thresholds."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Settle messages and list their questions."""
        for message in messages:
            hinted = self._is_hinted(message)
            self._settle(message, message)
            parts = self._worth_reading(message, hinted)
            self._read(parts, message)
            self._choose(message, parts)
            if message.get(BEGUN):
                message.get(BEGUN).drop()
        return messages

    def _read(self, inside: Sequence[Message], whole: Message) -> None:
        catch_up(inside)
        for inner in inside:
            self._settle(inner, whole)

    def _is_hinted(self, message: Message) -> bool:
        """Whether danger or distress may be told somewhere in a message."""
        if self._likeness(message) >= self._hint:
            return True
        ranking = message.get("intent_ranking") or []
        return max((item["confidence"] for item in ranking if item["name"] == "distress"), default=0.0) >= self._distress

    def _likeness(self, message: Message) -> float:
        """How likely danger is; where the message is unlike all examples, only what is more likely than not counts."""
        chance = max((message.get(ALARM_CHANCES) or {}).values(), default=0.0)
        hint = float(message.get(ALARM_HINT) or 0.0)
        return hint if chance == 0.0 and hint >= 0.5 else chance

    def _worth_reading(self, message: Message, hinted: bool) -> list[Message]:
        """The parts that can make a difference, by the whole and by their shape: each costs as much as a message."""
        parts: list[Message] = message.get(PARTS) or []
        if message.get(ALARM):
            return []
        if hinted or message.get("correction"):
            return parts
        intent = message.get(INTENT) or {"name": None, "confidence": 0.0}
        understood = str(intent["name"]).startswith(ANSWERS)
        one = understood and float(intent["confidence"]) >= self._one
        doubt = not understood or float(intent["confidence"]) < _DOUBT  # a personal case may be a story before a question
        pairs = zip(parts[::2], parts[1::2], strict=False)
        kept = [
            (left, right)
            for left, right in pairs
            if ((not one or _both_ask(left, right)) and self._may_stand_alone(left, right))
            or (doubt and _tells_and_asks(left, right))
            or tells_feeling(words_of(left))
        ]
        return [part for pair in kept for part in pair]

    def _settle(self, message: Message, whole: Message) -> None:
        if message.get(ALARM):
            return
        words = words_of(message)
        intent = dict(message.get(INTENT) or {"name": None, "confidence": 0.0})
        ranking = message.get("intent_ranking") or []
        chances = {item["name"]: item["confidence"] for item in ranking}
        entities = message.get(ENTITIES) or []
        known = self._known(words)
        language = other_language(words, known)
        alarm = self._alarm_of(message, whole)
        # The examples are English: in another language the likeness is chance, and the gate's rules decide alone.
        if alarm and not language and not is_gibberish(words, known):
            self._set(message, alarm, float(message.get(ALARM_CHANCES)[alarm]))
            message.set(ALARM, alarm)
            return
        others = [entity for entity in entities if entity["entity"] == OTHER_CONDITION]
        if others and intent["name"] not in _HUMAN:
            named = self._about_another(words, str(intent["name"]), float(intent["confidence"]) >= _CERTAIN, others)
            if named:
                self._set(message, named, 1.0)
                return
        if self._only_a_risk_factor(words, entities):
            self._set(message, "other_condition", 1.0)
            return
        if language:
            message.set(ENTITIES, [*entities, self._whole(words, "language", language)], add_to_output=True)
            self._set(message, "other_language", 1.0)
        elif is_gibberish(words, known):
            self._set(message, "gibberish", 1.0)
        elif intent["name"] in {"crisis", "emergency"}:
            rest = [item for item in ranking if item["name"] not in {"crisis", "emergency"}]
            other: dict[str, Any] = rest[0] if rest else {"name": UNSURE, "confidence": 0.0}
            self._set(message, other["name"] if other["confidence"] >= 0.15 else "distress", other["confidence"])
        elif intent["name"] == "other_condition" and self._elliptic(message):
            # "lymphedema?" names a facet of ours and no more: what it asks is told by what was said before.
            own = next((item for item in ranking if str(item["name"]).startswith(ANSWERS)), None)
            if own:
                self._set(message, str(own["name"]), float(own["confidence"]))
        elif intent["confidence"] < self._sure and intent["name"] not in {"out_of_scope", "other_condition"}:
            outside = chances.get("out_of_scope", 0.0) + chances.get("other_condition", 0.0) + chances.get("gibberish", 0.0)
            far = float(intent.get("similarity", 1.0)) < self._near or outside >= 0.45
            self._set(message, "out_of_scope" if far else UNSURE, intent["confidence"])

    def _alarm_of(self, message: Message, whole: Message) -> Alarm | None:
        """The likelier of crisis and emergency, where it is likely enough and may be; `whole` is what the message is part of."""
        chances: dict[Alarm, float] = message.get(ALARM_CHANCES) or {}
        name = max(chances, key=lambda alarm: chances[alarm], default=None)
        least = self._alarm
        if message is not whole:
            faint = self._likeness(whole) < self._faint and message is not whole.get(SECOND_READING)
            least = self._alarm_in_faint_part if faint else self._alarm_in_part
        if not name or chances[name] < least:
            return None
        return name if may_be(name, chances[name], words_of(message).text, words_of(whole).text) else None

    @staticmethod
    def _about_another(words: Words, intent: str, sure: bool, others: list[dict[str, Any]]) -> str | None:
        """The intent of a message that names another disease; None where it is about ours all the same."""
        gap = next((f"{ANSWERS}{entity['gap']}" for entity in others if "gap" in entity), None)
        ours = names_disease(words.text)
        if gap and all("gap" in entity for entity in others):
            return None if intent == "ask_morcellation" else gap  # what was cut up was taken for a fibroid
        if intent == "ask_vaccines":
            return None  # a vaccine is called by what it is against
        if intent in _OWN_WITH_OTHERS and (ours or _EARLIER.search(words.text)):
            return None
        if ours and sure and intent.startswith(ANSWERS) and not _COMPARES.search(words.text):
            return None
        return "other_condition"

    @staticmethod
    def _only_a_risk_factor(words: Words, entities: list[dict[str, Any]]) -> bool:
        """Whether it asks about a risk factor that is a disease of its own (HIV, lymphedema), and not about ours."""
        diseases = [e for e in entities if e["entity"] == "risk_factor" and e["value"] in _DISEASES_THAT_ARE_RISKS]
        named = {i for entity in diseases for i in range(*entity["words"])}
        if not any(_OWN_NAME.search(words.words[i].text) for i in named):
            return False
        return not is_elliptic(words, named) and not names_disease(words.text) and not _LINKS.search(words.text)

    @staticmethod
    def _known(words: Words) -> float:
        letters = [word for word in words.words if word.text[:1].isalpha()]
        return sum(word.known for word in letters) / len(letters) if letters else 0.0

    @staticmethod
    def _whole(words: Words, entity: str, value: str) -> dict[str, Any]:
        return {"entity": entity, "value": value, "start": 0, "end": len(words.typed), "extractor": ScopeGuard.__name__}

    @staticmethod
    def _set(message: Message, name: str, confidence: float) -> None:
        message.set(INTENT, {"name": name, "confidence": float(confidence)}, add_to_output=True)
        ranking = [item for item in message.get("intent_ranking") or [] if item["name"] != name]
        message.set("intent_ranking", [{"name": name, "confidence": float(confidence)}, *ranking], add_to_output=True)

    def _choose(self, message: Message, parts: Sequence[Message]) -> None:
        """Decide which reading stands: the whole, the corrected rest, or two halves that stand alone."""
        alarmed = next((part for part in parts if part.get(ALARM)), None)
        if alarmed is None and not message.get(ALARM) and self._reads_better(message):
            second: Message = message.get(SECOND_READING)
            self._take(message, second)
            message.set(ENTITIES, second.get(ENTITIES) or [], add_to_output=True)
            message.set(QUESTIONS, [self._question(message, second)], add_to_output=True)
            return
        if alarmed is not None:
            self._take(message, alarmed)
            message.set(QUESTIONS, [self._question(message, message)], add_to_output=True)
            return
        if message.get("correction"):
            if parts:
                self._take(message, parts[0])
                message.set(QUESTIONS, [self._question(message, parts[0])], add_to_output=True)
            else:
                self._set(message, "correction", 1.0)
                message.set(QUESTIONS, [self._question(message, message)], add_to_output=True)
            return
        pairs = list(zip(parts[::2], parts[1::2], strict=False))
        for left, _ in pairs:
            if asks_what_it_is(words_of(left)):
                self._set(left, "ask_definition", 1.0)
        both = [pair for pair in pairs if self._stand_alone(message, *pair)]
        if both:
            left, right = max(both, key=lambda pair: min(float(part.get(INTENT)["confidence"]) for part in pair))
            self._take(message, left)
            message.set(QUESTIONS, [self._question(message, left), self._question(message, right)], add_to_output=True)
            return
        heard = [pair for pair in pairs if self._told_and_asked(*pair)]
        if heard:
            left, right = heard[0]
            self._take(message, left)
            message.set(QUESTIONS, [self._question(message, left), self._question(message, right)], add_to_output=True)
            return
        name, sure = str(message.get(INTENT)["name"]), float(message.get(INTENT)["confidence"])
        if name in {UNSURE, "out_of_scope", "distress"} or sure < _DOUBT or (name in _PERSONAL and sure < _CERTAIN):
            told = [part for pair in pairs for part in self._behind_story(*pair)]
            if name in _PERSONAL:
                told = [part for part in told if not is_personal(words_of(part))]
            if told:
                best = max(told, key=lambda part: float(part.get(INTENT)["confidence"]))
                self._take(message, best)
        message.set(QUESTIONS, [self._question(message, message)], add_to_output=True)

    def _reads_better(self, message: Message) -> bool:
        """Whether the message is not understood as typed, and surely is in its second reading."""
        second = message.get(SECOND_READING)
        if second is None or str(message.get(INTENT)["name"]) not in _READ_AGAIN:
            return False
        self._read([second], message)
        intent = second.get(INTENT)
        if second.get(ALARM):
            return True
        asks = str(intent["name"]).startswith(ANSWERS) or intent["name"] in _ASKS_MORE
        return asks and float(intent["confidence"]) >= self._second

    def _take(self, message: Message, part: Message) -> None:
        """Let a part speak for the message; entities stay those of the whole."""
        message.set(INTENT, part.get(INTENT), add_to_output=True)
        message.set("intent_ranking", part.get("intent_ranking") or [], add_to_output=True)
        if part.get(ALARM):
            message.set(ALARM, part.get(ALARM))

    def _may_stand_alone(self, left: Message, right: Message) -> bool:
        """Whether the shape of two halves, before their topics are known, lets them be two questions."""
        first, second = words_of(left), words_of(right)
        if is_statement(first) or is_statement(second) or says_little(second):
            return False
        if not is_whole_question(second) and (self._elliptic(right) or names_only(second, self._named(right))):
            return False
        return is_whole_question(first) or not self._elliptic(left)

    def _stand_alone(self, message: Message, left: Message, right: Message) -> bool:
        names = [str(part.get(INTENT)["name"]) for part in (left, right)]
        if not all(name.startswith(ANSWERS) for name in names) or not self._may_stand_alone(left, right):
            return False
        sure = sorted(float(part.get(INTENT)["confidence"]) for part in (left, right))
        if sure[0] < self._half or sure[1] < _CERTAIN:
            return False
        certain = [float(part.get(INTENT)["confidence"]) >= _CERTAIN for part in (left, right)]
        if not all(sure_ or is_whole_question(words_of(part)) for sure_, part in zip(certain, (left, right), strict=True)):
            return False
        if says_little(words_of(left)) and not certain[0]:
            return False
        whole = message.get(INTENT) or {}
        if looks_back(words_of(right)) and whole.get("name") == names[0] and float(whole["confidence"]) >= _CERTAIN:
            return False  # "they used it on me, should I worry about that"
        if names[0] != names[1]:
            return True
        facets = [self._facets(part) for part in (left, right)]
        return all(facets) and facets[0] != facets[1] and all(is_whole_question(words_of(part)) for part in (left, right))

    @staticmethod
    def _told_and_asked(left: Message, right: Message) -> bool:
        """Whether distress is told first and a question asked after it."""
        first, second = left.get(INTENT), right.get(INTENT)
        return (
            first["name"] == "distress"
            and float(first["confidence"]) >= 0.7
            and str(second["name"]).startswith(ANSWERS)
            and float(second["confidence"]) >= _CERTAIN
            and not is_statement(words_of(right))
        )

    @staticmethod
    def _behind_story(left: Message, right: Message) -> list[Message]:
        """The half that asks, where the other only tells what happened."""
        if not _tells_and_asks(left, right):
            return []
        asker = right if is_statement(words_of(left)) else left
        intent = asker.get(INTENT)
        return [asker] if str(intent["name"]).startswith(ANSWERS) and float(intent["confidence"]) >= 0.75 else []

    @staticmethod
    def _facets(message: Message) -> dict[str, list[str]]:
        facets: dict[str, list[str]] = {}
        for entity in message.get(ENTITIES) or []:
            values = facets.setdefault(str(entity["entity"]), [])
            if entity["value"] not in values:
                values.append(str(entity["value"]))
        return facets

    @staticmethod
    def _named(message: Message) -> set[int]:
        return {i for entity in message.get(ENTITIES) or [] if "words" in entity for i in range(*entity["words"])}

    def _elliptic(self, message: Message) -> bool:
        return is_elliptic(words_of(message), self._named(message))

    def _question(self, message: Message, part: Message) -> dict[str, Any]:
        words = words_of(part)
        intent = part.get(INTENT) or {"name": None, "confidence": 0.0}
        facets = self._facets(part)
        ranking = [item for item in part.get("intent_ranking") or [] if str(item["name"]).startswith(ANSWERS)]
        return {
            "text": words.text,
            "intent": intent["name"],
            "confidence": float(intent["confidence"]),
            "facets": {name: values for name, values in facets.items() if name != OTHER_CONDITION},
            "others": facets.get(OTHER_CONDITION, []),
            "readings": [[item["name"], round(float(item["confidence"]), 4)] for item in ranking[:4]],
            "elliptic": self._elliptic(part),
            "leads_in": leads_in(words),
            "looks_back": looks_back(words),
            "correction": bool(message.get("correction")),
        }


def _both_ask(left: Message, right: Message) -> bool:
    """Whether both halves have the form of a question of their own."""
    return is_whole_question(words_of(left)) and is_whole_question(words_of(right))


def _tells_and_asks(left: Message, right: Message) -> bool:
    """Whether one half only tells what happened, and the other does not."""
    return is_statement(words_of(left)) != is_statement(words_of(right))
