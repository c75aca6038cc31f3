"""An editor by a language model: what is to be improved, then the section anew. Two calls, ours."""

from __future__ import annotations

from crs_simcheck.optimize.asking import RecordedCalls, Said
from crs_simcheck.optimize.base import Edit, EditRequest
from crs_simcheck.optimize.replies import ECHOES, new_section, without_thinking
from crs_simcheck.prompts.placeholders import find_placeholders
from crs_simcheck.records import Message

__all__ = ["DirectEditor", "rules_of"]

TAGS = ("<NEW_SECTION>", "</NEW_SECTION>")

_BACKWARD = (
    "You improve the prompt of a simulator: a language model that plays many different people who "
    "talk to a recommender of films. You are shown the prompt, one section of it, what a good "
    "prompt makes the simulator do, and what was measured of its answers. Say what in this section "
    "leads to what was measured, and how the section should be changed. Begin with what is "
    "farthest from where it should be. What is inside its range must stay so, and what is too low "
    "must not become too high. Give at most five points, each with its reason. Do not write the "
    "section itself: somebody else will."
)
_OPTIMIZER = (
    "You rewrite one section of a prompt by the advice that you are given. Keep what the advice "
    "does not speak of. The text between the tags takes the place of the section as it is, so it "
    f"must be whole. Answer with nothing but\n{TAGS[0]}\n(the {ECHOES[1]})\n{TAGS[1]}"
)


def rules_of(asked: EditRequest) -> tuple[str, ...]:
    """Return what the new text of a section must keep to, and what was wrong with the last one."""
    names = [p.name for p in find_placeholders(asked.text)]
    kept = ", ".join(f"{{{{ {name} }}}}" for name in names)
    rules = [
        "Write the whole section: no heading, no comment on what was changed, no code fence.",
        f"Keep {kept} exactly as often as it stands there, and add no other placeholder."
        if kept
        else "Add no placeholder: nothing in double braces.",
        "Name no film, show or person of film: everybody whom the simulator plays would name "
        "them, too.",
        "Change nothing of what is asked for or of the form of the answer: other sections say it.",
        "Be short: every answer pays for every word.",
    ]
    if asked.problem:
        rules.append(f"Your last text was not taken. {asked.problem}")
    return tuple(rules)


class DirectEditor:
    """Asks one engine what to improve and another, or the same, for the section anew.

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
        return f"direct ({self.calls.name})"

    def rewrite(self, asked: EditRequest) -> Edit:
        """Return the section anew, or why there is none.

        Raises
        ------
        EngineError
            Where nothing more can be asked.
        """
        before = self.calls.asked
        gradient, problem = self._gradient(asked)
        text: str | None = None
        if not problem:
            said = self._optimizer(asked, gradient)
            text, problem = None, said.problem
            if not problem:
                text, problem = new_section(said.text, asked.text, tags=TAGS, cut=said.cut)
        return Edit(text, gradient, self.calls.asked - before, problem)

    def _gradient(self, asked: EditRequest) -> tuple[str, str]:
        """Return what is to be improved; it hangs on no attempt, so it is asked for once."""
        said = Said("")
        for repeat in range(asked.attempt + 1):
            said = self.calls.ask(
                "backward",
                (Message("system", _BACKWARD), Message("user", _shown(asked))),
                asked.task,
                asked.section,
                asked.step,
                repeat=repeat,
            )
            text = without_thinking(said.text)
            if text:
                return text, ""
            if said.too_long:
                break
        return "", said.problem or "The model did not say what to improve."

    def _optimizer(self, asked: EditRequest, gradient: str) -> Said:
        rules = "\n".join(f"- {rule}" for rule in rules_of(asked))
        text = (
            f"The prompt, for context:\n\n{asked.prompt}\n\n"
            f"The section '{asked.section}' as it is:\n\n{asked.text}\n\n"
            f"The advice:\n\n{gradient}\n\n"
            f"Rules:\n\n{rules}\n\n"
            f"Write the section '{asked.section}' between {TAGS[0]} and {TAGS[1]}."
        )
        return self.calls.ask(
            "optimizer",
            (Message("system", _OPTIMIZER), Message("user", text)),
            asked.task,
            asked.section,
            asked.step,
            repeat=asked.attempt,
        )


def _shown(asked: EditRequest) -> str:
    return (
        f"The prompt:\n\n{asked.prompt}\n\n"
        f"The section that can be changed, '{asked.section}':\n\n{asked.text}\n\n"
        f"What a good prompt does:\n\n{asked.criteria}\n\n"
        f"What was measured of the answers:\n\n{asked.feedback}\n\n"
        f"What should be changed in the section '{asked.section}', and why?"
    )
