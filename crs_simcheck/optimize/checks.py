"""Whether a rewritten section may be taken: the rest of the prompt unchanged, short, no titles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crs_simcheck.errors import InputError
from crs_simcheck.instruments import TitleFinder
from crs_simcheck.prompts import Prompt

__all__ = ["MOST_TOKENS", "Checks"]

MOST_TOKENS = 2048
"""Most tokens of a whole prompt (arXiv 2607.00010, L)."""

# What models write where a text should stand.
_NO_TEXT = re.compile(
    r"[\W_]*(?:none|null|n/?a|nothing|unchanged|no changes?(?: (?:are )?needed)?|same[^\n]{0,40})"
    r"[\W_]*"
    r"|[-*\s]*(?:\[[^\]\n]*\]|\{[^}\n]*\}|<[^>\n]*>)[.\s]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Checks:
    """What a rewritten prompt must pass.

    Parameters
    ----------
    most_tokens:
        Of the whole prompt.
    count:
        Prompt → its tokens; the stated upper estimate by default.
    titles:
        Finds titles that no prompt may name: those of the catalogue, and of histories.
    allowed:
        Titles that the prompt named before anybody changed it.
    """

    most_tokens: int = MOST_TOKENS
    count: Callable[[Prompt], int] = lambda prompt: prompt.tokens_upper_bound
    titles: TitleFinder | None = None
    allowed: frozenset[str] = frozenset()

    @classmethod
    def for_prompt(
        cls, prompt: Prompt, titles: Iterable[str], most_tokens: int = MOST_TOKENS
    ) -> Checks:
        """Return the checks of rewrites of a prompt, given all titles that are known."""
        finder = TitleFinder(titles)
        return cls(most_tokens, titles=finder, allowed=frozenset(finder.named(prompt.content)))

    def applied(self, prompt: Prompt, section: str, text: str) -> tuple[Prompt | None, str]:
        """Return the prompt with the section anew, or None and what is wrong with that.

        The words of a refusal are for whoever wrote the section: they say what to do.
        """
        if not text.strip():
            return None, "The new text is empty. Write the whole section."
        if "{{" not in text and _NO_TEXT.fullmatch(text.strip()):
            return None, (
                f"The new text is '{text.strip()}', which stands for a section and is none. Write "
                "the whole section, also where little changes."
            )
        try:
            changed = prompt.replaced(section, text)
        except InputError as error:
            return None, f"The new text cannot be taken: {error.problem}."
        tokens = self.count(changed)
        if tokens > self.most_tokens:
            return None, (
                f"The whole prompt would have {tokens:,} tokens, and at most {self.most_tokens:,} "
                f"are allowed. Write the section shorter by at least {tokens - self.most_tokens:,} "
                "tokens."
            )
        named = [] if self.titles is None else self.titles.named(changed.section(section).text)
        new = [title for title in named if title not in self.allowed]
        if new:
            return None, (
                f"The new text names {', '.join(new[:5])}. Name no film or show: every seeker "
                "would name it too."
            )
        return changed, ""
