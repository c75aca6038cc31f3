"""Reading a prompt file to sections, and writing it back."""

from __future__ import annotations

import hashlib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crs_simcheck.errors import InputError
from crs_simcheck.prompts import EDITABLE, MAX_PROMPT_BYTES, SECTIONS, parse_prompt
from crs_simcheck.records import TASKS
from tests.unit.prompts.strategies import prompt_files

TEXT = """# Task

Name {{ n_items }} films. {{ context }}

# Persona

{{ persona }}

# Guidelines

- Be kind.

# Output

One title per line.
"""


def parse(text, task=None, path="p.md"):
    return parse_prompt(text if isinstance(text, bytes) else text.encode(), path, task)


def problem_of(text, task=None):
    with pytest.raises(InputError) as caught:
        parse(text, task)
    return str(caught.value)


def edited(old, new, count=1):
    assert old in TEXT
    return TEXT.replace(old, new, count)


# ------------------------------------------------------------------------------- what is read


def test_sections_have_names_lines_and_text():
    prompt = parse(TEXT, "items_talk")
    assert [(s.name, s.line) for s in prompt.sections] == [
        ("Task", 1),
        ("Persona", 5),
        ("Guidelines", 9),
        ("Output", 13),
    ]
    assert prompt.section("Guidelines").text == "\n- Be kind.\n\n"
    assert prompt.section("Guidelines").body == "- Be kind."
    assert prompt.placeholders == {"n_items", "context", "persona"}
    assert (prompt.task, str(prompt.path), prompt.front_matter) == ("items_talk", "p.md", None)


@given(prompt_files())
def test_the_text_is_the_bytes_of_the_file(data):
    prompt = parse(data)
    assert prompt.text.encode() == data
    assert {s.name for s in prompt.sections} == set(SECTIONS)
    for section in prompt.sections:
        heading = data.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert section.name in heading[section.line - 1]


@settings(max_examples=50)
@given(prompt_files())
def test_every_section_falls_into_blank_lines_body_and_rest(data):
    for section in parse(data).sections:
        before, body, after = section.framed()
        assert before + body + after == section.text
        assert not before.strip()
        assert not after.strip()
        lines = re.split(r"\r\n|\r|\n", body)
        assert not body or (lines[0].strip() and lines[-1].strip())


def test_front_matter_mark_and_line_ends_are_kept_and_change_no_hash():
    plain = parse(TEXT)
    text = "\ufeff---\r\nname: a\r\n# Task\r\n---\r\n\r\n" + TEXT.replace("\n", "\r\n")
    fronted = parse(text)
    assert fronted.text == text
    assert fronted.front_matter == "name: a\r\n# Task\r\n"
    assert fronted.section("Task").line == 6
    assert fronted.sha256 == plain.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert fronted.section_sha256 == plain.section_sha256


def test_empty_front_matter_is_some():
    assert parse("---\n---\n" + TEXT).front_matter == ""


def test_a_changed_section_changes_its_hash_and_no_other():
    old, new = parse(TEXT), parse(edited("kind", "kinder"))
    assert old.sha256 != new.sha256
    changed = [n for n in SECTIONS if old.section_sha256[n] != new.section_sha256[n]]
    assert changed == ["Guidelines"]


@pytest.mark.parametrize(
    "inside",
    [
        "```\n# Task\n```",
        "~~~text\n# Task\n```\n# Odd\n~~~",
        "````\n```\n# Task\n````",
        "   ```\n# Task\n   ```  ",
        "    # Task",
        "## Task",
        "#Task",
        "Task\n====",
        "\\# Task",
        "````x`\nno fence, for its info holds a backtick",
    ],
)
def test_what_is_no_heading(inside):
    prompt = parse(edited("- Be kind.", inside))
    assert prompt.section("Guidelines").body == inside


def test_empty_sections_are_fine():
    prompt = parse("# Output\n# Task\n# Guidelines\n# Persona")
    assert [s.text for s in prompt.sections] == ["", "", "", ""]
    assert prompt.notes


def test_a_missing_persona_is_noted():
    assert parse(TEXT).notes == ()
    (note,) = parse(edited("{{ persona }}", "")).notes
    assert "{{ persona }} stands nowhere" in note


def test_tokens_are_bounded():
    prompt = parse("---\nfront: " + "x" * 999 + "\n---\n" + TEXT)
    assert prompt.tokens_at_most == len(TEXT.encode())
    assert 40 <= prompt.tokens_upper_bound < prompt.tokens_at_most


