"""Messages of names that do not exist."""

from __future__ import annotations

from crs_simcheck.errors import UnknownNameError


def test_of_very_many_names_some_are_listed():
    known = [f"s{n:03}" for n in range(100)]
    message = str(UnknownNameError("seeker", "u17", known))
    assert message.startswith("unknown seeker 'u17'")
    assert message.endswith("s058, s059 and 40 more)")
