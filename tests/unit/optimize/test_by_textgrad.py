"""TextGrad rewrites a section by two calls, takes nothing that is broken, and leaves no trace."""

from __future__ import annotations

import builtins
import logging
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from crs_simcheck.errors import EngineUnavailableError, InputError
from crs_simcheck.optimize import Editor, TextGradEditor, by_textgrad
from tests.unit.optimize.misbehaving import (
    BAD,
    GOOD,
    GRADIENT,
    REFUSED,
    Model,
    assert_rest_as_it_was,
    calls,
    good,
    prove_refused,
    request,
    search,
    shown,
    too_long,
)

TAGS = ("<IMPROVED_VARIABLE>", "</IMPROVED_VARIABLE>")

# What a process prints and leaves behind is looked at from outside.
REWRITE = """
    import logging, os, socket, sys, warnings

    warnings.simplefilter("error")
    logging.basicConfig(level=logging.DEBUG, filename=sys.argv[2])
    before = dict(os.environ)

    def no_network(*_):
        raise AssertionError("network")

    socket.socket.connect = no_network
    socket.getaddrinfo = no_network

    from tests.unit.optimize.misbehaving import Model, calls, good, request
    from crs_simcheck.optimize import TextGradEditor

    assert "textgrad" not in sys.modules
    model = Model(("<IMPROVED_VARIABLE>", "</IMPROVED_VARIABLE>"), good)
    with calls(sys.argv[1], model) as asking:
        edit = TextGradEditor(asking).rewrite(request())
    assert edit.text and edit.calls == int(sys.argv[3]), edit
    assert "textgrad" in sys.modules
    assert dict(os.environ) == before
"""


def run(code, cwd, *arguments, **environment):
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_importing_optimize_imports_no_textgrad(tmp_path):
    code = """
        import sys
        import crs_simcheck.cli
        from crs_simcheck.optimize import RecordedCalls, TextGradEditor

        TextGradEditor(None)
        loaded = {name.partition(".")[0] for name in sys.modules}
        assert not loaded & {"textgrad", "litellm", "openai"}, loaded
    """
    done = run(code, tmp_path)
    assert done.returncode == 0, done.stderr


def test_without_textgrad_the_extra_is_named(tmp_path, monkeypatch):
    real = builtins.__import__

    def absent(name, *others, **named):
        if name.partition(".")[0] == "textgrad":
            raise ModuleNotFoundError("No module named 'textgrad'", name="textgrad")
        return real(name, *others, **named)

    monkeypatch.setattr(builtins, "__import__", absent)
    monkeypatch.setattr(by_textgrad, "_load", by_textgrad._load.__wrapped__)
    before = dict(os.environ)
    with (
        calls(tmp_path, lambda _: pytest.fail("asked")) as asking,
        pytest.raises(InputError, match=re.escape("pip install 'crs-simcheck[optimize]'")),
    ):
        TextGradEditor(asking).rewrite(request())
    assert dict(os.environ) == before


@pytest.mark.optimize
def test_two_calls_make_a_section(tmp_path):
    model = Model(TAGS, good)
    with calls(tmp_path, model) as asking:
        editor = TextGradEditor(asking)
        edit = editor.rewrite(request(problem="It was too long."))
        assert (edit.text, edit.gradient, edit.calls) == (GOOD, GRADIENT, 2)
        assert isinstance(editor, Editor)
        assert editor.name == "textgrad (scripted:script)"
        assert editor.rewrite(request(problem="It was too long.")).calls == 0
    backward, optimizer = map(shown, model.asked)
    for part in (request().text, request().prompt, request().criteria, request().feedback):
        assert part in backward
    assert "It was too long." not in backward
    assert GRADIENT in optimizer
    assert "It was too long." in optimizer
    assert "{{ persona }}" in optimizer


@pytest.mark.optimize
def test_a_long_section_is_shown_whole_to_both(tmp_path):
    lines = "\n".join(f"- Advice number {n} of {{{{ persona }}}} {{n}}." for n in range(60))
    model = Model(TAGS, good)
    with calls(tmp_path, model) as asking:
        asked = request()
        asked = type(asked)(
            "items_talk", "Guidelines", lines, f"# Guidelines\n\n{lines}\n", "", "{x} {{y}}"
        )
        assert TextGradEditor(asking).rewrite(asked).text == GOOD
    for one in model.asked:
        assert f"<VARIABLE> {lines} </VARIABLE>" in shown(one)
        assert "(...)" not in shown(one)
        assert "{x} {{y}}" in shown(one)


