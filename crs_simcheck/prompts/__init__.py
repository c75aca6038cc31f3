"""Prompt files: sections, placeholders, configurations, and the messages that engines see."""

from crs_simcheck.prompts.configurations import (
    CONFIGURATIONS,
    REVIEW_CHARS,
    Configuration,
    ConfigurationName,
)
from crs_simcheck.prompts.examples import ANSWER_CHARS, Examples
from crs_simcheck.prompts.file import EDITABLE, MAX_PROMPT_BYTES, Prompt, parse_prompt
from crs_simcheck.prompts.fill import SYSTEM_SECTIONS, USER_SECTIONS, messages
from crs_simcheck.prompts.folder import (
    DEFAULT_PROMPTS,
    default_prompts,
    read_prompt,
    read_prompts,
    write_prompt,
)
from crs_simcheck.prompts.placeholders import PLACEHOLDERS, REQUIRED
from crs_simcheck.prompts.retrieval import BM25Retriever, Retriever, VectorRetriever
from crs_simcheck.prompts.sections import SECTIONS, Section
from crs_simcheck.prompts.tokens import tokens_at_most, tokens_upper_bound

__all__ = [
    "ANSWER_CHARS",
    "CONFIGURATIONS",
    "DEFAULT_PROMPTS",
    "EDITABLE",
    "MAX_PROMPT_BYTES",
    "PLACEHOLDERS",
    "REQUIRED",
    "REVIEW_CHARS",
    "SECTIONS",
    "SYSTEM_SECTIONS",
    "USER_SECTIONS",
    "BM25Retriever",
    "Configuration",
    "ConfigurationName",
    "Examples",
    "Prompt",
    "Retriever",
    "Section",
    "VectorRetriever",
    "default_prompts",
    "messages",
    "parse_prompt",
    "read_prompt",
    "read_prompts",
    "tokens_at_most",
    "tokens_upper_bound",
    "write_prompt",
]
