"""A foreign file through pydicom, and its values as text that may be shown. For worker handlers alone."""

from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.domain.shown import is_shown

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.tag import BaseTag

MAX_TEXT = 20_000  # letters of one value
_BREAKS = str.maketrans({"\r": "\n", "\f": "\n", "\v": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " "})


def parsed(file: BinaryIO, *, defer_size: int | None = None) -> "Dataset":
    """The data set. With `defer_size`, longer values are left in the file: their raw elements hold None.

    Malformed where pydicom cannot read it.
    """
    from pydicom import dcmread  # noqa: PLC0415  0.4 s, and a worker that never needs it starts without

    file.seek(0)
    try:
        with quiet():
            return dcmread(file, force=True, defer_size=defer_size)
    except RecursionError:
        raise Malformed("nests its sequences too deeply") from None
    except Exception as error:  # pydicom promises no class of errors for damaged files
        raise Malformed(f"cannot be parsed ({type(error).__name__})") from error


def plain(text: str) -> str:
    """Text without control and bidirectional characters; line breaks stay, as \\n."""
    if text.isprintable():
        return text[:MAX_TEXT]
    kept = text.replace("\r\n", "\n").translate(_BREAKS)[: MAX_TEXT * 2]
    return "".join(letter for letter in kept if letter == "\n" or is_shown(letter)).strip("\n")[:MAX_TEXT]


def line(text: str) -> str:
    """The same on one line."""
    return plain(text).replace("\n", " ")


def text_of(item: "Dataset", keyword: str) -> str:
    """The value as shown text, "" where it is absent; several are joined by a comma."""
    return plain(", ".join(texts_of(item, keyword)))


def texts_of(item: "Dataset", keyword: str) -> list[str]:
    """Each value as text; a value that pydicom cannot convert comes as the letters it is written in."""
    from pydicom.multival import MultiValue  # noqa: PLC0415  only a worker needs it

    tag = _tag(keyword)
    if tag not in item.keys():  # noqa: SIM118  the raw keys: asking the data set makes a tag of it each time
        return []
    value: Any
    try:
        value = item[tag].value
    except Exception:  # whatever pydicom's converters raise for a damaged value: it is shown as it is written
        raw = item.get_item(tag)
        value = raw.value.decode("latin_1").strip(" \0") if raw is not None and isinstance(raw.value, bytes) else ""
    if value is None:
        return []
    if isinstance(value, MultiValue | list | tuple):
        return [str(one) for one in value]
    return [str(value)] if str(value) else []


def items_of(item: "Dataset", keyword: str) -> list["Dataset"]:
    """The items of a sequence, [] where it is absent or no sequence. Malformed where it is there and damaged."""
    from pydicom.sequence import Sequence  # noqa: PLC0415  only a worker needs it

    tag = _tag(keyword)
    if tag not in item.keys():  # noqa: SIM118  as above
        return []
    try:
        value = item[tag].value
    except Exception as error:  # whatever pydicom raises for it: what it says must not be missing without a word
        raise Malformed(f"is damaged: its {keyword} cannot be read ({type(error).__name__})") from error
    return list(value) if isinstance(value, Sequence) else []


@cache
def _tag(keyword: str) -> "BaseTag":
    from pydicom.tag import Tag  # noqa: PLC0415  only a worker needs it

    return Tag(keyword)


def numbers_of(item: "Dataset", keyword: str) -> list[float]:
    """The values as numbers, those that are none left out."""
    numbers = []
    for text in texts_of(item, keyword):
        try:
            numbers.append(float(text))
        except ValueError:
            continue
    return numbers
