"""Who speaks: what is known of each seeker."""

from __future__ import annotations

from crs_simcheck.profiles.rows import (
    Profiles,
    format_profile,
    iter_profiles,
    parse_profile,
    read_profiles,
    write_profiles,
)

__all__ = [
    "Profiles",
    "format_profile",
    "iter_profiles",
    "parse_profile",
    "read_profiles",
    "write_profiles",
]
