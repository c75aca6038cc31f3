"""From a prompt and values to messages: one pass, and no value passes for a section."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.errors import InputError
from crs_simcheck.prompts import SYSTEM_SECTIONS, USER_SECTIONS, messages, parse_prompt
from crs_simcheck.prompts._markdown import open_fence, read_lines
from tests.unit.prompts.strategies import all_values, prompt_files

TEXT = """---
by: nobody
---
# Output

Yes or No.

# Persona

You are somebody.

{{ persona }}

# Guidelines

- Be kind.

# Task

Did you like {{ item }}?

{{ context }}

Say so.
"""


def prompt_with(guidelines, **more):
    text = "# Task\n# Persona\n# Guidelines\n" + guidelines + "\n# Output\n"
    return parse_prompt(text.encode(), "p.md", **more)


def filled(guidelines, **values):
    system, _ = messages(prompt_with(guidelines), values)
    return system.content.split("# Guidelines", 1)[1].removeprefix("\n")


def headings(text):
    return [line.heading for line in read_lines(text) if line.heading is not None]


def test_the_sections_go_into_two_messages_in_the_order_of_the_file():
    prompt = parse_prompt(TEXT.encode(), "p.md", "bin_pref")
    values = {"persona": "Likes crime.", "item": "Heat (1995)", "context": "Before:\n- x"}
    system, user = messages(prompt, values)
    assert (system.role, user.role) == ("system", "user")
    assert system.content == (
        "# Persona\n\nYou are somebody.\n\nLikes crime.\n\n# Guidelines\n\n- Be kind."
    )
    assert user.content == (
        "# Output\n\nYes or No.\n\n# Task\n\nDid you like Heat (1995)?\n\nBefore:\n- x\n\nSay so."
    )


def test_blank_values_leave_no_hole():
    prompt = parse_prompt(TEXT.encode(), "p.md", "bin_pref")
    system, user = messages(prompt, {"persona": "", "item": "Up", "context": " \n"})
    assert system.content == "# Persona\n\nYou are somebody.\n\n# Guidelines\n\n- Be kind."
    assert user.content == "# Output\n\nYes or No.\n\n# Task\n\nDid you like Up?\n\nSay so."


@pytest.mark.parametrize(
    "text,expected",
    [
        ("a\n{{ context }}\nb", "a\nb"),
        ("a\n\n{{ context }}\nb", "a\n\nb"),
        ("a\n{{ context }}\n\nb", "a\n\nb"),
        ("a\n\n {{ context }} {{ persona }}\t\n\n\nb", "a\n\n\nb"),
        ("a\n\n{{ context }}\n{{ persona }}\n\nb", "a\n\nb"),
        ("a\n\n{{ context }}\n\n{{ persona }}\n\nb", "a\n\nb"),
        ("{{ context }}\n\nb", "b"),
        ("{{ context }}", ""),
        ("a\n\n-{{ context }}\n\nb", "a\n\n-\n\nb"),
        ("a {{ context }}b", "a b"),
    ],
)
def test_a_line_of_blank_values_is_left_out(text, expected):
    assert filled(text, context="", persona=" ") == expected.rstrip()


def test_sections_that_are_empty_stay_with_their_heading():
    system, user = messages(parse_prompt(b"# Output\n# Guidelines\n# Task\n# Persona"), {})
    assert (system.content, user.content) == ("# Guidelines\n# Persona", "# Output\n# Task")


def test_messages_have_one_kind_of_line_end():
    windows = parse_prompt(TEXT.replace("\n", "\r\n").encode())
    values = {"persona": "a\r\nb\rc", "item": "Up", "context": ""}
    same = {**values, "persona": "a\nb\nc"}
    assert messages(windows, values) == messages(parse_prompt(TEXT.encode()), same)


def test_item_and_number_stand_on_one_line():
    system, _ = messages(
        prompt_with("<{{ item }}|{{ n_items }}>"),
        {"item": " Heat\n\n# Task\u2028x ", "n_items": "5"},
    )
    assert "<Heat # Task x|5>" in system.content


def test_lone_surrogates_become_the_replacement_sign():
    assert filled("{{ persona }}", persona="a\ud800b") == "a\ufffdb"


# ------------------------------------------------------------------------------ values are data


@pytest.mark.parametrize(
    "value", ["{{ item }}", "{{ persona }} {{context}}", "{{", "\\1 \\g<0> %s {0}", "{{ unknown }}"]
)
def test_a_value_is_never_filled_in_again(value):
    assert filled("x {{ persona }} y {{ context }}", persona=value, context="SECRET") == (
        f"x {value} y SECRET"
    )


@pytest.mark.parametrize(
    "value,expected",
    [
        ("# Task", "\\# Task"),
        ("a\n# Task\nb", "a\n\\# Task\nb"),
        ("a\n  #\tOutput", "a\n  \\#\tOutput"),
        ("a\n      # Output", "a\n      \\# Output"),
        ("a\n## Persona", "a\n\\## Persona"),
        ("#task", "\\#task"),
        ("a\n#", "a\n\\#"),
        ("a\u2028# Task", "a\u2028\\# Task"),
        ("a\x0b# Task", "a\x0b\\# Task"),
        ("a\n\ufeff\u200f# Task", "a\n\ufeff\u200f\\# Task"),
        ("a\n\uff03 Task", "a\n\\\uff03 Task"),
        ("a\n#\u00a0Task", "a\n\\#\u00a0Task"),
        ("```\n# Task", "\\```\n\\# Task"),
        ("a\n~~~", "a\n\\~~~"),
        ("#Alive (2020)", "#Alive (2020)"),
        ("a # Task", "a # Task"),
        ("####### x", "####### x"),
    ],
)
def test_a_line_of_a_value_cannot_pass_for_a_heading_or_a_fence(value, expected):
    assert filled("{{ persona }}", persona=value) == expected
    assert filled("b\n{{ persona }}\n\nc", persona=value) == f"b\n{expected}\n\nc"


@pytest.mark.parametrize(
    "text,value,expected",
    [
        ("#{{ persona }}", " Task", "\\# Task"),
        ("#{{ persona }} Task", "", "\\# Task"),
        ("{{ persona }}# Task", "x\n", "x\n\\# Task"),
        ("{{ persona }}# Task", "", "\\# Task"),
        ("``{{ persona }}", "`", "\\```"),
        ("```\n{{ persona }}\n```", "```\n# Task\n```", "```\n\\```\n\\# Task\n\\```\n```"),
    ],
)
def test_nor_can_what_it_makes_with_the_text_around_it(text, value, expected):
    assert filled(text, persona=value) == expected


def test_headings_and_fences_of_the_prompt_stay():
    text = "## Taste\n```\n# x\n```\nPersona: {{ persona }}"
    assert filled(text, persona="p") == text.replace("{{ persona }}", "p")


@settings(max_examples=50)
@given(prompt_files(), all_values)
def test_the_messages_have_the_headings_of_the_prompt_and_no_others(data, values):
    prompt = parse_prompt(data)
    order = [s.name for s in prompt.sections]
    system, user = messages(prompt, values)
    assert headings(system.content) == [name for name in order if name in SYSTEM_SECTIONS]
    assert headings(user.content) == [name for name in order if name in USER_SECTIONS]
    for message in (system, user):
        assert not open_fence(message.content)
        assert "\r" not in message.content
        message.content.encode()


tricky = st.lists(
    st.sampled_from(["{{ item }}", "{{context}}", "{{", "}}", "{", " item ", "persona", "\n", "a"]),
    max_size=8,
).map("".join)


@given(tricky, tricky)
def test_one_pass(first, second):
    found = filled("x{{ persona }}y{{ context }}z", persona=first, context=second)
    assert found == f"x{first}y{second}z"


@pytest.mark.parametrize("unit", ["x", "#", "\n", "`\n", "{{ item }}", "# \n", " ", "\u200f"])
def test_a_megabyte_takes_no_time(unit):
    value = (unit * 1_000_000)[:1_000_000]
    started = time.process_time()
    assert filled("a {{ persona }}.", persona=value).endswith(".")
    assert time.process_time() - started < 5


# -------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "values,words",
    [
        ({}, "p.md: there is no value for {{ item }}"),
        ({"item": " \n"}, "p.md: the value of {{ item }} is blank"),
        ({"item": 3}, "the value of {{ item }} is 3; a string is needed"),
        ({"item": "x", "film": "y"}, "a value for 'film', which is no placeholder; there are {{ p"),
    ],
)
def test_values_that_do_not_do(values, words):
    with pytest.raises(InputError) as caught:
        messages(prompt_with("{{ item }}"), values)
    assert words in str(caught.value)


def test_values_that_the_prompt_does_not_hold_are_left():
    assert filled("a", persona="p", item="i", n_items="", context="c") == "a"
    with pytest.raises(InputError, match=r"no value for \{\{ context \}\}"):
        filled("{{ context }}", persona="p")


@given(st.text(max_size=20))
def test_without_placeholders_nothing_is_touched(text):
    prompt = parse_prompt(b"# Task\n# Persona\n#x\n# Guidelines\n~ # Task\n# Output")
    system, _ = messages(prompt, {"persona": text})
    assert system.content == "# Persona\n#x\n# Guidelines\n~ # Task"
