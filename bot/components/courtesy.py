"""Greetings, thanks and pleas around a question: they are no part of what is asked."""

from __future__ import annotations

from bot.components.text import Words

_BEFORE = tuple(
    tuple(phrase.split())
    for phrase in (
        "good morning", "good afternoon", "good evening", "good day", "hello there", "hi there", "hey there", "hello", "hi", "hey",
        "excuse me", "pardon me", "sorry to bother you", "sorry to bother", "sorry", "quick question", "one question", "a question",
        "question", "please tell me", "please can you tell me", "can you please tell me", "could you please tell me", "please",
        "if i may ask", "may i ask", "dear team", "dear sir or madam", "um", "uh", "well", "so", "okay", "ok",
    )
)  # fmt: skip
_AFTER = tuple(
    tuple(phrase.split())
    for phrase in (
        "please and thank you", "please", "thank you so much", "thank you very much", "thank you kindly", "thank you", "thanks so much",
        "thanks very much", "thanks a lot", "thanks a million", "thanks again", "many thanks", "thanks", "in advance", "cheers",
        "much appreciated", "appreciate it", "god bless", "bless you", "regards", "best wishes",
    )
)  # fmt: skip


def without_courtesies(words: Words) -> Words | None:
    """A message without the courtesies and pictures at its beginning and end.

    Args:
        words: as read and spelled.

    Returns:
        What is left; None where there was nothing to leave out, or nothing would be left.
    """
    texts = [word.text for word in words.words]
    first, last = 0, len(texts)
    while True:
        while first < last and not words.words[first].is_word:
            first += 1
        begins = next((phrase for phrase in _BEFORE if tuple(texts[first : min(last, first + len(phrase))]) == phrase), None)
        if begins is None:
            break
        first += len(begins)
    question = last
    while True:
        while last > first and not words.words[last - 1].is_word:
            last -= 1
        ends = next((phrase for phrase in _AFTER if tuple(texts[max(first, last - len(phrase)) : last]) == phrase), None)
        if ends is None:
            break
        last -= len(ends)
    # The mark that the last word kept carries, and none where courtesies stood between.
    if last < question and texts[last : last + 1] == ["?"]:
        last += 1
    if first == last or not any(word.is_word for word in words.words[first:last]):
        return None
    left = words.words[first:last]
    taken = [word for word in words.words if word not in left and word.is_word]
    pictures = any(not word.is_word and ord(word.text[0]) > 0x2FFF for word in words.words)
    return words.part(first, last) if taken or pictures else None
