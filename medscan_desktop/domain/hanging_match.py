"""Which hanging protocol fits a study, which series each of its cells gets, and why: in words, for every rule.

Nothing is chosen silently: a verdict holds what was asked, what was found, and for each cell what was passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from medscan_desktop.domain.hanging_protocol import PLANES, Applies, Cell, Protocol, SeriesRule, Stage
from medscan_desktop.domain.relevant_prior import regions_named
from medscan_desktop.domain.stack_traits import StackKind, StackTraits
from medscan_desktop.domain.word_patterns import first_found

_NO_AGENT = ("no", "none", "without", "ohne", "sans", "sin", "w o")
_CONTRAST_WORDS = ("contrast", "gd*", "gado*", "post", "km", "ce", "dotarem", "enhanced", "mdc", "iv")
_MANY_REGIONS = 3  # a text that names more says nothing of which one is meant: "whole body"
_TELLING = frozenset({"PT", "NM"})  # a PET/CT is read as a PET, whatever region its CT shows
_TELLING_WEIGHT = 14
_FOR_PROCESSING = "FOR PROCESSING"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stack that may hang; `key` is its id, `is_prior` whether it is of an earlier study."""

    key: str
    traits: StackTraits
    is_prior: bool = False


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """Whether a rule held, and the value that decided it."""

    held: bool
    text: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class CellFinding:
    """What a cell gets (`key`, None for nothing) and why; what was passed over and why."""

    key: str | None
    text: str
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StageFinding:
    """What the cells of one stage get. Where too few are filled the stage is left out."""

    stage: Stage
    cells: tuple[CellFinding, ...]

    @property
    def filled(self) -> int:
        """How many cells show something."""
        return sum(cell.key is not None for cell in self.cells)

    @property
    def is_possible(self) -> bool:
        """Whether enough of its cells show something."""
        return self.filled >= self.stage.least


@dataclass(frozen=True, slots=True)
class Verdict:
    """A protocol held against a study."""

    protocol: Protocol
    rules: tuple[RuleFinding, ...]
    stages: tuple[StageFinding, ...]

    @property
    def is_match(self) -> bool:
        """Whether all its rules hold and at least one stage shows something."""
        return all(rule.held for rule in self.rules) and bool(self.possible)

    @property
    def possible(self) -> tuple[int, ...]:
        """The numbers of the stages that can hang."""
        return tuple(number for number, stage in enumerate(self.stages) if stage.is_possible)

    @property
    def score(self) -> int:
        """How much of the study the protocol speaks about: of those that match, the highest hangs."""
        return sum(rule.weight for rule in self.rules) if self.is_match else 0

    @property
    def text(self) -> str:
        """In one line: why it matches, or the first thing that speaks against it."""
        against = next((rule.text for rule in self.rules if not rule.held), None)
        if against is not None:
            return f"does not apply: {against}"
        if not self.possible:
            return f"cannot hang: {_too_few(self.stages)}"
        return f"applies ({self.score}): " + ("; ".join(rule.text for rule in self.rules) or "it asks for nothing")


def verdicts(
    protocols: Sequence[Protocol], candidates: Sequence[Candidate], *, only_matching: bool = False
) -> list[Verdict]:
    """Every protocol held against these stacks, the one that hangs first; of equals the earlier in the list.

    With `only_matching` the others are left out, which is quicker where nobody asks why they are none.
    """
    if only_matching:
        current = [one.traits for one in candidates if not one.is_prior]
        has_prior = any(one.is_prior for one in candidates)
        protocols = [one for one in protocols if all(rule.held for rule in _rules(one.applies, current, has_prior))]
    found = [judged(protocol, candidates) for protocol in protocols]
    if only_matching:
        found = [one for one in found if one.is_match]
    return sorted(found, key=lambda one: (not one.is_match, -one.score))


def judged(protocol: Protocol, candidates: Sequence[Candidate]) -> Verdict:
    """One protocol held against these stacks."""
    current = [one.traits for one in candidates if not one.is_prior]
    has_prior = any(one.is_prior for one in candidates)
    rules = _rules(protocol.applies, current, has_prior)
    stages = tuple(StageFinding(stage, filled_cells(stage, candidates)) for stage in protocol.stages)
    return Verdict(protocol, rules, stages)


def filled_cells(stage: Stage, candidates: Sequence[Candidate]) -> tuple[CellFinding, ...]:
    """What each cell of a stage gets."""
    found: list[CellFinding] = []
    for cell in stage.cells:
        taken = {one.key for one in found if one.key is not None} if cell.is_distinct else set()
        found.append(_chosen(cell, candidates, taken))
    return tuple(found)


