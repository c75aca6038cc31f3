"""An editor by TextGrad: a section is a variable, the feedback its loss, and a step rewrites it.

TextGrad computes the texts that are asked; who is asked, what is kept and what may be taken stay
ours. It is imported by the first rewrite and by nothing else, with everything switched off that it
and what comes with it would do unasked: its log of every prompt in the working folder, a price
list from the network, settings read from a file ``.env``.
"""

from __future__ import annotations

import functools
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from crs_simcheck.errors import InputError
from crs_simcheck.optimize.asking import RecordedCalls
from crs_simcheck.optimize.base import Edit, EditRequest
from crs_simcheck.optimize.direct import rules_of
from crs_simcheck.optimize.replies import new_section, without_thinking
from crs_simcheck.records import Message

__all__ = ["TextGradEditor"]

_TAGS = ("<IMPROVED_VARIABLE>", "</IMPROVED_VARIABLE>")  # its prompt names them, whatever is given
_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no price list from the network
    "LITELLM_MODE": "PRODUCTION",  # no settings from a .env of the working folder
}
_PURPOSE = (
    "to measure what a simulator says whose prompt holds this section, against people; the output "
    "says what a good prompt does and what was measured"
)


class TextGradEditor:
    """Rewrites sections by TextGrad's textual gradient descent; one variable, one gradient each.

    Parameters
    ----------
    calls:
        Asks, and remembers.
    """

    def __init__(self, calls: RecordedCalls) -> None:
        self.calls = calls

    @property
    def name(self) -> str:
        """Who rewrites."""
        return f"textgrad ({self.calls.name})"

    def rewrite(self, asked: EditRequest) -> Edit:
        """Return the section anew, or why there is none.

        Raises
        ------
        EngineError
            Where nothing more can be asked.
        InputError
            Where TextGrad is not installed.
        """
        parts = _load()
        before = self.calls.asked
        gradient, text, problem = "", None, ""
        with _alone(parts):
            try:
                section = self._with_gradient(parts, asked)
                gradient = section.get_gradient_text()
                text = self._stepped(parts, asked, section)
            except _UnusableError as error:
                problem = error.problem
        return Edit(text, gradient, self.calls.asked - before, problem)

    def _with_gradient(self, parts: _Parts, asked: EditRequest) -> Any:
        """Return the section as a variable with its one gradient, which hangs on no attempt."""
        role = f"the section '{asked.section}' of the prompt of a simulator of people"
        measured = f"{asked.criteria}\n\nWhat was measured:\n\n{asked.feedback}"
        for repeat in range(asked.attempt + 1):
            section = parts.section(asked.text, role_description=role)
            whole = parts.section(
                asked.prompt, requires_grad=False, role_description="the whole prompt, for context"
            )
            measure = parts.function(lambda **_inputs: measured, _PURPOSE)
            loss = measure(
                inputs={"section": section, "prompt": whole},
                response_role_description="what is to be improved",
            )
            try:
                loss.backward(engine=parts.model(self._backward(asked, repeat)))
            except _UnusableError as error:
                if error.final or repeat == asked.attempt:
                    raise
                continue
            break
        return section

    def _stepped(self, parts: _Parts, asked: EditRequest, section: Any) -> str:
        read: list[str] = []

        def answer(prompt: str, system: str) -> str:
            told = (Message("system", system), Message("user", prompt))
            about = (asked.task, asked.section, asked.step)
            said = self.calls.ask("optimizer", told, *about, repeat=asked.attempt)
            if said.problem:
                raise _UnusableError(said.problem)
            # TextGrad would take what a cut reply holds, and index into one without tags.
            text, problem = new_section(said.text, asked.text, tags=_TAGS, cut=said.cut)
            if text is None:
                raise _UnusableError(problem)
            read.append(text)
            return f"{_TAGS[0]}{text}{_TAGS[1]}"

        descent = parts.descent(
            parameters=[section],
            engine=parts.model(answer),
            constraints=list(rules_of(asked)),
            new_variable_tags=list(_TAGS),
        )
        descent.step()
        return read[0]

    def _backward(self, asked: EditRequest, repeat: int) -> Callable[[str, str], str]:
        def answer(prompt: str, system: str) -> str:
            told = (Message("system", system), Message("user", prompt))
            about = (asked.task, asked.section, asked.step)
            said = self.calls.ask("backward", told, *about, repeat=repeat)
            text = without_thinking(said.text)
            if not text:
                problem = said.problem or "The model did not say what to improve."
                raise _UnusableError(problem, final=said.too_long)
            return text

        return answer


