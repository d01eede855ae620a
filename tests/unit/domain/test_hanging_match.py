"""Which protocol hangs a study and which series its cells get: known answers, and the words that explain them."""

import pytest

from medscan_desktop.domain.hanging_match import Candidate, judged, verdicts
from medscan_desktop.domain.hanging_protocol import Applies, Cell, Hung, Protocol, SeriesRule, Stage
from medscan_desktop.domain.stack_traits import StackKind, StackTraits
from medscan_desktop.domain.word_patterns import first_found, is_pattern

T1 = StackTraits("MR", StackKind.SLICES, 24, 2, "AX T1 SE", body_part="BRAIN", plane="axial")
T2 = StackTraits("MR", StackKind.SLICES, 24, 4, "T2 ax TSE", body_part="BRAIN", plane="axial", thickness_mm=5.0)
THIN = StackTraits("MR", StackKind.VOLUME, 160, 7, "t2_space_sag", body_part="BRAIN", plane="sagittal", thickness_mm=1)
SCOUT = StackTraits(
    "MR", StackKind.SLICES, 9, 1, "T2 localizer", body_part="BRAIN", image_type=("ORIGINAL", "LOCALIZER")
)


def stacks(*traits: StackTraits, priors: int = 0) -> tuple[Candidate, ...]:
    """The last `priors` of them are of an earlier study."""
    first = len(traits) - priors
    return tuple(Candidate(str(number), one, number >= first) for number, one in enumerate(traits))


def one_cell(cell: Cell, applies: Applies | None = None) -> Protocol:
    return Protocol("p", "P", applies or Applies(), (Stage((cell,)),))


def chosen(rule: SeriesRule, *traits: StackTraits, **cell: object) -> tuple[str | None, str, tuple[str, ...]]:
    found = judged(one_cell(Cell(rule, **cell)), stacks(*traits)).stages[0].cells[0]  # type: ignore[arg-type]
    return found.key, found.text, found.passed_over


@pytest.mark.parametrize(
    ("pattern", "text", "is_found"),
    [
        ("t2", "AX_T2-TSE", True),
        ("t2", "T2W axial", False),
        ("t2*", "T2W axial", True),
        ("T2", "t2", True),
        ("t1", "T10 vertebra", False),
        ("dark fluid", "t2 DARK-FLUID ax", True),
        ("dark fluid", "fluid dark", False),
        ("*flair*", "eT2FLAIRfs", True),
        ("t?", "t1", True),
        ("t?", "t12", False),
        ("b7?*", "B70f medium", True),
        ("schädel", "CT SCHÄDEL", True),
    ],
)
def test_a_pattern_is_words_in_a_row_with_stars_for_letters(pattern: str, text: str, is_found: bool) -> None:
    assert (first_found((pattern,), text) == pattern) is is_found


@pytest.mark.parametrize("text", ["", "*", "?? *", "!", "x" * 61])
def test_what_looks_for_nothing_is_no_pattern(text: str) -> None:
    assert not is_pattern(text)


def test_a_pattern_made_to_hang_a_matcher_takes_no_time() -> None:
    """A backtracking expression would take longer than the universe has been there."""
    pattern, text = "a*" * 29 + "b", "a" * 500

    assert first_found((pattern,), text) is None


def test_a_cell_says_why_it_has_its_series_and_why_it_has_not_the_others() -> None:
    key, text, passed = chosen(SeriesRule(words=("t2*",), planes=("axial",)), T1, T2, THIN, SCOUT)

    assert key == "1"
    assert text == "series 4 “T2 ax TSE”: plane is axial; description has “t2*”"
    assert passed == (
        "series 2 “AX T1 SE”: description has none of t2*",
        "series 7 “t2_space_sag”: plane is sagittal, not axial",
        "series 1 “T2 localizer”: is a localiser",
    )


def test_a_cell_that_nothing_fits_says_so() -> None:
    assert chosen(SeriesRule(words=("flair",)), T1)[:2] == (None, "no series fits")
    assert chosen(SeriesRule(), T1, is_prior=True)[:2] == (None, "no series of an earlier study fits")
    assert chosen(SeriesRule())[:2] == (None, "there is no series")


def test_of_several_that_fit_the_preferred_then_the_plane_then_the_longest_hangs() -> None:
    assert chosen(SeriesRule(words=("t2*",)), T2, THIN)[1].endswith("of 2 that fit it is a volume")
    assert chosen(SeriesRule(words=("t2*",), prefer=("tse",)), T2, THIN)[1].endswith("of 2 that fit it has “tse”")
    assert chosen(SeriesRule(words=("t2*",), thickness="thick"), THIN, T2)[0] == "1"
    assert chosen(SeriesRule(words=("t2*",), thickness="thin"), T2, THIN)[1].endswith("it is the thinnest")
    assert chosen(SeriesRule(avoid=("space*",)), THIN, T2)[1].endswith("of 2 that fit the others are avoided")


def test_a_plane_of_what_is_no_volume_is_not_made_up() -> None:
    assert chosen(SeriesRule(), T2, view="coronal")[2] == (
        "series 4 “T2 ax TSE”: is no volume, so it has no coronal plane",
    )
    assert chosen(SeriesRule(), T2, view="axial")[0] == "0"  # acquired in it
    assert chosen(SeriesRule(), THIN, view="coronal")[0] == "0"


def test_mammograms_for_processing_are_never_read() -> None:
    raw = StackTraits("MG", StackKind.STILL, laterality="R", view="CC", intent="FOR PROCESSING")
    shown = StackTraits("MG", StackKind.STILL, laterality="R", view="CC", intent="FOR PRESENTATION")

    assert chosen(SeriesRule(views=("CC",)), raw, shown)[0] == "1"


