"""What is set for the whole library comes back as it was put."""

from tests.support.homes import Library


def test_what_was_put_last_comes_back(library: Library) -> None:
    with library.records("preferences.test") as records:
        assert records.preferences.get("retention") is None
        records.preferences.put("retention", {"days": 30, "names": ["李"]})
        records.preferences.put("retention", {"days": 31, "names": ["李", "Жуков"]})

    with library.records("preferences.test") as records:
        assert records.preferences.get("retention") == {"days": 31, "names": ["李", "Жуков"]}


def test_keys_of_one_beginning_are_read_together(library: Library) -> None:
    with library.records("preferences.test") as records:
        for key in ("open.2", "open.1", "opened", "o%"):
            records.preferences.put(key, {"key": key})
        records.preferences.remove("open.2")
        records.preferences.remove("open.9")

        assert records.preferences.beginning("open.") == {"open.1": {"key": "open.1"}}
        assert list(records.preferences.beginning("o%")) == ["o%"]
