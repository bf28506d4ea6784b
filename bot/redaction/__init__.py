"""Takes what names a person out of what people type, before anything keeps or logs it."""

from bot.redaction.redactor import Redaction, Redactor, get_redactor

__all__ = ["Redaction", "Redactor", "get_redactor"]
