"""How a series is to be split stays with the series, and only there."""

from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from tests.support.homes import Library
from tests.support.studies import a_series, a_study, an_instance


def test_a_choice_is_kept_replaced_and_taken_back(library: Library) -> None:
    series = a_series(a_study())
    uid = series.series_instance_uid
    with library.records("study.import") as records:
        records.studies.put_instance(a_study(), series, an_instance(series))
    choices = (SplitChoice(together=True), SplitChoice(by="EchoTime", joins=(("1.2", "1.3"),)), AUTOMATIC)
    for choice in choices:
        with library.records("series.split", uid) as records:
            records.stack_overrides.put(uid, choice, "ada")
        with library.records("series.stacks", uid) as records:
            assert records.stack_overrides.get(uid) == choice
