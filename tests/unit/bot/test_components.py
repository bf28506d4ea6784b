"""Each graph component alone, on Rasa messages made by hand."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAML
from sklearn.feature_extraction.text import CountVectorizer

from bot.components.ahead import reading_ahead
from bot.components.alarm_examples import SentencesError, read_sentences
from bot.components.facet_extractor import FacetExtractor
from bot.components.facets import FacetMatcher
from bot.components.intent_classifier import CalibratedIntentClassifier
from bot.components.intent_model import letter_grams, word_grams
from bot.components.language import is_gibberish, other_language
from bot.components.messages import (
    ALARM_CHANCES,
    ALARM_HINT,
    BEGUN,
    CLAUSES,
    PARTS,
    SECOND_READING,
    WORDS,
    catch_up,
    part_of,
    whole_first,
    words_of,
)
from bot.components.quantized_kernel import QuantizedKernel, build, quantize
from bot.components.question_splitter import QuestionSplitter
from bot.components.safety_gate import SafetyGate
from bot.components.scope_guard import ScopeGuard
from bot.components.sentence_features import SentenceFeatures
from bot.components.spelling_corrector import SpellingCorrector
from bot.components.text import Words, read

CONTEXT = ExecutionContext(GraphSchema({}))
CONTENT = Path("knowledge/content")


def _make(kind: Any, folder: Path, **config: Any) -> Any:
    settings = {**kind.get_default_config(), **config}
    return kind.create(settings, LocalModelStorage(folder), Resource("part"), CONTEXT)


def _loaded(kind: Any, folder: Path, **config: Any) -> Any:
    settings = {**kind.get_default_config(), **config}
    return kind.load(settings, LocalModelStorage(folder), Resource("part"), CONTEXT)


def _examples(*pairs: tuple[str, str]) -> TrainingData:
    return TrainingData([Message.build(text, intent) for text, intent in pairs])


# Spelling

WORDINGS = [
    (text, intent)
    for intent, texts in {
        "ask_hair_loss": ["do cold caps work", "cold cap for hair", "is a cold cap any use", "cold caps", "hair and cold cap"],
        "ask_staging": ["what stage is it", "which stage is it", "what stage am i", "stage of lms", "is it common stage"],
        "ask_children": ["can a child get lms", "child with lms", "does a child get it", "my child has it", "lms in a child"],
    }.items()
    for text in texts
]


@pytest.fixture(scope="module")
def corrector(tmp_path_factory: pytest.TempPathFactory) -> SpellingCorrector:
    folder = tmp_path_factory.mktemp("speller")
    _make(SpellingCorrector, folder).train(_examples(*WORDINGS))
    return _loaded(SpellingCorrector, folder)  # type: ignore[no-any-return]


def _spelled(corrector: SpellingCorrector, text: str) -> Message:
    return corrector.process([Message.build(text)])[0]


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("do cild caps work", "do cold caps work"),
        ("a cild with lms", "a child with lms"),
        ("wat is leiomiosarcoma", "what is leiomyosarcoma"),
        ("is liposarcoma the same", "is liposarcoma the same"),
        ("whst's the survivla rate", "what's the survival rate"),
        ("HIPEC for it", "hipec for it"),
    ],
)
def test_the_words_beside_a_slip_decide(corrector: SpellingCorrector, typed: str, understood: str) -> None:
    assert _spelled(corrector, typed).get("spelled") == understood


def test_tokens_stand_where_they_were_typed(corrector: SpellingCorrector) -> None:
    tokens = _spelled(corrector, "Wat is LMS?").get("text_tokens")
    assert [(token.text, token.start, token.lemma) for token in tokens] == [
        ("Wat", 0, "what"),
        ("is", 4, "is"),
        ("LMS", 7, "lms"),
        ("?", 10, "?"),
    ]


def test_a_word_is_left_and_only_read_a_second_way(corrector: SpellingCorrector) -> None:
    message = _spelled(corrector, "what stag is it")
    assert message.get("spelled") == "what stag is it"
    assert words_of(message.get(SECOND_READING)).text == "what stage is it"
    assert _spelled(corrector, "what stage is it").get(SECOND_READING) is None


# Safety gate


@pytest.mark.parametrize(
    ("typed", "intent"),
    [("i want to kil my self", "crisis"), ("suiside", "crisis"), ("she cant breath", "emergency"), ("does chemo kill cancer cells", None)],
)
def test_the_gate_hears_through_slips(corrector: SpellingCorrector, typed: str, intent: str | None) -> None:
    message = SafetyGate.create({}, None, None, CONTEXT).process([_spelled(corrector, typed)])[0]  # type: ignore[arg-type]
    assert (message.get("intent") or {}).get("name") == intent


# Questions inside


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("what causes it, and is it genetic?", ["what causes it", "is it genetic?"]),
        ("survival rate and can it be cured", ["survival rate", "can it be cured"]),
        ("no i meant the symptoms", ["the symptoms"]),
        ("what is leiomyosarcoma", []),
    ],
)
def test_the_splitter_proposes_halves(text: str, halves: list[str]) -> None:
    message = QuestionSplitter.create({}, None, None, CONTEXT).process([Message.build(text)])[0]  # type: ignore[arg-type]
    assert [words_of(part).text for part in message.get(PARTS)][:2] == halves


# Facets


def test_facets_in_any_inflection_and_the_longest_name_wins() -> None:
    matcher = FacetMatcher({"site": {"uterus": ["uterus"], "limb": ["leg"]}, "test": {"ct": ["ct", "ct scan"], "scan": ["scan"]}})
    found = [(m.facet, m.value, m.first, m.last) for m in matcher.find(read("CT scans of both legs, not of the uterus"))]
    assert found == [("test", "ct", 0, 2), ("site", "limb", 4, 5), ("site", "uterus", 9, 10)]


def test_what_people_type_is_not_kept_in_the_vocabulary() -> None:
    matcher = FacetMatcher({"site": {"limb": ["leg"]}})
    held = len(matcher._nlp.vocab.strings)
    for number in range(200):
        assert [m.value for m in matcher.find(read(f"wrod{number:x}q of my legs"))] == ["limb"]
    assert len(matcher._nlp.vocab.strings) == held


def test_a_synonym_added_to_the_content_is_understood_after_the_next_training(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)

    def entities(text: str) -> list[tuple[str, str]]:
        _make(FacetExtractor, tmp_path / "model", content=str(content)).train(TrainingData([]))
        extractor = _loaded(FacetExtractor, tmp_path / "model", content=str(content))
        return [(e["entity"], e["value"]) for e in extractor.process([Message.build(text)])[0].get("entities")]

    (tmp_path / "model").mkdir()
    before = FacetExtractor.fingerprint_addon({"content": str(content)})
    assert entities("what does the wobbly tube show") == []
    yaml = YAML()
    facets = yaml.load((content / "facets.yml").read_text(encoding="utf-8"))
    mri = next(v for facet in facets["facets"] if facet["id"] == "test" for v in facet["values"] if v["value"] == "mri")
    mri["synonyms"].append("wobbly tube")
    with (content / "facets.yml").open("w", encoding="utf-8") as file:
        yaml.dump(facets, file)
    assert entities("what does the wobbly tube show") == [("test", "mri")]
    assert FacetExtractor.fingerprint_addon({"content": str(content)}) != before


# Sentence features and intents


def test_the_classifier_is_sure_near_its_examples_and_not_far_from_them(tmp_path: Path) -> None:
    features = SentenceFeatures.create({"quantized": True}, None, None, CONTEXT)  # type: ignore[arg-type]
    data = features.process_training_data(_examples(*WORDINGS))
    _make(CalibratedIntentClassifier, tmp_path).train(data)
    classifier = _loaded(CalibratedIntentClassifier, tmp_path)
    near, far = (features.process([Message.build(text)])[0] for text in ("would a cold cap help", "who won the football match"))
    classifier.process([near, far])
    assert near.get("intent")["name"] == "ask_hair_loss"
    assert near.get("intent")["confidence"] > far.get("intent")["confidence"]
    assert near.get("intent")["similarity"] > far.get("intent")["similarity"]
    assert sum(item["confidence"] for item in near.get("intent_ranking")) == pytest.approx(1)


def test_scores_on_whole_numbers_are_near_exact_ones_and_each_message_stands_for_itself(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(300, 48)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    examples, messages = vectors[:200], vectors[190:]
    weights = rng.normal(size=(200, 5)).astype(np.float32) / 10
    (tmp_path / "kernel.onnx").write_bytes(build(*quantize(examples), weights, width=1.0, groups=[np.arange(200), np.arange(50, 90)]))
    kernel = QuantizedKernel(tmp_path / "kernel.onnx")
    scores, nearest = kernel(messages)
    cosines = messages @ examples.T
    assert nearest[:, 0] == pytest.approx(cosines.max(axis=1), abs=0.01)
    assert nearest[:, 1] == pytest.approx(cosines[:, 50:90].max(axis=1), abs=0.01)
    assert scores == pytest.approx(np.exp(2 * (np.minimum(cosines, 1) - 1)) @ weights, abs=0.02)
    assert np.array_equal(scores[3:4], kernel(messages[3:4])[0])


def test_grams_are_those_of_scikit_learn() -> None:
    words = CountVectorizer(analyzer="word", ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b").build_analyzer()
    letters = CountVectorizer(analyzer="char_wb", ngram_range=(2, 5)).build_analyzer()
    for text in ("", "a", "Is it in me? I'm 45", "what's the 5-year survival"):
        assert list(word_grams(text)) == words(text)
        assert list(letter_grams(text)) == letters(text)


# Alarms


def _alarmed(folder: Path, sentences: Path, *texts: str) -> list[dict[str, float] | None]:
    features = SentenceFeatures.create({"quantized": True}, None, None, CONTEXT)  # type: ignore[arg-type]
    crisis = [
        "i want to end my life",
        "i took out the pills and lined them up",
        "nobody would notice if i was gone",
        "i plan to jump",
        "i cut myself",
    ]
    emergency = [
        "he is not breathing",
        "she is bleeding and it won't stop",
        "my face droops",
        "crushing chest pain now",
        "he had a seizure just now",
    ]
    examples = _examples(*WORDINGS, *((text, "crisis") for text in crisis), *((text, "emergency") for text in emergency))
    _make(CalibratedIntentClassifier, folder, alarms=str(sentences)).train(features.process_training_data(examples))
    messages = features.process([Message.build(text) for text in texts])
    return [message.get(ALARM_CHANCES) for message in _loaded(CalibratedIntentClassifier, folder, alarms=str(sentences)).process(messages)]


def test_danger_is_heard_in_words_no_rule_has_and_calm_sentences_teach_what_is_not(tmp_path: Path) -> None:
    hint, calm = "the tablets are lined up beside me and i'd not be missed", "i lined up my pills for the week, which goes with food?"
    taught = {"without": "- the sky is blue\n", "with": "- i sort my pills into a box for the week\n- my pills go with breakfast\n"}
    for folder, sentences in taught.items():
        (tmp_path / folder).mkdir()
        (tmp_path / f"{folder}.yml").write_text(f"calm:\n{sentences}", encoding="utf-8")
    without, with_ = (_alarmed(tmp_path / folder, tmp_path / f"{folder}.yml", hint, calm) for folder in taught)
    assert with_[0] is not None
    assert with_[1] is not None
    assert without[1] is not None
    assert with_[0]["crisis"] > 0.5 > with_[0]["emergency"]
    assert with_[1]["crisis"] < min(0.33, without[1]["crisis"])


def test_without_examples_of_danger_no_chance_of_it_is_written(tmp_path: Path) -> None:
    features = SentenceFeatures.create({"quantized": True}, None, None, CONTEXT)  # type: ignore[arg-type]
    (tmp_path / "own.yml").write_text("calm:\n- the sky is blue\n", encoding="utf-8")
    settings = {"alarms": str(tmp_path / "own.yml")}
    _make(CalibratedIntentClassifier, tmp_path, **settings).train(features.process_training_data(_examples(*WORDINGS)))
    message = _loaded(CalibratedIntentClassifier, tmp_path, **settings).process(features.process([Message.build("i want to die")]))[0]
    assert message.get(ALARM_CHANCES) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (None, "cannot be read"),
        ("calm: [", "cannot be read"),
        ("- a", "needs lists of sentences under `crisis:`, `emergency:` and `calm:`, and nothing else"),
        ("calm:\n- a\nclam:\n- b\n", "and nothing else"),
        ("crisis: i want to die", "`crisis:` needs a list of sentences"),
        ("calm:\n- good\n- 12\n", "sentence 2 under `calm:` is 12"),
        ("calm:\n- ' '\n", "sentence 1 under `calm:` is ' '"),
    ],
)
def test_a_file_of_sentences_that_cannot_be_used(text: str | None, wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SentencesError, match=re.escape(wrong)) as error:
        read_sentences(path)
    assert str(path) in str(error.value)


def test_a_message_cut_in_many_ways_is_read_clause_by_clause_when_asked_for() -> None:
    [message] = QuestionSplitter().process([Message.build("what causes it, is it genetic, and can it be cured?")])
    features = SentenceFeatures.create({"quantized": True}, None, None, CONTEXT)  # type: ignore[arg-type]
    features.process([message])
    assert not any(part.get_dense_features("text", [])[1] for part in message.get(PARTS))
    catch_up(message.get(PARTS))
    clauses = [[words.text for words in part.get(CLAUSES)] for part in message.get(PARTS)]
    assert clauses[0] == ["what causes it"]
    assert clauses[1] == ["is it genetic", "can it be cured?"]
    alone = features.process([Message.build("is it genetic, and can it be cured?")])[0]
    near = [part.get_dense_features("text", [])[1].features[0] for part in (message.get(PARTS)[1], alone)]
    assert float(near[0] @ near[1]) > 0.8


def test_parts_read_ahead_are_the_same_parts() -> None:
    text = "what causes it, is it genetic, and can it be cured?"
    features = SentenceFeatures.create({"quantized": True}, None, None, CONTEXT)  # type: ignore[arg-type]
    [later], [sooner] = (QuestionSplitter().process([Message.build(text)]) for _ in range(2))
    features.process([later])
    with reading_ahead(True):
        features.process([sooner])
    assert later.get(BEGUN) is None
    assert sooner.get(BEGUN) is not None
    for message in (later, sooner):
        catch_up(message.get(PARTS))
    for one, other in zip(later.get(PARTS), sooner.get(PARTS), strict=True):
        vectors = [part.get_dense_features("text", [])[1].features for part in (one, other)]
        assert np.array_equal(*vectors)


# Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿cuál es la tasa de supervivencia?", "es"),
        ("¿Cuáles son los síntomas del leiomiosarcoma?", "es"),
        ("que es leiomiosarcoma", "es"),
        ("Was ist ein Leiomyosarkom?", "de"),
        ("qu'est-ce que le léiomyosarcome", "fr"),
        ("wie lange habe ich noch", "de"),
        ("平滑肌肉瘤是什么", "zh"),
        ("is la clinic de ok", None),
    ],
)
def test_other_languages(text: str, language: str | None) -> None:
    known = 0.2 if language else 1.0
    assert other_language(read(text), known) == language


def test_gibberish() -> None:
    assert is_gibberish(read("sdfkj wqoeir"), 0.0)
    assert is_gibberish(read("????"), 0.0)
    assert not is_gibberish(read("what is lms"), 1.0)


# Scope


def _message(text: str, name: str, confidence: float, *parts: Message, entities: Any = (), similarity: float = 0.9) -> Message:
    words: Words = read(text)
    message = part_of(words)
    message.set("intent", {"name": name, "confidence": confidence, "similarity": similarity})
    message.set("intent_ranking", [{"name": name, "confidence": confidence}])
    message.set("entities", list(entities))
    message.set(PARTS, list(parts))
    assert message.get(WORDS) is not None
    return message


def _settled(message: Message) -> list[str]:
    guard = ScopeGuard(ScopeGuard.get_default_config())
    return [question["intent"] for question in guard.process([message])[0].get("questions")]


def test_what_it_is_sure_of_stands() -> None:
    assert _settled(_message("what is the survival rate", "ask_survival", 0.9)) == ["ask_survival"]


def test_what_it_is_not_sure_of_is_offered_or_refused() -> None:
    assert _settled(_message("what about the thing", "ask_survival", 0.2, similarity=0.6)) == ["nlu_fallback"]
    assert _settled(_message("what about the car", "ask_survival", 0.2, similarity=0.1)) == ["out_of_scope"]


def test_another_disease_is_never_ours_however_sure_the_classifier() -> None:
    other = {"entity": "other_condition", "value": "liposarcoma", "start": 27, "end": 38, "words": [5, 6]}
    assert _settled(_message("what is the survival of liposarcoma", "ask_survival", 0.99, entities=[other])) == ["other_condition"]


@pytest.mark.parametrize(
    ("text", "chance", "intent"),
    [
        ("the letters are written and the cats are taken care of", 0.4, "crisis"),
        ("the letters are written and the cats are taken care of", 0.2, "ask_scheduling"),
        ("does chemo kill healthy cells", 0.7, "ask_scheduling"),
    ],
)
def test_a_likely_alarm_leads_unless_the_wording_is_known_as_calm(text: str, chance: float, intent: str) -> None:
    message = _message(text, "ask_scheduling", 0.9)
    message.set(ALARM_CHANCES, {"crisis": chance, "emergency": 0.01})
    assert _settled(message) == [intent]


@pytest.mark.parametrize(
    ("whole", "hint", "part", "intent"),
    [
        (0.2, 0.2, 0.6, "crisis"),
        (0.2, 0.2, 0.3, "ask_scheduling"),
        (0.01, 0.01, 0.97, "crisis"),  # told in passing
        (0.01, 0.01, 0.6, "ask_scheduling"),  # strange only by itself
        (0.0, 0.7, 0.6, "crisis"),  # the whole is like no example, and yet more likely than not
        (0.0, 0.1, 0.6, "ask_scheduling"),
    ],
)
def test_danger_in_a_part_is_heard_by_how_faint_the_whole_is(whole: float, hint: float, part: float, intent: str) -> None:
    halves = (_message("I won't be around by then", "ask_scheduling", 0.9), _message("here", "ask_scheduling", 0.9))
    message = _message("where do I book, I won't be around by then", "ask_scheduling", 0.9, *halves)
    message.set(ALARM_CHANCES, {"crisis": whole, "emergency": 0.0})
    message.set(ALARM_HINT, hint)
    halves[0].set(ALARM_CHANCES, {"crisis": part, "emergency": 0.0})
    assert _settled(message) == [intent]


def test_two_questions_where_both_halves_stand_alone() -> None:
    halves = (_message("what causes it", "ask_causes", 0.95), _message("is it genetic?", "ask_heredity", 0.95))
    assert _settled(_message("what causes it, and is it genetic?", "ask_causes", 0.7, *halves)) == ["ask_causes", "ask_heredity"]
    halves = (_message("mri", "ask_diagnosis", 0.9), _message("ct, which is better", "ask_diagnosis", 0.3))
    assert _settled(_message("mri or ct, which is better", "ask_diagnosis", 0.9, *halves)) == ["ask_diagnosis"]


def _read_parts(name: str, confidence: float, *, danger: float = 0.0, text: str = "what causes it, and is it genetic?") -> int:
    """How many parts of a message are read, where the whole is understood like this."""
    message = QuestionSplitter().process([_message(text, name, confidence)])[0]
    message.set(ALARM_CHANCES, {"crisis": danger, "emergency": 0.0})
    read_: list[str] = []

    def classify(messages: list[Message]) -> None:
        for inner in messages:
            read_.append(words_of(inner).text)
            inner.set("intent", {"name": name, "confidence": 0.5})

    whole_first([message], classify)
    message.set("intent", {"name": name, "confidence": confidence})
    ScopeGuard(ScopeGuard.get_default_config()).process([message])
    return len(read_) - 1


def test_parts_are_read_only_where_they_can_make_a_difference() -> None:
    assert _read_parts("ask_causes", 0.7) == 2
    assert _read_parts("ask_causes", 0.99) == 2  # both halves are questions
    assert _read_parts("ask_surgery", 0.7, text="tell me of the surgery, the kind done by robot hands nowadays") == 2
    assert _read_parts("ask_surgery", 0.99, text="tell me of the surgery, the kind done by robot hands nowadays") == 0  # one, surely
    assert _read_parts("ask_treatment", 0.99, text="i am so scared. how is it usually treated?") == 2  # a feeling is met first
    assert (
        _read_parts("ask_surgery", 0.99, danger=0.05, text="tell me of the surgery, the kind done by robot hands") == 2
    )  # a hint of danger is always followed
    assert _read_parts("ask_causes", 0.9, text="she never felt a thing, i was told last week") == 0  # nothing asked
    assert _read_parts("out_of_scope", 0.9, text="i was told last week, can it be cured?") == 2


def test_a_second_reading_counts_only_where_the_first_is_not_understood() -> None:
    second = _message("what stage is it", "ask_staging", 0.95)
    unsure, sure = _message("what stag is it", "ask_animals", 0.2), _message("what stag is it", "ask_animals", 0.9)
    for message in (unsure, sure):
        message.set(SECOND_READING, second)
    assert _settled(unsure) == ["ask_staging"]
    assert _settled(sure) == ["ask_animals"]


def test_a_better_second_reading_hides_no_danger() -> None:
    story = "hello. what are the side effects? some days i wonder what the point is, thank you"
    second = _message("what are the side effects? some days i wonder what the point is", "ask_side_effects", 0.9)

    def read_with(danger_in: str) -> list[str]:
        part = _message("some days i wonder what the point is", "distress", 0.6)
        message = _message(story, "greet", 0.9, _message("what are the side effects?", "ask_side_effects", 0.9), part)
        message.set(ALARM_CHANCES, {"crisis": 0.2, "emergency": 0.0})  # hinted at, so that parts are read
        message.set(SECOND_READING, second)
        hidden = {"part": part, "second": second}.get(danger_in)
        if hidden is not None:
            hidden.set(ALARM_CHANCES, {"crisis": 0.9, "emergency": 0.0})
        return _settled(message)

    assert read_with("nowhere") == ["ask_side_effects"]
    assert read_with("part") == ["crisis"]
    assert read_with("second") == ["crisis"]
