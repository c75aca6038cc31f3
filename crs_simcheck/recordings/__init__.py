"""What was answered: response rows on disk."""

from __future__ import annotations

from crs_simcheck.recordings.held import CutLine, Recording, read_recording, recording_file
from crs_simcheck.recordings.requests import request_key, seed_of
from crs_simcheck.recordings.rows import (
    Responses,
    format_response,
    iter_responses,
    parse_response,
    read_responses,
    response_files,
    write_responses,
)
from crs_simcheck.recordings.store import LOCK_FILE, Recorder

__all__ = [
    "LOCK_FILE",
    "CutLine",
    "Recorder",
    "Recording",
    "Responses",
    "format_response",
    "iter_responses",
    "parse_response",
    "read_recording",
    "read_responses",
    "recording_file",
    "request_key",
    "response_files",
    "seed_of",
    "write_responses",
]