def _rules(applies: Applies, stacks: Sequence[StackTraits], has_prior: bool) -> tuple[RuleFinding, ...]:
    rules = [
        _modality(applies.modalities, [one.modality for one in stacks]),
        _among("projection", applies.views, [one.view for one in stacks], 4),
        _among("kind of series", applies.kinds, [str(one.kind) for one in stacks if not one.is_localiser], 1),
        _among("side", (applies.laterality,) if applies.laterality else (), [one.laterality for one in stacks], 4),
        _region(applies.regions, stacks) if applies.regions else None,
        _worded(applies, stacks),
        _counted(applies, stacks),
    ]
    if applies.prior:
        said = "an earlier study is open too" if has_prior else "no earlier study is open"
        rules.append(RuleFinding((applies.prior == "with") == has_prior, said, 2))
    return tuple(rule for rule in rules if rule is not None)


def _modality(wanted: Sequence[str], found: Sequence[str]) -> RuleFinding | None:
    finding = _among("modality", wanted, found, 2)
    is_telling = finding is not None and finding.held and any(one in _TELLING for one in wanted)
    return replace(finding, weight=_TELLING_WEIGHT) if finding is not None and is_telling else finding


def _among(name: str, wanted: Sequence[str], found: Sequence[str], weight: int) -> RuleFinding | None:
    if not wanted:
        return None
    there = list(dict.fromkeys(one for one in found if one))
    hit = next((one for one in there if one in wanted), None)
    if hit is not None:
        return RuleFinding(True, f"{name} is {hit}", weight)
    return RuleFinding(False, f"{name} is {_listed(there) or 'not said'}, not {_listed(wanted)}")


def _region(regions: Sequence[str], stacks: Sequence[StackTraits]) -> RuleFinding:
    """By the body part; where that names none by the study's description; then by those of series and protocols."""
    for name, weight, texts in (
        ("body part", 9, [one.body_part for one in stacks]),
        ("study description", 8, [one.study_description for one in stacks]),
        ("series description", 5, [one.description for one in stacks]),
        ("protocol name", 5, [one.protocol for one in stacks]),
    ):
        named = {text: regions_named(text) for text in dict.fromkeys(texts)}
        for text, found in named.items():
            hit = next((region for region in regions if region in found), None)
            if hit is not None and len(found) <= _MANY_REGIONS:
                return RuleFinding(True, f"{name} “{text}” is {hit}", weight + 1 - len(found))
        if any(found for found in named.values()):
            telling = [f"“{text}”" for text, found in named.items() if found]
            return RuleFinding(False, f"{name} {_listed(telling[:3])} is not {_listed(regions)}")
    return RuleFinding(False, f"no body part and no description says that it is {_listed(regions)}")


def _worded(applies: Applies, stacks: Sequence[StackTraits]) -> RuleFinding | None:
    if not applies.words and not applies.not_words:
        return None
    study = [one.study_description for one in stacks if one.study_description][:1]
    against = first_found(applies.not_words, "".join(study))
    if against is not None:
        return RuleFinding(False, f"study description “{study[0]}” has “{against}”, which must not be")
    if not applies.words:
        return RuleFinding(True, f"study description has none of {_listed(applies.not_words)}", 1)
    for name, weight, texts in (
        ("study description", 10, study),
        ("series description", 7, [one.description for one in stacks]),
        ("protocol name", 7, [one.protocol for one in stacks]),
    ):
        for text in dict.fromkeys(texts):
            hit = first_found(applies.words, text)
            if hit is not None:
                return RuleFinding(True, f"{name} “{text}” has “{hit}”", weight)
    said = f"study description is “{study[0]}”; it" if study else "there is no study description; what there is"
    return RuleFinding(False, f"{said} has none of {_listed(applies.words[:6])}")


def _counted(applies: Applies, stacks: Sequence[StackTraits]) -> RuleFinding | None:
    if not applies.least_series and not applies.most_series:
        return None
    count = len(stacks)
    held = count >= applies.least_series and (not applies.most_series or count <= applies.most_series)
    most = f" to {applies.most_series}" if applies.most_series else " or more"
    return RuleFinding(held, f"{count} series, of {applies.least_series}{most} that it wants")


def _chosen(cell: Cell, candidates: Sequence[Candidate], taken: set[str]) -> CellFinding:
    fitting: list[tuple[Candidate, list[str]]] = []
    passed: list[str] = []
    for one in candidates:
        reasons, against = _reasons(cell, one, taken)
        if against:
            passed.append(f"{one.traits.title}: {against}")
        else:
            fitting.append((one, reasons))
    if not fitting:
        why = "no series of an earlier study fits" if cell.is_prior else "no series fits"
        return CellFinding(None, why if candidates else "there is no series", tuple(passed))
    ranked = sorted(fitting, key=lambda pair: _rank(cell, pair[0].traits))
    best, reasons = ranked[0]
    if len(ranked) > 1:
        reasons = [*reasons, _better(cell, best.traits, ranked[1][0].traits, len(ranked))]
        passed += [f"{one.traits.title}: fits too, but comes later" for one, _ in ranked[1:]]
    because = "; ".join(reason for reason in reasons if reason) or "nothing is asked of it"
    return CellFinding(best.key, f"{best.traits.title}: {because}", tuple(passed))


