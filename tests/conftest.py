"""What all tests share: the folder of source data, hypothesis's profiles, and the no-skip rule."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

DATA = "CRS_SIMCHECK_DATA"
NO_SKIP = "CRS_SIMCHECK_NO_SKIP"

# Machines differ in speed; pytest-timeout is the limit. In CI the same examples run every time.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder with the source data that may not be shipped."""
    named = os.environ.get(DATA)
    if not named:
        pytest.skip(f"{DATA} is not set: this test reads source data that may not be shipped")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"{DATA} is set to {named}, which is no folder")
    return folder


def skips_fail() -> bool:
    return os.environ.get(NO_SKIP) == "1"


def failed_instead(report):
    """Turn a skip into a failure that keeps the reason; an expected failure stays what it is."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{reason}\nand {NO_SKIP}=1 allows no skip: set up what this test needs"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return failed_instead(report) if skips_fail() else report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return failed_instead(report) if skips_fail() else report
