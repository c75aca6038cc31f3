"""Prompt files drawn at random: good ones, and texts that no placeholder and no heading spoils."""

from __future__ import annotations

from hypothesis import strategies as st

from crs_simcheck.prompts import PLACEHOLDERS, SECTIONS

ENDS = ("\n", "\r\n", "\r")
# Signs that Markdown, line splitting and placeholders care for, and some of other scripts.
SIGNS = "ab #`~-=\t{}\\\x0b\u2028\u200f\ufeff\u0645é✂"
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\r\n{}`~#"), max_size=30)

values_text = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [
                "# Task",
                "  #\tOutput",
                "#",
                "\ufeff# Persona",
                "```",
                "~~~~",
                "{{ item }}",
                "{{ persona }}",
                "{{",
                " Task",
                "Task",
                "\n",
                "\r\n",
                "\r",
                "\x0b",
                "\u2028",
                "plain",
                "",
                "#Alive (2020)",
                "\ud800",
                "\\1",
            ]
        ),
        max_size=8,
    ).map("".join),
)


@st.composite
def section_text(draw, end):
    lines = draw(
        st.lists(
            st.one_of(
                PLAIN,
                st.sampled_from(
                    [
                        "",
                        "## Taste",
                        "    # no heading",
                        "#hash",
                        "{{ persona }}",
                        "a {{context}} b",
                        "#{{ persona }}",
                        "{{ context }}{{ persona }}",
                        '{"a": {"b": 1}}',
                        f"```{end}# Task{end}```",
                        f"~~~ md{end}```{end}# Odd{end}~~~~",
                        f"```{end}{{{{ persona }}}}{end}```",
                    ]
                ),
            ),
            max_size=5,
        )
    )
    return "".join(line + end for line in lines)


@st.composite
def prompt_files(draw):
    """The bytes of a prompt file that no task was meant for."""
    end = draw(st.sampled_from(ENDS))
    order = draw(st.permutations(SECTIONS))
    before = draw(st.sampled_from(["", "\ufeff"]))
    if draw(st.booleans()):
        before += f"---{end}name: a # Task{end}# Task {{{{ nothing }}}}{end}--- {end}"
    before += draw(st.sampled_from(["", end, f" \t{end}{end}"]))
    heading = st.sampled_from(["# {}", "#  {} ", "  # {} ##", "#\t{}"])
    parts = [draw(heading).format(name) + end + draw(section_text(end)) for name in order]
    text = before + "".join(parts)
    if draw(st.booleans()):
        text = text.removesuffix(end)
    return text.encode("utf-8")


all_values = st.fixed_dictionaries(dict.fromkeys(PLACEHOLDERS, values_text))