@pytest.mark.optimize
@pytest.mark.parametrize("bad", [*BAD.values(), *REFUSED.values()], ids=[*BAD, *REFUSED])
def test_what_may_not_be_taken_is_asked_for_again(tmp_path, bad):
    prove_refused(tmp_path, TextGradEditor, TAGS, bad)


@pytest.mark.optimize
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_no_text(tmp_path, bad):
    with calls(tmp_path, Model(TAGS, bad[0])) as asking:
        edit = TextGradEditor(asking).rewrite(request())
    assert edit.text is None
    assert bad[1] in edit.problem
    assert edit.gradient == GRADIENT
    assert edit.calls == 2


@pytest.mark.optimize
def test_an_empty_gradient_is_asked_for_again_and_never_used(tmp_path):
    model = Model(TAGS, good)
    said = iter(["", " ", GRADIENT])
    model.gradient = lambda: next(said)
    with calls(tmp_path, model) as asking:
        editor = TextGradEditor(asking)
        for attempt in range(2):
            edit = editor.rewrite(request(attempt=attempt))
            assert (edit.text, edit.calls) == (None, 1)
            assert edit.problem == "The model did not say what to improve."
        assert editor.rewrite(request(attempt=2)).text == GOOD


@pytest.mark.optimize
def test_a_context_that_is_too_short_is_a_problem_and_no_error(tmp_path):
    model = Model(TAGS, too_long())
    with calls(tmp_path / "rewrite", model) as asking:
        found = search(TextGradEditor(asking))
    assert found.best is None
    assert "9,000 tokens do not fit" in found.steps[0].refused["Guidelines"]
    model = Model(TAGS, good)

    def overflow():
        raise too_long()

    model.gradient = overflow
    with calls(tmp_path / "gradient", model) as asking:
        editor = TextGradEditor(asking)
        assert "9,000 tokens" in editor.rewrite(request()).problem
        assert editor.rewrite(request(attempt=1)).calls == 0


@pytest.mark.optimize
def test_time_outs_end_a_run_and_the_next_asks_nothing_twice(tmp_path):
    answered: list[str] = []
    ended = 0
    for start in range(100):
        numbers = iter(range(start, 1000))
        model = Model(TAGS, good)

        def script(asked, numbers=numbers, model=model):
            if next(numbers) % 10 in (1, 4, 7):
                raise EngineUnavailableError("no answer in 300 s")
            answered.append(shown(asked))
            return model(asked)

        with calls(tmp_path, script) as asking:
            try:
                found = search(TextGradEditor(asking), steps=3)
                break
            except EngineUnavailableError:
                ended += 1
    assert ended >= 2
    assert len(answered) == len(set(answered))
    assert found.best is not None
    assert_rest_as_it_was(found.best.prompt)


@pytest.mark.optimize
def test_an_engine_that_somebody_set_for_all_is_neither_used_nor_lost(tmp_path):
    parts = by_textgrad._load()
    other = object()
    parts.global_engine.engine = other
    try:
        with calls(tmp_path, Model(TAGS, good)) as asking:
            assert TextGradEditor(asking).rewrite(request()).text == GOOD
        assert parts.global_engine.engine is other
    finally:
        parts.global_engine.engine = None
    assert not logging.getLogger("textgrad").disabled


@pytest.mark.optimize
def test_nothing_is_left_behind_and_two_processes_ask_the_same(tmp_path):
    cwd, temporary = tmp_path / "cwd", tmp_path / "temporary"
    cwd.mkdir()
    temporary.mkdir()
    # What litellm would read, and set for the whole process.
    (cwd / ".env").write_text("LEAKED=1\n")
    files = []
    for seed in ("1", "2"):
        log = tmp_path / f"log{seed}"
        done = run(
            REWRITE,
            cwd,
            tmp_path / f"run{seed}",
            log,
            2,
            PYTHONHASHSEED=seed,
            TMPDIR=str(temporary),
            HOME=str(tmp_path / "home"),
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert done.stderr == ""
        assert not re.search("textual|function|vary", log.read_text(), re.IGNORECASE)
        files.append((tmp_path / f"run{seed}" / "calls.jsonl").read_bytes())
        left = {p.name for p in (tmp_path / f"run{seed}").iterdir()}
        assert left - {".calls.jsonl.lock"} == {"calls.jsonl"}
    assert files[0] == files[1]
    assert [p.name for p in cwd.iterdir()] == [".env"]
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "home").exists()
    again = run(REWRITE, cwd, tmp_path / "run1", tmp_path / "log", 0, PYTHONHASHSEED="3")
    assert again.returncode == 0, again.stderr  # it asked nothing