def _reasons(cell: Cell, one: Candidate, taken: set[str]) -> tuple[list[str], str]:
    """Why a stack fits, or ([], what speaks against it)."""
    traits, rule = one.traits, cell.series
    if one.is_prior != cell.is_prior:
        return [], "is of an earlier study" if one.is_prior else "is of the open study"
    if one.key in taken:
        return [], "hangs in another cell already"
    if traits.intent == _FOR_PROCESSING:
        return [], "is for processing, not for reading"
    if traits.is_localiser and "LOCALIZER" not in rule.image_types:
        return [], "is a localiser"
    against = _unseen(cell.view, traits)
    if against:
        return [], against
    findings = [
        _is_one("modality", rule.modalities, traits.modality),
        _is_one("plane", rule.planes, traits.plane),
        _is_one("it", rule.kinds, str(traits.kind)),
        _is_one("side", (rule.laterality,) if rule.laterality else (), traits.laterality),
        _is_one("projection", rule.views, traits.view),
        *_typed(rule, traits),
        *_named(rule, traits),
        _enhanced(rule, traits),
    ]
    stated = [one for one in findings if one is not None]
    against = next((text for held, text in stated if not held), "")
    return ([], against) if against else ([text for _, text in stated], "")


def _unseen(view: str, traits: StackTraits) -> str:
    """Why a stack cannot be seen so, "" where it can."""
    if view == "acquired" or traits.kind is StackKind.VOLUME or traits.plane == view:
        return ""
    return f"is no volume, so it has no {'3D view' if view == '3d' else view + ' plane'}"


def _is_one(name: str, wanted: Sequence[str], value: str) -> tuple[bool, str] | None:
    if not wanted:
        return None
    if value in wanted:
        return True, f"{name} is {value}"
    return False, f"{name} is {value or 'not said'}, not {_listed(wanted)}"


def _typed(rule: SeriesRule, traits: StackTraits) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    if rule.image_types:
        hit = next((one for one in rule.image_types if one in traits.image_type), None)
        found.append((hit is not None, f"image type is {hit or _listed(traits.image_type) or 'not said'}"))
    against = next((one for one in rule.not_image_types if one in traits.image_type), None)
    return [*found, (False, f"image type is {against}")] if against else found


def _named(rule: SeriesRule, traits: StackTraits) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    if rule.words:
        hit = first_found(rule.words, traits.text)
        told = f"description has “{hit}”" if hit else f"description has none of {_listed(rule.words)}"
        found.append((hit is not None, told))
    against = first_found(rule.not_words, traits.text)
    return [*found, (False, f"description has “{against}”, which must not be")] if against else found


def _enhanced(rule: SeriesRule, traits: StackTraits) -> tuple[bool, str] | None:
    if not rule.contrast:
        return None
    agent = traits.contrast if first_found(_NO_AGENT, traits.contrast) is None else ""
    worded = first_found(_CONTRAST_WORDS, traits.description) if not traits.contrast else None
    is_with = bool(agent or worded)
    said = f"contrast “{agent}”" if agent else f"description has “{worded}”" if worded else "no contrast is said"
    return (rule.contrast == "with") == is_with, said


def _rank(cell: Cell, traits: StackTraits) -> tuple[float, ...]:
    """Smaller hangs first: preferred words, no avoided ones, the plane itself, thickness, the longest, the number."""
    words = f"{traits.text} | {traits.kernel}"
    thickness = traits.thickness_mm
    thick = 0.0
    if cell.series.thickness and thickness is not None:
        thick = thickness if cell.series.thickness == "thin" else -thickness
    return (
        0.0 if first_found(cell.series.prefer, words) else 1.0,
        1.0 if first_found(cell.series.avoid, words) else 0.0,
        0.0 if traits.plane == cell.view or cell.view not in PLANES else 1.0,
        thick,
        0.0 if traits.kind is StackKind.VOLUME else 1.0,
        -float(traits.images),
        float(traits.number) if traits.number is not None else float("inf"),
    )


def _better(cell: Cell, best: StackTraits, other: StackTraits, count: int) -> str:
    """By what the best of several comes before the next."""
    ours, theirs = _rank(cell, best), _rank(cell, other)
    at = next((n for n, (one, two) in enumerate(zip(ours, theirs, strict=True)) if one != two), None)
    words = f"{best.text} | {best.kernel}"
    hit = first_found(cell.series.prefer, words)
    by = {
        0: f"it has “{hit}”",
        1: "the others are avoided",
        2: f"it was acquired {best.plane}",
        3: f"it is the {cell.series.thickness}nest" if cell.series.thickness == "thin" else "it is the thickest",
        4: "it is a volume",
        5: f"it has the most images ({best.images})",
        6: "its number is the lowest",
    }
    return f"of {count} that fit {by[at]}" if at is not None else f"the first of {count} that fit alike"


def _too_few(stages: Sequence[StageFinding]) -> str:
    if not stages:
        return "it has no stage"
    first = stages[0]
    why = next((cell.text for cell in first.cells if cell.key is None), "")
    return f"{first.filled} of {len(first.cells)} cells filled, {first.stage.least} needed" + (
        f" ({why})" if why else ""
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
