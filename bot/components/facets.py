"""Facets in a message: which site, stage, test … it names, by the vocabulary of the knowledge content."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from bot.components.text import Words, read

# "Thanks in advance" is not about advanced disease.
_OWN_LEMMAS = frozenset({"advanced"})
OTHER_CONDITION = "other_condition"
_UNKNOWN = "\N{MIDDLE DOT}"  # no word: a synonym cannot have it


@functools.lru_cache(maxsize=1)
def _language() -> Language:
    """English without a model: spaCy's tables give the lemma (spacy-lookups-data, inside its package)."""
    nlp = spacy.blank("en")
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    nlp.initialize()
    return nlp


def _lemma(word: str) -> str:
    """A word's lemma, by spaCy's table, which knows words one by one: the same in every sentence.

    The table is asked and not the pipeline: the vocabulary keeps every word that a pipeline ever met.
    """
    return word if word in _OWN_LEMMAS else str(_lemmas().get(word, word))


@functools.lru_cache(maxsize=1)
def _lemmas() -> Mapping[str, str]:
    table: Mapping[str, str] = _language().get_pipe("lemmatizer").lookups.get_table("lemma_lookup")
    return table


@dataclass(frozen=True)
class Mention:
    """A facet value named in a message: words `first` to `last` (exclusive), and their place in the typed text."""

    facet: str
    value: str
    first: int
    last: int
    start: int
    end: int


def _pieces(words: Words) -> list[str]:
    return [piece for word in words.words for piece in word.text.split()]


class FacetMatcher:
    """Finds facet values by their synonyms, in any inflection; the longest synonym of a facet wins.

    Args:
        phrases: facet -> value -> synonyms.
    """

    def __init__(self, phrases: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._nlp = _language()
        self._matcher = PhraseMatcher(self._nlp.vocab, attr="LEMMA")
        self._keys: dict[int, tuple[str, str]] = {}
        texts = [read(text) for values in phrases.values() for synonyms in values.values() for text in synonyms]
        self._known = frozenset(_lemma(piece) for words in texts for piece in _pieces(words))
        for facet, values in phrases.items():
            for value, synonyms in values.items():
                docs = [doc for doc in (self._doc(read(text)) for text in synonyms) if len(doc)]
                if docs:
                    key = f"{facet}\t{value}"
                    self._matcher.add(key, docs)
                    self._keys[self._nlp.vocab.strings[key]] = (facet, value)

    def _doc(self, words: Words) -> Doc:
        """The words as their lemmas, and all that no synonym has as one: so that the vocabulary does not grow with what people type."""
        lemmas = [_lemma(piece) for piece in _pieces(words)]
        lemmas = [lemma if lemma in self._known else _UNKNOWN for lemma in lemmas]
        return Doc(self._nlp.vocab, words=lemmas, lemmas=lemmas)

    def find(self, words: Words) -> tuple[Mention, ...]:
        """The facet values named, in the order of the message."""
        owners = [index for index, word in enumerate(words.words) for _ in word.text.split()]
        if not owners:
            return ()
        spans: dict[str, list[tuple[int, int, str]]] = {}
        for key, first, last in self._matcher(self._doc(words)):
            facet, value = self._keys[key]
            spans.setdefault(facet, []).append((first, last, value))
        found = []
        for facet, candidates in spans.items():
            taken: set[int] = set()
            for first, last, value in sorted(candidates, key=lambda span: (span[0] - span[1], span[0])):
                if taken.isdisjoint(range(first, last)):
                    taken.update(range(first, last))
                    a, b = owners[first], owners[last - 1]
                    found.append(Mention(facet, value, a, b + 1, words.words[a].start, words.words[b].end))
        return tuple(sorted(found, key=lambda mention: (mention.first, mention.facet)))
