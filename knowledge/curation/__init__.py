"""Curation: how an entry comes to be told, and how that is undone. `Curation` has every step."""

from knowledge.audit import AuditCheck, AuditEvent
from knowledge.curation.difference import Change, Comparison, FieldDifference
from knowledge.curation.fields import same_person
from knowledge.curation.service import Curation
from knowledge.curation.views import FIELDS, Choices, EntryState, Flag, Revision, Stale

__all__ = [
    "FIELDS",
    "AuditCheck",
    "AuditEvent",
    "Change",
    "Choices",
    "Comparison",
    "Curation",
    "EntryState",
    "FieldDifference",
    "Flag",
    "Revision",
    "Stale",
    "same_person",
]
