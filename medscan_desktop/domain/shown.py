"""Text from outside as it may be shown: a name can neither move the cursor nor turn the reading direction."""

import unicodedata

_BIDIRECTIONAL = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_shown(letter: str) -> bool:
    """Whether a letter may reach a screen: no control, no bidirectional mark, no half of a pair."""
    return letter not in _BIDIRECTIONAL and unicodedata.category(letter) not in ("Cc", "Cs")


def shown(text: str) -> str:
    """One line of plain text; U+FFFD stands for each letter that may not be shown, undecodable bytes of a name too."""
    return text if text.isprintable() else "".join(letter if is_shown(letter) else "\ufffd" for letter in text)
