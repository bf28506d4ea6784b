"""The wordings that name facet values, for training the understanding; read from the content, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.content import FacetValueContent, read_facets
from knowledge.errors import ContentError
from knowledge.reader import Reader


@dataclass(frozen=True)
class Vocabulary:
    """Facet -> value -> its title and synonyms."""

    facets: Mapping[str, Mapping[str, FacetValueContent]]


def load_vocabulary(folder: Path) -> Vocabulary:
    """Read facets.yml of a content folder.

    Raises:
        ContentError: if it cannot be used.
    """
    reader = Reader()
    facets = {facet.id: {value.value: value for value in facet.values} for facet in read_facets(reader, folder / "facets.yml")}
    if reader.problems:
        raise ContentError(reader.problems)
    return Vocabulary(facets)
