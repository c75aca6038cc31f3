"""What was answered: response rows on disk."""

from __future__ import annotations

from crs_simcheck.recordings.held import CutLine, Recording, read_recording, recording_file
from crs_simcheck.recordings.requests import request_key, seed_of
from crs_simcheck.recordings.rows import (
    Responses,
    folder_sha256,
    format_response,
    iter_responses,
    parse_response,
    read_responses,
    response_files,
    write_responses,
)
from crs_simcheck.recordings.store import LOCK_FILE, Recorder
from crs_simcheck.recordings.summary import (
    SUMMARY_FILE,
    answers_of,
    made_with,
    read_summary,
    summary_of,
    write_summary,
)

__all__ = [
    "LOCK_FILE",
    "SUMMARY_FILE",
    "CutLine",
    "Recorder",
    "Recording",
    "Responses",
    "answers_of",
    "folder_sha256",
    "format_response",
    "iter_responses",
    "made_with",
    "parse_response",
    "read_recording",
    "read_responses",
    "read_summary",
    "recording_file",
    "request_key",
    "response_files",
    "seed_of",
    "summary_of",
    "write_responses",
    "write_summary",
]
