"""How common words are, by wordfreq's small lists (words used once in a million or more).

wordfreq would keep every list that it has read, twice; here only what is asked for is kept. The large English list, which its
own `zipf_frequency` reads, takes 30 MB and is not read while serving.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

from wordfreq import get_frequency_dict, get_frequency_list


def frequencies(code: str) -> dict[str, float]:
    """Word -> share of all words, for a language by its ISO 639-1 code; empty for one that wordfreq does not list."""
    try:
        return dict(get_frequency_dict(code, "small"))
    except LookupError:
        return {}
    finally:
        get_frequency_dict.cache_clear()
        get_frequency_list.cache_clear()


@functools.lru_cache(maxsize=1)
def english() -> Mapping[str, float]:
    """The English list, kept."""
    return frequencies("en")


def zipf(word: str) -> float:
    """log10 of an English word's uses in a billion words; 0 for one that the list lacks, and so below 3."""
    share = english().get(word, 0.0)
    return math.log10(share) + 9 if share else 0.0
