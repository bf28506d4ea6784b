"""Contact details put into texts."""

from __future__ import annotations

import re
from collections.abc import Mapping


def render(text: str, contacts: Mapping[str, str]) -> str:
    """A text with `{phone}` and its like filled in."""
    return re.sub(r"\{([a-z_]+)\}", lambda match: contacts.get(match.group(1), match.group(0)), text)


def contact_text(label: str, value: str | None, link: str | None) -> str:
    """A contact as it stands in a sentence: its value, or its name with a link where there is one."""
    if value:
        return value
    return f"{label} ({link})" if link else label