# ------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    "text,words",
    [
        ("", "p.md: there is no heading '# Task' (add a line '# Task'"),
        (edited("# Persona", "# Personna"), "p.md:5: found the heading '# Personna'"),
        (edited("# Persona", "# Personna"), "did you mean '# Persona'?"),
        (edited("# Persona", "# persona"), "did you mean '# Persona'?"),
        (edited("# Persona", "# Notes"), "A heading inside a section begins with '##'"),
        (edited("- Be", "#\n- Be"), "p.md:11: found the heading '# '"),
        (edited("- Be", "# Task\n- Be"), "p.md:11: the heading '# Task' stands here and on line 1"),
        (edited("# Persona", "## Persona"), "'## Persona' on line 5 is none: write '# Persona'"),
        (edited("# Persona", "#Persona:"), "'#Persona:' on line 5 is none"),
        (edited("# Persona", "Hi"), "there is no heading '# Persona'"),
        (
            "# Task\n```\n# Persona\n```\n# Output\n# Guidelines",
            "'# Persona' on line 3 is inside the code fence of line 2",
        ),
        ("Hello.\n" + TEXT, "p.md:1: found 'Hello.' before the first heading"),
        ("\n\n  ```\n" + TEXT, "p.md:3: found '  ```' before the first heading"),
        ("## Task\n" + TEXT[7:], "write '# Task'"),
        (edited("- Be", "~~~~\n- Be") + "~~~\n", "p.md:11: the code fence that opens here is"),
        ("---\na: 1\n" + TEXT, "p.md:1: the front matter that begins here is never closed"),
        (b"# Task\nok\n\xed\xa0\x80", "p.md:3: not UTF-8: byte 0xed at byte 11 of the file"),
        ("é\r\r\n".encode() + b"\xff", "p.md:3: not UTF-8: byte 0xff at byte 6"),
        (TEXT.encode("utf-16"), "this looks like UTF-16"),
        (b"#" * (MAX_PROMPT_BYTES + 1), "p.md: more than 262,144 bytes"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(text, words):
    assert words in problem_of(text)


@pytest.mark.parametrize(
    "written,words",
    [
        ("{{ persna }}", "unknown placeholder '{{ persna }}'; the known ones are {{ persona }}, "),
        ("{{ persna }}", "did you mean {{ persona }}?"),
        ("{{ Item }}", "did you mean {{ item }}?"),
        ("{{ n-items }}", "found '{{ n-items }}', which is no whole placeholder"),
        ("{{ item | upper }}", "did you mean {{ item }}?"),
        ("{{}}", "found '{{}}'"),
        ("{{ item", "found '{{ item - Be kind.'"),
        ("{{\nitem }}", "found '{{'"),
        ("{{{ item }}}", "found '{{{ item }}}'"),
        ("{item}", "found '{item}', which is no whole placeholder"),
        ("{ item }}", "found '{ item }'"),
        ("item }}", "found 'item }}'"),
        ("{{ предмет }}", "unknown placeholder '{{ предмет }}'"),
        ("```\n{{ oops }}\n```", "unknown placeholder '{{ oops }}'"),
        ("{{" + "x" * 99999, "found '{{" + "x" * 38 + "'..."),
    ],
)
def test_a_broken_placeholder_is_refused_with_its_line(written, words):
    found = problem_of(
        edited("- Be", "a\n" + written + "\n - Be" if "`" in written else "a\n" + written + " - Be")
    )
    assert words in found
    assert found.startswith("p.md:13: " if "```" in written else "p.md:12: ")
    assert "{{ persona }}, {{ item }}, {{ n_items }}, {{ context }}" in found


def test_a_placeholder_may_not_stand_on_the_line_of_a_fence():
    found = problem_of(edited("- Be kind.", "```{{ persona }}\n```"))
    assert found.startswith("p.md:11: a placeholder stands on the line that opens a code fence")


def test_braces_that_are_no_placeholder_are_text():
    text = edited("- Be kind.", 'Write {"a": {"b": {}}}, {x} or {{persona}}.')
    assert parse(text).placeholders == {"n_items", "context", "persona"}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ["item", "n_items"])
def test_placeholders_must_fit_the_task(task, name):
    text = edited("n_items", name)
    fits = {"items_talk": "n_items", "rec_request": None}.get(task, "item")
    if fits == name:
        assert parse(text, task).task == task
    else:
        found = problem_of(text, task)
        assert found.startswith(f"p.md:3: {task} never fills {{{{ {name} }}}}; it fills {{{{ ")
        assert f"{{{{ {fits} }}}}" in found or fits is None
    bare = edited("{{ n_items }} ", "")
    if fits is None:
        assert parse(bare, task).task == task
    else:
        assert f"p.md:1: {{{{ {fits} }}}} stands nowhere, and {task} needs it" in problem_of(
            bare, task
        )


def test_an_unknown_section_is_an_error_that_offers_the_nearest():
    with pytest.raises(InputError, match="did you mean 'Guidelines'"):
        parse(TEXT).section("guideline")


def parsed_or_refused(data):
    """The text that was read, or the message."""
    try:
        return parse(data).text.encode(), ""
    except InputError as error:
        return data, str(error)


@given(st.binary(max_size=200), st.sampled_from(["", "# Task\n", "---\n", "\ufeff"]))
def test_any_bytes_are_read_or_refused(data, start):
    data = start.encode() + data
    text, refused = parsed_or_refused(data)
    assert text == data
    assert not refused or refused.startswith("p.md:")


@pytest.mark.parametrize("unit", ["x", " ", "#", "`", "{{", "{ ", "{{ item ", "\r", "# ", "- \n"])
def test_the_largest_file_takes_no_time(unit):
    filler = (unit * MAX_PROMPT_BYTES)[: MAX_PROMPT_BYTES - len(TEXT) - 1]
    started = time.process_time()
    assert len(parsed_or_refused(TEXT + "a" + filler)[1]) < 600
    assert time.process_time() - started < 4


# --------------------------------------------------------------------------------- replacing


@pytest.mark.parametrize("name", EDITABLE)
def test_an_editable_section_takes_a_new_text(name):
    prompt = parse("---\nby: me\n---\n" + TEXT, "items_talk")
    new = "## Taste\n\nNew. {{ persona }}" if name == "Persona" else "New."
    changed = prompt.replaced(name, f"\n\n{new}   \n\n\n")
    assert changed.section(name).body == new + "   "
    assert changed.text == prompt.text.replace(prompt.section(name).body, new + "   ")
    assert (changed.path, changed.task) == (prompt.path, prompt.task)
    assert changed.replaced(name, prompt.section(name).text) == prompt


@settings(max_examples=50)
@given(prompt_files(), st.sampled_from(EDITABLE), st.data())
def test_replacing_touches_nothing_else(data, name, draw):
    prompt = parse(data)
    kept = " ".join(
        f"{{{{ {p} }}}}"
        for p in ("persona", "context")
        for _ in range(prompt.section(name).text.replace(" ", "").count(f"{{{{{p}}}}}"))
    )
    lines = draw.draw(st.lists(st.sampled_from(["new", "", "## x", "é", "\t- y", "\x0b"])))
    new = "\n".join(["a", *lines, kept or "z"])
    changed = prompt.replaced(name, new)
    assert changed.section(name).body.replace("\r\n", "\n").replace("\r", "\n") == new
    assert changed.before == prompt.before
    assert [s.name for s in changed.sections] == [s.name for s in prompt.sections]
    for old, other in zip(prompt.sections, changed.sections, strict=True):
        if old.name != name:
            assert (old.heading, old.text) == (other.heading, other.text)
    assert parse(changed.text.encode()) == changed


@settings(max_examples=50)
@given(prompt_files(), st.sampled_from(EDITABLE), st.text(max_size=30))
def test_any_new_text_is_taken_whole_or_refused(data, name, new):
    prompt = parse(data)
    try:
        changed = prompt.replaced(name, new)
    except InputError:
        return
    assert changed.section(name).body.split() == new.split()
    assert changed.placeholders == prompt.placeholders


def test_the_same_body_gives_the_same_prompt():
    prompt = parse(TEXT.replace("\n", "\r\n"))
    for section in prompt.sections[1:3]:
        assert prompt.replaced(section.name, section.body.replace("\r\n", "\n")) is prompt


def test_new_lines_get_the_line_ends_of_the_file():
    changed = parse(TEXT.replace("\n", "\r\n")).replaced("Guidelines", "a\nb\rc")
    assert changed.section("Guidelines").text == "\r\na\r\nb\r\nc\r\n\r\n"


def test_a_section_may_be_emptied_and_filled_again():
    prompt = parse(TEXT)
    empty = prompt.replaced("Guidelines", " \n")
    assert empty.section("Guidelines").body == ""
    assert empty.replaced("Guidelines", "- Be kind.").section("Guidelines").body == "- Be kind."
    bare = parse("# Task\n# Output\n# Guidelines\n# Persona")
    assert bare.replaced("Persona", "x").text == "# Task\n# Output\n# Guidelines\n# Persona\nx\n"
    assert bare.replaced("Guidelines", "x").text == (
        "# Task\n# Output\n# Guidelines\nx\n\n# Persona"
    )


@pytest.mark.parametrize(
    "name,new,words",
    [
        ("Task", "x", "p.md:1: the section 'Task' may not be changed; only Persona and Guide"),
        ("Output", "x", "the section 'Output' may not be changed"),
        ("Personas", "x", "did you mean 'Persona'?"),
        ("Guidelines", "a\n# Task\nb", "brings the heading '# Task' on its line 2"),
        ("Guidelines", "# Guidelines\n- a", "brings the heading '# Guidelines' on its line 1"),
        ("Guidelines", "# Odd", "brings the heading '# Odd'"),
        ("Guidelines", "a\n```\nb", "opens a code fence on its line 2 and never closes it"),
        ("Guidelines", "{{ persona }}", "brings {{ persona }}; it must keep its placeholders"),
        ("Guidelines", "{{ film }}", "the new text of 'Guidelines': unknown placeholder"),
        ("Guidelines", "{item}", "did you mean {{ item }}?"),
        ("Persona", "x", "loses {{ persona }}"),
        ("Persona", "{{ persona }} {{ persona }}", "brings {{ persona }}"),
        ("Persona", "{{ context }}", "loses {{ persona }} and brings {{ context }}"),
        ("Guidelines", "a\ud800", "holds '\\ud800', which UTF-8 cannot write"),
        ("Guidelines", "x" * MAX_PROMPT_BYTES, "more than 262,144 bytes"),
    ],
)
def test_a_bad_new_text_is_refused(name, new, words):
    with pytest.raises(InputError) as caught:
        parse(TEXT).replaced(name, new)
    assert words in str(caught.value)
    assert str(caught.value).startswith("p.md")
