"""The table of score against calls: what it calls best, and that a budget holds for everybody."""

from __future__ import annotations

import re

import pytest

from benchmarks import optimizers
from benchmarks.optimizers import Track, scripted
from crs_simcheck.engines import Request
from crs_simcheck.metrics import METRICS
from crs_simcheck.records import Message
from tests.unit.optimize.made_up import TEXT, prompt

FEEDBACK = (
    "- item_entropy (Entropy of titles): 3 bits; people: 7 to 8. It is too low by 4 bits. "
    f"That means: {METRICS['item_entropy'].too_low}."
)


def test_best_is_by_all_that_was_seen_up_to_then():
    one, other = prompt(), prompt(TEXT.replace("would.", "would. Vary."))
    track = Track("t", [(10, one, 3.0, 10), (20, other, 9.0, 10), (60, other, 1.0, 40)])
    assert track.best(9) is None
    assert track.best(10) is one
    assert track.best(20) is other
    assert track.best(60) is one  # 2.6 on the whole
    assert track.calls == 60


def test_the_script_repeats_what_is_off_and_rewrites_by_it():
    def asked(text):
        return Request((Message("system", ""), Message("user", text)))

    assert FEEDBACK in scripted(asked(f"The section 'Guidelines'.\n\n{FEEDBACK}\n> Heat"))
    ask = "Write <IMPROVED_VARIABLE>. The section 'Guidelines' <VARIABLE> - Be kind. </VARIABLE>"
    text = scripted(asked(f"{ask}\n{FEEDBACK}\n"))
    assert re.fullmatch(
        r"<IMPROVED_VARIABLE>- Be kind\.\n- Vary the films.*</IMPROVED_VARIABLE>", text
    )
    assert "Vary" not in scripted(asked(ask.replace("Guidelines", "Persona") + f"\n{FEEDBACK}\n"))


@pytest.mark.optimize
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_all_optimizers_on_one_budget(capsys):
    arguments = ["--budget", "160", "--batch", "20", "--seekers", "150"]
    assert optimizers.main(arguments) == 0
    out = capsys.readouterr().out
    rows = [line.strip("| ").split(" | ") for line in out.splitlines() if line.startswith("| ")]
    assert rows[0] == ["calls", "loop, by rule", "loop, TextGrad", "GEPA, by rule"]
    assert [int(row[0]) for row in rows[1:]] == list(range(20, 161, 20))
    first, last = ([float(cell) for cell in row[1:]] for row in (rows[1], rows[-1]))
    assert len(set(first)) == 1  # all begin with the same prompt
    assert all(after > before for before, after in zip(first, last, strict=True))
    # TextGrad's graph with a script that rewrites by rule comes to what the rule comes to.
    assert {row[1] for row in rows[1:]} == {row[2] for row in rows[1:]}
    assert all(int(n) <= 160 for n in re.findall(r"(?:rule|TextGrad) (\d+)", out))
    assert optimizers.main(arguments) == 0
    assert capsys.readouterr().out == out
