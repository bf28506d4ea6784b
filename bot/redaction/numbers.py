"""Phones, e-mail addresses, social security, record and member numbers, dates of birth.

A phone number is found by `phonenumbers`; a bare number is never an identifier by itself unless it is longer than any
measurement. Everything shorter needs a word before it that says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from bot.last_resort import PHONE as OUR_LINE
from bot.redaction.spans import DATE, EMAIL, NUMBER, PHONE, Span

_KEPT = frozenset({re.sub(r"\D", "", OUR_LINE), re.sub(r"\D", "", OUR_LINE)[3:]})

_MAIL = re.compile(
    r"(?<![\w.+%'-])[\w.+%'-]{1,200}@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}"
    r"|(?<![\w.+%-])[\w.+%-]{1,64}\s{0,3}(?:\(at\)|\[at\]|\bat\b)\s*[\w-]+\s*(?:\(dot\)|\[dot\]|\bdot\b|\.)\s*(?:com|net|org|edu|gov|us)\b",
    re.I,
)

# Without its end, or with spaces: "annak@gmail", "my email is anna k 61 @ gmail . com".
_MAIL_HALF = re.compile(
    r"\be-?mail(?: address)?(?: is|:| at)\s+(?P<after>[^@\n]{1,40}@\s?[\w-]+(?:\.[\w-]+)*(?:\s?\.\s?(?:com|net|org|edu|gov|us)\b)?)"
    r"|(?<![\w.+%'-])[\w.+%'-]{1,64}(?:@[a-z][\w-]+|\s?@\s?[a-z][\w-]+\s?\.\s?(?:com|net|org|edu|gov|us)\b)",
    re.I,
)
_MAIL_SIGN = re.compile(r"@|\bat\b|\(at\)", re.I)

# As people write them; `phonenumbers` refuses area codes that are given to nobody, and numbers without one.
_WRITTEN_PHONE = re.compile(r"(?<![\w.])(?:\+?1[-. ]{0,2})?(?:\(\d{3}\)|\d{3})[-. /]{0,2}\d{3}[-. ]{1,2}\d{4}(?![\w])")
_SPACED_PHONE = re.compile(r"(?<![\w.])\+?\d(?:[ .-]{1,2}\d){6,14}(?![\w])")
_DIGIT_WORD = r"(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double)"
_SPOKEN_PHONE = re.compile(rf"\b{_DIGIT_WORD}(?:[\s,.-]+{_DIGIT_WORD}){{6,14}}\b", re.I)
_SHORT_PHONE = re.compile(r"(?<![\w.-])\d{3}-\d{4}(?![\w-])")
_PHONE_CUE = re.compile(
    r"\b(?:phone|cell|mobile|tel|telephone|home number|work number|my number|number is|contact|reach (?:me|us|him|her)|"
    r"(?:call|text|ring|fax)(?: (?:me|us|him|her|my \w+))?(?: back)?)\b\W{0,3}"
    r"(?:(?:number|no|line|phone|is|at|on|#)\W{0,3}){0,3}(\+?\(?\d[\d ().-]{5,17}\d)",
    re.I,
)

_SSN = re.compile(r"(?<![\w-])\d{3}([- .])\d{2}\1\d{4}(?![\w-])")
_SSN_CUE = re.compile(
    r"\b(?:ssn|ss ?#|social(?: security)?)\b\W{0,3}(?:(?:number|numbers|no|num|#|"
    r"is|are|ends?|ending|in|with|last|four|4|digits|of|my)\b\W{0,3}){0,6}"
    r"(\d[\d -]{2,12}\d)",
    re.I,
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\.?"
)
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?)"
_DATED = (
    rf"(?:\d{{1,4}}\s?[-/. ]\s?\d{{1,2}}\s?[-/. ]\s?\d{{2,4}}|{_MONTH}\s+(?:the\s+)?{_DAY}(?:,?\s+(?:of\s+)?\d{{2,4}})?"
    rf"|{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+\d{{2,4}})?|\d{{1,2}}/\d{{1,2}}|\d{{6}}(?:\d\d)?)"
)
_BIRTH = re.compile(
    r"\b(?:born|birth ?(?:date|day)|b-?day|date of birth|d\.? ?o\.? ?b\.?)(?=\W)\W{0,4}"
    r"(?:(?:is|was|on|in|it'?s|the|of|me|my|mine|are)\b\W{0,3}){0,4}"
    rf"(?P<date>{_DATED})(?![\w/])",
    re.I,
)
_AFTER_NAME = re.compile(r"[\s,;(]{1,3}(?P<date>\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d)(?![\w/])")

# What stands between the word and the number: "MRN: 123", "policy number is H 123", "member id # 123".
_LINK = r"\W{0,3}(?:(?:numbers?|num|no|nr|id|identifier|code|card|is|was|it'?s|my|the|#)\b\W{0,3}|#\s*){0,5}"
_TOKEN = r"(?P<id>(?:[A-Z]{1,4}[- ]?)?\d[\dA-Z]*(?:[- ]\d[\dA-Z]*)*|[A-Z]{1,5}\d[\dA-Z-]*)"
_RECORD = re.compile(
    r"\b(?:mrn|m\.r\.n\.?|medical record|health record|hospital (?:record|id)|"
    r"records?|chart|patient|encounter|visit|account|acct|case|file)"
    rf"{_LINK}{_TOKEN}",
    re.I,
)
_MEMBER = re.compile(
    rf"\b(?:member(?:ship)?|subscriber|insurance|policy|group|medicare|medicaid|health ?plan|plan|insurer|beneficiary|"
    rf"highmark|upmc|aetna|cigna|humana|united(?: ?health ?care)?|blue cross|bcbs|claim|rx ?bin|licen[sc]e|passport){_LINK}{_TOKEN}",
    re.I,
)
_SURE = re.compile(r"\b(?:mrn|m\.r\.n|numbers?|num|no|nr|id|identifier|#)(?=\W|$)|#", re.I)
_MEDICARE = re.compile(r"(?<!\w)[1-9][A-Z][A-Z\d]\d-?[A-Z][A-Z\d]\d-?[A-Z]{2}\d{2}(?!\w)", re.I)
# Longer than any measurement: nine digits and more, or letters and digits that no test result looks like. A trial's number
# (NCT…) is nobody's.
_LONG = re.compile(r"(?<![\w.,])(?!NCT\d)(?:[A-Z]{2,4}-?\d{6,}|\d{9,}|\d{3,}(?:-\d{3,}){2,})(?![\w])", re.I)


def find(text: str) -> Iterator[Span]:
    """Every number that points at a person."""
    for match in _MAIL.finditer(text) if _MAIL_SIGN.search(text) else ():
        yield Span(match.start(), match.end(), EMAIL)
    for match in _MAIL_HALF.finditer(text) if "@" in text else ():
        yield Span(*match.span("after" if match["after"] else 0), EMAIL)
    for match in _SPOKEN_PHONE.finditer(text):
        yield Span(match.start(), match.end(), PHONE)
    if not any(character.isdigit() for character in text):
        return
    yield from _phones(text)
    for match in _SSN.finditer(text):
        yield Span(match.start(), match.end(), NUMBER)
    for match in _SSN_CUE.finditer(text):
        yield Span(*match.span(1), NUMBER)
    for match in _BIRTH.finditer(text):
        yield Span(*match.span("date"), DATE)
    for rule in (_RECORD, _MEMBER):
        for match in rule.finditer(text):
            digits = sum(character.isdigit() for character in match["id"])
            sure = _SURE.search(text[match.start() : match.start("id")]) is not None
            if digits >= (3 if sure else 5):
                yield Span(*match.span("id"), NUMBER)
    for rule in (_MEDICARE, _LONG):
        for match in rule.finditer(text):
            if _digits(match.group()) not in _KEPT:
                yield Span(match.start(), match.end(), NUMBER)


def birth_after(text: str, end: int) -> Span | None:
    """A date that stands right behind a name, as forms have it."""
    match = _AFTER_NAME.match(text, end)
    return Span(*match.span("date"), DATE) if match else None


def _digits(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def _phones(text: str) -> Iterator[Span]:
    found = [match.span() for rule in (_WRITTEN_PHONE, _SHORT_PHONE, _SPACED_PHONE) for match in rule.finditer(text)]
    found += [match.span(1) for match in _PHONE_CUE.finditer(text)]
    found += [(match.start, match.end) for match in phonenumbers.PhoneNumberMatcher(text, "US", phonenumbers.Leniency.VALID)]
    own = [span for span in found if _digits(text[slice(*span)]) in _KEPT]
    for start, end in found:
        if not any(start < stop and end > begin for begin, stop in own) and sum(c.isdigit() for c in text[start:end]) >= 7:
            yield Span(start, end, PHONE)
