"""The no-skip rule of conftest.py, on a small suite of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

SKIPPING = """
    import pytest

    def test_runs():
        pass

    def test_skips():
        pytest.skip("no server here")

    @pytest.mark.skip(reason="by mark")
    def test_marked():
        pass

    @pytest.mark.xfail(reason="known fault")
    def test_expected_failure():
        assert False
"""


@pytest.fixture
def suite(pytester):
    pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(SKIPPING)
    return pytester


def test_skips_are_skips_by_default(suite, monkeypatch):
    monkeypatch.delenv("CRS_SIMCHECK_NO_SKIP", raising=False)
    suite.runpytest_subprocess().assert_outcomes(passed=1, skipped=2, xfailed=1)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["plain", "xdist"])
def test_skips_fail_where_none_is_allowed(suite, monkeypatch, workers):
    monkeypatch.setenv("CRS_SIMCHECK_NO_SKIP", "1")
    ran = suite.runpytest_subprocess("-rf", *workers)
    outcomes = ran.parseoutcomes()
    assert outcomes.get("skipped", 0) == 0
    assert outcomes["passed"] == 1
    assert outcomes["xfailed"] == 1
    assert outcomes["failed"] + outcomes.get("errors", 0) == 2
    ran.stdout.fnmatch_lines(["*no server here*"])


def test_a_module_skipped_while_collecting_fails_too(suite, monkeypatch):
    monkeypatch.setenv("CRS_SIMCHECK_NO_SKIP", "1")
    suite.makepyfile(test_heavy="import pytest\npytest.importorskip('no_such_module')\n")
    ran = suite.runpytest_subprocess()
    assert ran.parseoutcomes().get("errors") == 1
    assert ran.ret != 0
