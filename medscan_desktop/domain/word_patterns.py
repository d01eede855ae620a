"""Words and globs for texts that people and scanners write: no regular expression, so none that could hang.

A pattern is one word or several in a row (`t2`, `ct brain`); `*` and `?` stand for letters within a word (`t2*`,
`cor*`). Case, accents' form and what stands between words (`AX_T2-TSE`) do not count.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST = 60  # of one pattern, in characters
_WORDS = re.compile(r"[^\W_]+")
_GLOBS = re.compile(r"[^\W_*?]*(?:[*?][^\W_*?]*)+|[^\W_]+")
_TEXT_LENGTH = 512  # of a header's text; what is longer is no description


@lru_cache(maxsize=2048)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, folded."""
    return tuple(_WORDS.findall(_folded(text[:_TEXT_LENGTH])))


def is_pattern(text: str) -> bool:
    """Whether there is anything in it to look for."""
    return 0 < len(text) <= LONGEST and any(any(mark.isalnum() for mark in word) for word in _pattern_words(text))


@lru_cache(maxsize=8192)  # each cell of each protocol asks it of the same few series
def first_found(patterns: tuple[str, ...], text: str) -> str | None:
    """The first of the patterns that the text has, None where it has none of them."""
    words = words_of(text)
    return next((pattern for pattern in patterns if _has(words, _pattern_words(pattern))), None)


def _has(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if not wanted:
        return False
    places = range(len(words) - len(wanted) + 1)
    return any(all(_fits(words[at + n], one) for n, one in enumerate(wanted)) for at in places)


@lru_cache(maxsize=1024)
def _pattern_words(pattern: str) -> tuple[str, ...]:
    return tuple(_GLOBS.findall(_folded(pattern[:LONGEST])))


def _fits(word: str, glob: str) -> bool:
    """Two pointers and one place to go back to: never more than word times glob steps."""
    at, place, star, kept = 0, 0, -1, 0
    while at < len(word):
        if place < len(glob) and glob[place] == "*":
            star, kept = place, at
            place += 1
        elif place < len(glob) and glob[place] in ("?", word[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            kept += 1
            at, place = kept, star + 1
        else:
            return False
    return all(mark == "*" for mark in glob[place:])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
