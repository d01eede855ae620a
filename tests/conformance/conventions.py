"""The clinical conventions on grey values, windows, orientation, corners, geometry and distances: each rule's tests.

`python -m tests.conformance.conventions` prints the table. A rule says what must hold; its tests hold it by
number or by an exact text. `test_conventions.py` keeps the table true: every test that is named here exists.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Rule:
    """A rule in the words of the conventions, and the names of the test functions that hold it."""

    section: str
    text: str
    tests: tuple[str, ...]


def _rules(section: str, *rules: tuple[str, *tuple[str, ...]]) -> tuple[Rule, ...]:
    return tuple(Rule(section, text, tests) for text, *tests in rules)


RULES: tuple[Rule, ...] = (
    *_rules(
        "Grey pipeline",
        (
            "stored value, modality LUT or rescale, VOI LUT or window, presentation LUT, display: in this order",
            "test_a_real_series_looks_as_the_standards_formulas_say",
            "test_each_rule_of_the_grey_pipeline_looks_as_its_formula_says",
            "test_grey_is_within_one_level_of_the_numpy_reference",
            "test_every_window_agrees_with_the_formula",
        ),
        ("LINEAR (PS3.3 C.11.2.1.2)", "test_linear_is_the_standards_formula"),
        (
            "LINEAR with w = 1 is a step at c - 0.5",
            "test_linear_with_a_width_of_one_is_a_step_at_half_below_the_centre",
        ),
        ("LINEAR_EXACT", "test_linear_exact_has_no_half_and_no_one_less", "test_linear_exact_takes_widths_below_one"),
        ("SIGMOID", "test_sigmoid_is_the_standards_formula", "test_sigmoid_stays_finite_far_from_its_centre"),
        ("all functions clamp", "test_every_function_clamps"),
        ("a modality LUT sequence replaces slope and intercept", "test_a_modality_lut_replaces_the_rescale"),
        (
            "rescale may differ from slice to slice: each frame has its own",
            "test_rescale_that_differs_from_slice_to_slice_is_applied_to_each",
            "test_rescale_is_each_frames_own",
        ),
        (
            "sign from PixelRepresentation, masked to BitsStored and HighBit",
            "test_the_sign_comes_from_bits_stored",
            "test_a_high_bit_above_the_stored_bits_shifts",
            "test_bits_above_bits_stored_are_overlays_and_are_masked",
        ),
        ("a LUT descriptor of 0 entries means 65,536", "test_a_table_of_0_entries_has_65536"),
        ("the first mapped value takes the data's sign", "test_the_first_mapped_value_takes_the_sign_of_the_data"),
        (
            "padding is left out of the automatic window",
            "test_auto_window_spans_the_percentiles_of_tissue_without_padding",
        ),
        ("the padding range limit counts", "test_auto_window_leaves_out_the_whole_padding_range"),
        ("padding is left out of statistics", "test_padding_and_what_is_no_number_are_left_out_of_the_statistics"),
        ("padding is left out of AI input", "test_padding_is_no_tissue"),
        ("padding is left out of MIP", "test_a_slab_on_the_stacks_own_plane_is_the_formula_over_its_slices"),
        ("padding is background black under MONOCHROME1 too", "test_padding_is_black_under_monochrome1_too"),
        ("interpolation never mixes padding with tissue", "test_padding_never_mixes_with_tissue"),
        ("MONOCHROME1: the lowest value is white", "test_monochrome1_shows_the_lowest_value_white", "test_polarity"),
        (
            "MONOCHROME1 with a presentation LUT of INVERSE is one inversion",
            "test_monochrome1_with_an_inverse_presentation_lut_is_one_inversion",
        ),
        (
            "an applied presentation state replaces the image's polarity",
            "test_its_polarity_replaces_the_images_own",
            "test_the_polarity_is_the_states_alone",
        ),
        ("the user's invert comes after all else", "test_inverting_twice_is_nothing"),
        (
            "photometrics: RGB, palette (segmented too), YBR_FULL, 422, partial; both planar configurations",
            "test_rgb_in_both_planar_configurations",
            "test_a_palette_becomes_rgb",
            "test_a_segmented_palette_is_expanded",
            "test_full_ybr_becomes_rgb_by_the_formula_of_the_standard",
            "test_partial_ybr_has_its_black_at_16_and_its_white_at_235",
            "test_native_422_shares_the_chroma_of_each_pair",
        ),
        (
            "colour space, depth and subsampling come from the codestream, the sign from PixelRepresentation",
            "test_jpeg_says_itself_that_it_is_ybr",
            "test_jpeg_says_itself_that_it_is_rgb",
            "test_unsigned_codestreams_of_signed_files_get_their_sign_from_bits_stored",
        ),
        ("true colour has no window", "test_true_colour_has_no_window", "test_true_colour_takes_no_window"),
        (
            "non-square pixels: the ratio of PixelSpacing, else PixelAspectRatio",
            "test_non_square_pixels_keep_vertical_and_horizontal_apart",
        ),
    ),
    *_rules(
        "Window presets",
        ("the presets' widths and levels", "test_the_presets_are_those_of_the_conventions"),
        (
            "offered: the header's windows and VOI LUTs, then auto, then the modality's presets",
            "test_windows_are_offered_header_first_then_auto_then_presets",
        ),
        (
            "auto is from the 0.1 to the 99.9 percentile",
            "test_auto_window_spans_the_percentiles_of_tissue_without_padding",
        ),
        (
            "HU presets are never offered for MR",
            "test_hounsfield_presets_are_never_offered_for_mr_or_without_hounsfield_units",
        ),
        ("PET in inverse grey", "test_pet_hangs_in_inverse_grey_once"),
        (
            "W/L drag: right is wider, up is brighter",
            "test_dragging_right_widens_the_window_of_every_plane_and_up_brightens",
        ),
    ),
    *_rules(
        "Orientation",
        (
            "axial from the feet, coronal from the front, sagittal with anterior on the left; right is left",
            "test_a_plane_reads_the_same_way_however_the_stack_was_stored",
            "test_the_patients_right_front_and_head_are_where_a_radiologist_expects_them",
        ),
        ("the letters stand where the picture has that side", "test_letters_stand_where_the_picture_has_that_side"),
        ("a second letter for obliques", "test_letters_name_the_side_and_a_second_one_for_obliques"),
        (
            "recomputed after rotate and flip",
            "test_the_flips_exchange_opposite_letters",
            "test_a_turn_is_clockwise_and_comes_after_the_flips",
        ),
        ("hidden when not computable", "test_without_a_geometry_there_are_no_letters"),
        ("CR, DX and MG use PatientOrientation", "test_without_a_geometry_patient_orientation_gives_the_letters"),
        ("ImageLaterality is shown; quadrupeds have their own letters", "test_laterality_and_animals"),
        ("animals' letters on the edges", "test_animals_have_their_own_letters_on_the_edges"),
        ("a flip is flagged on screen", "test_what_must_never_be_hidden_stays_without_the_overlay"),
        (
            "3D: from the front the patient's right is on the left",
            "test_from_the_front_the_patients_right_is_on_the_screens_left",
        ),
    ),
    *_rules(
        "Corners",
        (
            "patient top left, study top right, image bottom left, series bottom right",
            "test_each_corner_holds_what_the_conventions_put_there",
            "test_the_four_corners",
        ),
        ("the technique by modality", "test_the_technique_of_mr_is_its_times_and_its_b_value"),
        ("the slice's location and thickness", "test_the_frames_own_location_is_shown_on_acquired_slices"),
        ("the pixel value under the pointer", "test_the_value_under_the_pointer_is_the_voxels_own"),
        ("what must never be hidden stays", "test_what_must_never_be_hidden_stays_without_the_overlay"),
        ("an incomplete series says so", "test_images_that_failed_are_counted_and_the_first_is_named"),
        ("a demo says so", "test_a_demo_says_so_and_nothing_else_does"),
        ("the lossy marker with ratio and method", "test_the_lossy_marker"),
    ),
    *_rules(
        "Geometry",
        (
            "sorted along the normal by ImagePositionPatient",
            "test_slices_are_sorted_along_the_normal_and_not_by_number_or_name",
            "test_a_voxel_lies_where_its_own_slice_says_in_every_orientation",
        ),
        ("grouped by orientation", "test_two_orientations_are_two_stacks"),
        (
            "spacing from positions, never SliceThickness",
            "test_spacing_comes_from_positions_and_never_from_slice_thickness",
        ),
        (
            "without positions: InstanceNumber, AcquisitionTime, file name; not spatially sorted, no volume",
            "test_without_positions_the_order_is_the_image_number_and_there_is_no_volume",
            "test_without_positions_and_numbers_the_time_and_then_the_name_give_the_order",
        ),
        (
            "NM multi-frame has its own geometry, SpacingBetweenSlices may be negative",
            "test_tomographic_nm_steps_by_spacing_between_slices_even_backwards",
        ),
        (
            "duplicate positions are split by what sets them apart, else the split is offered",
            "test_slices_at_the_same_positions_split_by_what_sets_them_apart",
            "test_doubles_that_nothing_sets_apart_are_split_by_number_and_it_is_told",
        ),
        ("localisers stay out of the volume", "test_a_localiser_stays_out_of_the_volume"),
        ("fewer than 3 slices: no MPR, no 3D", "test_fewer_than_3_slices_make_no_volume"),
        (
            "a gap is judged against the line: over 1 % and 0.1 mm it is shown with its files",
            "test_rounded_positions_are_judged_against_the_line_and_not_their_neighbours",
            "test_a_missing_slice_is_named_with_its_neighbours_and_leaves_its_place_empty",
            "test_a_deviation_that_is_large_only_as_a_share_of_thin_slices_is_not_shown",
            "test_a_deviation_that_is_large_only_in_mm_is_not_shown",
        ),
        (
            "over 5 % and 0.2 mm a volume measurement refuses",
            "test_a_slice_off_the_line_by_3_percent_is_shown_and_stays_a_volume",
            "test_a_segmentation_made_on_images_with_a_gap_has_no_volume_and_says_why",
        ),
        (
            "gantry tilt is found from positions and shears the geometry",
            "test_gantry_tilt_is_found_from_positions_and_shears_the_geometry",
            "test_a_straight_rod_is_straight_in_every_plane_of_a_tilted_stack",
        ),
        (
            "non-orthogonal cosines: warn, beyond 1e-2 refuse",
            "test_cosines_slightly_off_a_right_angle_are_told",
            "test_cosines_beyond_a_hundredth_off_a_right_angle_give_no_geometry",
        ),
        (
            "enhanced multi-frame: per-frame groups decide geometry, rescale and window",
            "test_frames_are_sorted_by_their_own_positions",
            "test_rescale_is_each_frames_own",
            "test_the_window_of_the_slice_shown_is_offered",
        ),
        ("positions and distances right to 0.01 mm", "test_positions_and_distances_are_right"),
    ),
    *_rules(
        "Distances",
        ("CT, MR, PT, NM: PixelSpacing, mm", "test_slices_are_in_mm_of_the_patient"),
        (
            "the first value is the row spacing; anisotropy is honoured",
            "test_a_length_honours_anisotropy",
            "test_what_is_drawn_is_what_is_measured",
        ),
        ("CR, DX, MG, XA, RF: calibration by its type", "test_projections"),
        ("ImagerPixelSpacing is never taken for PixelSpacing", "test_slices_never_take_the_detectors_spacing"),
        ("zero or not finite is px", "test_a_spacing_that_is_none_leaves_pixels"),
        (
            "ultrasound by its regions",
            "test_ultrasound_by_its_regions",
            "test_both_ends_in_one_ultrasound_region_are_in_its_millimetres",
            "test_ends_in_two_ultrasound_regions_or_outside_are_pixels",
            "test_ends_in_two_regions_of_one_scale_are_pixels_too",
            "test_a_lone_region_holds_for_its_whole_image",
            "test_a_line_in_a_doppler_region_says_time_and_velocity",
            "test_a_line_in_an_m_mode_region_says_time_and_depth",
            "test_an_area_in_one_ultrasound_region_is_in_its_square_millimetres",
            "test_an_angle_needs_two_directions_of_one_unit",
            "test_of_overlapping_regions_the_one_on_top_counts_then_the_smaller",
            "test_a_real_ultrasound_of_two_regions_is_measured_in_the_one_of_centimetres",
        ),
        ("secondary capture at scanner", "test_secondary_capture_is_at_scanner"),
        (
            "one decimal for mm, and how far to trust it",
            "test_a_distance_is_written_with_one_decimal_and_how_far_to_trust_it",
        ),
        ("0.1 degrees for angles", "test_every_kind_says_its_own_number"),
        (
            "a pixel counts when its centre is inside",
            "test_a_pixel_counts_when_its_centre_is_inside",
            "test_a_pixel_centre_on_the_outline_is_inside",
        ),
        (
            "n, area, mean, SD, min, max in modality units",
            "test_statistics_are_written_with_their_unit_area_count_and_trust",
        ),
        (
            "a user's own calibration is marked on every number",
            "test_a_users_calibration_holds_for_its_image_then_for_its_series_and_is_marked",
            "test_saved_measurements_go_with_the_calibration_and_back",
        ),
    ),
    *_rules(
        "Mouse, keys and habits",
        ("what each button does", "test_the_buttons_mean_what_the_conventions_say"),
        ("what each key does", "test_the_default_keys_are_those_of_the_conventions", "test_no_key_means_two_things"),
        ("the rate of a clip: RecommendedDisplayFrameRate, CineRate, FrameTime", "test_the_rate_by_its_order"),
        (
            "mammography hangs R-CC | L-CC and R-MLO | L-MLO, chest walls to the middle",
            "test_mammography_hangs_right_beside_left_with_the_chest_walls_to_the_middle",
            "test_a_mammogram_stored_the_other_way_round_is_turned_to_its_side",
        ),
        (
            "a PET MIP in inverse grey",
            "test_of_pet_the_brightest_is_dark_on_white_and_the_greys_are_those_of_the_planes",
        ),
        (
            "the prior shows its date on a coloured banner",
            "test_the_priors_coloured_dated_line_is_there_at_every_step_of_the_corner_texts",
        ),
        ("the next case is loaded ahead", "test_the_next_study_is_loaded_ahead_and_is_there_when_it_opens"),
    ),
)


@cache
def defined() -> dict[str, tuple[str, ...]]:
    """For each test function the files, relative to the tests' folder, that define it."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.setdefault(node.name, []).append(path.relative_to(TESTS).as_posix())
    return {name: tuple(files) for name, files in found.items()}


def table() -> str:
    """Rule by rule, in Markdown: the rule, and where it is tested."""
    lines = []
    section = ""
    for rule in RULES:
        if rule.section != section:
            section = rule.section
            lines += ["", f"### {section}", "", "| rule | test |", "|---|---|"]
        places = (f"{'`, `'.join(defined().get(name, ('MISSING',)))}::{name}" for name in rule.tests)
        lines.append(f"| {rule.text} | {'<br>'.join(f'`{place}`' for place in places)} |")
    return "\n".join(lines[1:])


if __name__ == "__main__":
    print(table())
