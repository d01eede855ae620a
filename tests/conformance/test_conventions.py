"""The table of the clinical conventions is true."""

import pytest

from tests.conformance.conventions import RULES, Rule, defined, table


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.text[:60])
def test_every_rule_has_its_test(rule: Rule) -> None:
    assert rule.tests
    assert [name for name in rule.tests if name not in defined()] == []


def test_the_table_names_a_file_for_every_test() -> None:
    text = table()

    assert "MISSING" not in text
    print(text)
