"""Which other study of a patient compares best with the open one: same modality, same region, same words, near in time.

A rule over what the library knows of the studies; nothing is decoded, and nothing is said about whose studies they are.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from medscan_desktop.domain.dates import days_between, interval_text
from medscan_desktop.domain.study import Series, Study

_WEIGHTS = {"modality": 0.4, "region": 0.4, "words": 0.1, "date": 0.1}
_UNKNOWN_REGION = 0.4  # neither the same nor another: the words decide
_OTHER_SIDE = 0.25  # the left knee says a little of the right one
_CROSS_SECTIONS = frozenset({"CT", "MR", "PT"})
_OTHER_CROSS_SECTION = 0.25
_FILM = {"DX": "CR", "DR": "CR", "RG": "CR"}  # one kind of picture under several codes
_NO_IMAGES = frozenset({"SR", "KO", "PR", "SEG", "RTSTRUCT", "RTPLAN", "RTDOSE", "RTRECORD", "REG", "DOC", "AU", "ECG"})

# BodyPartExamined (PS3.16 Annex L) and the words of descriptions, by the region they name. Several languages' roots: a
# library holds what other houses wrote.
_REGIONS = {
    "head": "head brain skull cranium cranial cerebral neuro orbit orbits sinus sinuses face facial iac pituitary "
    "sella kopf schadel schaedel hirn gehirn crane cerebro cerebrale craneo cabeza encefalo nch",
    "neck": "neck larynx thyroid carotid hals cou cuello collo",
    "chest": "chest thorax thoracic lung lungs pulmonary hrct heart cardiac coronary mediastinum rib ribs sternum "
    "lunge herz poumon pulmon torax torace thx ctpa",
    "breast": "breast breasts mammo mammography mammogram mamma brust sein tomosynthesis",
    "abdomen": "abdomen abdominal abd liver hepatic kidney kidneys renal pancreas spleen bowel colon mrcp urogram "
    "leber niere foie higado bauch",
    "pelvis": "pelvis pelvic prostate bladder uterus rectum becken bassin",
    "spine": "spine cspine tspine lspine lsspine sspine tlspine ctspine lumbar cervical sacrum wirbel hws bws lws "
    "rachis",
    "shoulder": "shoulder clavicle scapula schulter epaule",
    "arm": "arm humerus elbow forearm radius ulna ellbogen",
    "hand": "hand wrist finger fingers thumb handgelenk poignet",
    "hip": "hip hips hufte huefte hanche",
    "leg": "leg thigh femur tibia fibula calf unterschenkel oberschenkel",
    "knee": "knee patella knie genou rodilla",
    "foot": "foot ankle toe toes calcaneus heel fuss sprunggelenk pied",
}
_JOINED = {  # codes and words that name several regions at once
    "headneck": ("head", "neck"),
    "neckchest": ("neck", "chest"),
    "chestabdomen": ("chest", "abdomen"),
    "abdomenpelvis": ("abdomen", "pelvis"),
    "abdopelvic": ("abdomen", "pelvis"),
    "chestabdpelvis": ("chest", "abdomen", "pelvis"),
    "neckchestabdomen": ("neck", "chest", "abdomen"),
    "neckchestabdpelv": ("neck", "chest", "abdomen", "pelvis"),
    "cap": ("chest", "abdomen", "pelvis"),
    "wholebody": ("head", "neck", "chest", "abdomen", "pelvis", "leg"),
    "petct": ("head", "neck", "chest", "abdomen", "pelvis"),
    "extremity": ("arm", "hand", "leg", "knee", "foot"),
}
_OF_WORD: Mapping[str, tuple[str, ...]] = {
    **{word: (region,) for region, words in _REGIONS.items() for word in words.split()},
    **_JOINED,
}
_SIDES = {"left": "L", "lt": "L", "links": "L", "right": "R", "rt": "R", "rechts": "R"}
_SAYS_NOTHING = "and with without of the for series study scan exam ct mr mri xr pet ap pa lat ax cor sag"


@dataclass(frozen=True)
class Examination:
    """A study with its series: all that the rule looks at."""

    study: Study
    series: tuple[Series, ...] = ()

    @cached_property
    def modalities(self) -> frozenset[str]:
        """Of its images; film under its codes is one."""
        named = {one.modality for one in self.series} | set(self.study.modalities)
        return frozenset(_FILM.get(name, name) for name in named - _NO_IMAGES if name)

    @cached_property
    def regions(self) -> frozenset[str]:
        """Named by the body parts and the description; only where those name none by the series' descriptions.

        A series may be called "HEAD FIRST" in a study of the foot.
        """
        parts = " ".join(one.body_part_examined for one in self.series)
        named = _regions(f"{parts} {self.study.study_description}")
        return named or _regions(" ".join(one.series_description for one in self.series))

    @cached_property
    def words(self) -> frozenset[str]:
        """Of the descriptions, without those that name no examination and those that name the region in some tongue."""
        of_series = (one.series_description for one in self.series)
        found = _words(" ".join((self.study.study_description, *of_series)))
        return frozenset(
            word for word in found if len(word) > 1 and word not in _OF_WORD and word not in _SAYS_NOTHING.split()
        )

    @cached_property
    def side(self) -> str:
        """ "L" or "R" where its description names one alone, else ""."""
        sides = {_SIDES[word] for word in _words(self.study.study_description) if word in _SIDES}
        return sides.pop() if len(sides) == 1 else ""

    @property
    def moment(self) -> tuple[str, str]:
        """What sorts by time."""
        return self.study.study_date, self.study.study_time


@dataclass(frozen=True, slots=True)
class Relevance:
    """How well a study compares with the open one, 0 to 1, and why, in words for the list."""

    score: float
    is_comparable: bool  # the same region, or the same modality of a region that nobody named
    reasons: tuple[str, ...]
    when: str = ""  # "1 year 8 months before", the last of the reasons


def relevance(current: Examination, other: Examination) -> Relevance:
    """How well `other` compares with the study that is read."""
    modality, kind = _modality(current, other)
    region, where = _region(current, other)
    days = days_between(other.study.study_date, current.study.study_date)
    shares = {
        "modality": modality,
        "region": region,
        "words": _shared(current.words, other.words),
        "date": 0.0 if days is None else 1 / (1 + abs(days) / 365.25),
    }
    score = round(sum(_WEIGHTS[name] * share for name, share in shares.items()), 4)
    is_unknown = not (current.regions and other.regions)
    is_comparable = modality == 1 if is_unknown else bool(current.regions & other.regions) and region > _OTHER_SIDE
    when = interval_text(other.study.study_date, current.study.study_date)
    return Relevance(score, is_comparable, tuple(text for text in (kind, where, when) if text), when)


REGION_NAMES = tuple(_REGIONS)


def regions_named(text: str) -> frozenset[str]:
    """The regions of the body that a text names, by REGION_NAMES."""
    return _regions(text)


def ranked(current: Examination, others: Iterable[Examination]) -> tuple[tuple[Examination, Relevance], ...]:
    """The most relevant first: earlier studies before those that came after the open one; of equals the newest."""
    pairs = [(other, relevance(current, other)) for other in others if not _is_same(current, other)]
    pairs.sort(key=lambda pair: pair[0].moment, reverse=True)
    return tuple(sorted(pairs, key=lambda pair: (_is_after(current, pair[0]), -pair[1].score)))


def _is_same(one: Examination, other: Examination) -> bool:
    return one.study.study_instance_uid == other.study.study_instance_uid


def _is_after(current: Examination, other: Examination) -> bool:
    return bool(current.study.study_date and other.study.study_date) and other.moment > current.moment


def _modality(current: Examination, other: Examination) -> tuple[float, str]:
    own, theirs = current.modalities, other.modalities
    shared = own & theirs
    if shared:
        return len(shared) / len(own), f"same modality ({', '.join(sorted(shared))})"
    is_section = bool(own & _CROSS_SECTIONS and theirs & _CROSS_SECTIONS)
    return _OTHER_CROSS_SECTION * is_section, f"other modality ({', '.join(sorted(theirs)) or 'none named'})"


def _region(current: Examination, other: Examination) -> tuple[float, str]:
    own, theirs = current.regions, other.regions
    if not own or not theirs:
        return _UNKNOWN_REGION, ""
    shared = own & theirs
    if not shared:
        return 0.0, f"other region ({', '.join(sorted(theirs))})"
    share = len(shared) / len(own)
    if current.side and other.side and current.side != other.side:
        return share * _OTHER_SIDE, f"other side ({', '.join(sorted(shared))})"
    return share, f"same region ({', '.join(sorted(shared))})"


def _shared(own: frozenset[str], theirs: frozenset[str]) -> float:
    return len(own & theirs) / len(own | theirs) if own or theirs else 1.0


def _regions(text: str) -> frozenset[str]:
    words = _words(text)
    words |= {"wholebody"} if {"whole", "body"} <= words else set()
    found = {region for word in words for region in _OF_WORD.get(word, ())}
    return frozenset(found - {"chest"} if "spine" in found and "thoracic" in words else found)


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return frozenset(re.findall(r"[a-z]+", "".join(letter for letter in plain if not unicodedata.combining(letter))))