def test_a_distinct_cell_takes_no_series_that_hangs_already() -> None:
    stage = Stage((Cell(), Cell(is_distinct=True), Cell(is_distinct=True)))
    found = judged(Protocol("p", "P", stages=(stage,)), stacks(T1, T2)).stages[0]

    assert [cell.key for cell in found.cells] == ["0", "1", None]


@pytest.mark.parametrize(
    ("applies", "text"),
    [
        (Applies(modalities=("CT",)), "does not apply: modality is MR, not CT"),
        (Applies(regions=("chest",)), "does not apply: body part “BRAIN” is not chest"),
        (Applies(regions=("head",)), "applies (9): body part “BRAIN” is head"),
        (Applies(words=("trauma",)), "does not apply: study description is “Brain MS”; it has none of trauma"),
        (Applies(words=("ms",)), "applies (10): study description “Brain MS” has “ms”"),
        (Applies(not_words=("ms",)), "does not apply: study description “Brain MS” has “ms”, which must not be"),
        (Applies(kinds=("volume",)), "does not apply: kind of series is slices, not volume"),
        (Applies(laterality="R"), "does not apply: side is not said, not R"),
        (Applies(least_series=2), "does not apply: 1 series, of 2 or more that it wants"),
        (Applies(prior="with"), "does not apply: no earlier study is open"),
        (Applies(prior="without"), "applies (2): no earlier study is open"),
    ],
)
def test_a_rule_says_what_it_found(applies: Applies, text: str) -> None:
    traits = StackTraits("MR", StackKind.SLICES, 24, 2, "AX T1", body_part="BRAIN", study_description="Brain MS")

    assert judged(one_cell(Cell(), applies), stacks(traits)).text == text


def test_the_body_part_decides_before_the_descriptions() -> None:
    """A CT of the abdomen whose last series is called "lung bases" is no CT of the chest."""
    series = [
        StackTraits("CT", StackKind.VOLUME, 90, 3, "venous", body_part="ABDOMEN"),
        StackTraits("CT", StackKind.VOLUME, 40, 4, "lung bases", body_part="ABDOMEN"),
    ]

    assert not judged(one_cell(Cell(), Applies(regions=("chest",))), stacks(*series)).is_match
    assert judged(one_cell(Cell(), Applies(regions=("abdomen",))), stacks(*series)).is_match


def test_the_protocol_that_says_most_about_the_study_hangs_first() -> None:
    any_mr = one_cell(Cell(), Applies(modalities=("MR",)))
    brain = one_cell(Cell(), Applies(modalities=("MR",), regions=("head",)))
    chest = one_cell(Cell(), Applies(regions=("chest",)))

    assert [one.protocol for one in verdicts([chest, any_mr, brain], stacks(T1))] == [brain, any_mr, chest]


def test_of_equals_the_earlier_in_the_list_hangs() -> None:
    first, second = (Protocol(name, name, Applies(modalities=("MR",)), (Stage((Cell(),)),)) for name in "ab")

    assert verdicts([second, first], stacks(T1))[0].protocol is second


def test_a_stage_with_too_few_cells_is_left_out() -> None:
    both = Stage((Cell(SeriesRule(words=("t1",))), Cell(SeriesRule(words=("flair",)))), least=2)
    alone = Stage((Cell(),))

    assert judged(Protocol("p", "P", stages=(both, alone)), stacks(T1)).possible == (1,)
    assert judged(Protocol("p", "P", stages=(both,)), stacks(T1)).text == (
        "cannot hang: 1 of 2 cells filled, 2 needed (no series fits)"
    )


def test_a_cell_for_the_prior_takes_only_an_earlier_study() -> None:
    stage = Stage((Cell(SeriesRule(words=("t2",))), Cell(SeriesRule(words=("t2",)), is_prior=True)), least=2)
    found = judged(Protocol("p", "P", stages=(stage,)), stacks(T2, T2, priors=1)).stages[0]

    assert [cell.key for cell in found.cells] == ["0", "1"]
    assert found.cells[0].passed_over == ("series 4 “T2 ax TSE”: is of an earlier study",)


def test_contrast_is_the_agent_s_or_the_description_s() -> None:
    rule = SeriesRule(contrast="with")
    agent = StackTraits("MR", StackKind.SLICES, 9, 1, "T1", contrast="Gadovist")
    worded = StackTraits("MR", StackKind.SLICES, 9, 1, "T1 post gd")
    none = StackTraits("MR", StackKind.SLICES, 9, 1, "T1", contrast="NO CONTRAST")

    assert chosen(rule, agent)[1] == "series 1 “T1”: contrast “Gadovist”"
    assert chosen(rule, worded)[1] == "series 1 “T1 post gd”: description has “gd*”"
    assert chosen(rule, none)[2] == ("series 1 “T1”: no contrast is said",)


def test_what_hangs_is_named_with_its_stage() -> None:
    stages = (Stage((Cell(),), "brain and bone"), Stage((Cell(),)))
    protocol = Protocol("ct-head", "CT head", stages=stages)

    assert Hung(protocol).text == "CT head · brain and bone (1 of 2)"
    assert Hung(protocol, 1).text == "CT head (2 of 2)"
    assert Hung(protocol, 1, (1,)).text == "CT head", "a stage that the study does not fill is none to go to"
    assert Hung(Protocol("x", "X", stages=stages[:1])).text == "X · brain and bone"
