"""What was answered: response rows on disk."""

from __future__ import annotations

from crs_simcheck.recordings.rows import (
    Responses,
    format_response,
    iter_responses,
    parse_response,
    read_responses,
    response_files,
    write_responses,
)

__all__ = [
    "Responses",
    "format_response",
    "iter_responses",
    "parse_response",
    "read_responses",
    "response_files",
    "write_responses",
]