class _UnusableError(Exception):
    """A reply that nothing can be made of; it passes through TextGrad to whoever called it."""

    def __init__(self, problem: str, *, final: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.final = final


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is used of TextGrad."""

    section: Any
    model: Any
    function: Any
    descent: Any
    global_engine: Any


@functools.cache
def _load() -> _Parts:
    """Import TextGrad, quietly; the environment is as it was when this returns."""
    with tempfile.TemporaryDirectory(prefix="crs-simcheck-") as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _environment({**_ENVIRONMENT, "TEXTGRAD_LOG_DIR": place}), _no_logging():
            try:
                import textgrad
                from textgrad.autograd import StringBasedFunction
                from textgrad.config import SingletonBackwardEngine
                from textgrad.engine import EngineLM
                from textgrad.optimizer import TextualGradientDescent
            except ImportError as error:
                raise InputError(
                    f"TextGrad cannot be imported: {error}",
                    fix="pip install 'crs-simcheck[optimize]'",
                ) from None
            finally:
                _close_log(place)

    class Section(textgrad.Variable):
        """Shown whole: TextGrad shows a model but the first and last words of a long one."""

        def get_short_value(self, n_words_offset: int = 10) -> str:
            del n_words_offset
            return str(self.value)

    class Model(EngineLM):
        """Asks through our recorded calls. TextGrad calls it in either way."""

        model_string = "crs-simcheck"
        is_multimodal = False

        def __init__(self, answer: Callable[[str, str], str]) -> None:
            self.answer = answer

        def generate(self, prompt: str, system_prompt: str | None = None, **_named: Any) -> str:
            return self.answer(prompt, system_prompt or self.system_prompt)

        def __call__(self, prompt: str, system_prompt: str | None = None, **_named: Any) -> str:
            return self.generate(prompt, system_prompt)

    return _Parts(
        Section, Model, StringBasedFunction, TextualGradientDescent, SingletonBackwardEngine()
    )


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for a while; whatever was set meanwhile goes with them."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def _no_logging() -> Iterator[None]:
    """Log nothing for a while; litellm, which nobody asks, nothing until the process ends."""
    before, there = logging.root.manager.disable, "litellm" in sys.modules
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
        for name in () if there else tuple(logging.root.manager.loggerDict):
            if name.startswith("LiteLLM"):
                logging.getLogger(name).disabled = True


def _close_log(place: str) -> None:
    """Close the log that the import opened in a folder which is about to go."""
    logger = logging.getLogger("textgrad")
    for handler in list(logger.handlers):
        if isinstance(handler, logging.FileHandler) and handler.baseFilename.startswith(
            os.path.realpath(place)
        ):
            logger.removeHandler(handler)
            handler.close()


@contextmanager
def _alone(parts: _Parts) -> Iterator[None]:
    """Keep its log silent, and an engine that somebody set for all of the process out of the way.

    It writes every prompt into its log, and refuses to go backward by one engine where another is
    set.
    """
    logger = logging.getLogger("textgrad")
    disabled, logger.disabled = logger.disabled, True
    engine, parts.global_engine.engine = parts.global_engine.engine, None
    try:
        yield
    finally:
        logger.disabled = disabled
        parts.global_engine.engine = engine
