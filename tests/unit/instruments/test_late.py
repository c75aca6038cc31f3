"""A pattern that is compiled late does what one compiled at once does."""

import re
import subprocess
import sys

import pytest

from crs_simcheck.instruments._late import late


@pytest.mark.parametrize("text", ["", "b", "a1", "Ab A2\nab"])
def test_it_is_the_pattern_that_re_compiles(text):
    made, plain = late(r"^a(\w)", re.IGNORECASE | re.MULTILINE), re.compile(r"(?im)^a(\w)")
    assert made.pattern == r"^a(\w)"
    for _ in range(2):  # compiled, then at hand
        assert made.findall(text) == plain.findall(text)
        assert made.sub("-", text) == plain.sub("-", text)
        assert (made.search(text) is None) == (plain.search(text) is None)
    assert made.flags == plain.flags
    assert made.groups == 1


def test_it_is_compiled_once_and_not_before_it_is_used(monkeypatch):
    calls = []
    compiled = re.compile

    def counting(pattern, flags=0):
        calls.append(pattern)
        return compiled(pattern, flags)

    monkeypatch.setattr(re, "compile", counting)
    made = late("a+")
    assert calls == []
    assert [bool(made.match(text)) for text in ("aa", "b", "a")] == [True, False, True]
    assert calls == ["a+"]


def test_a_pattern_that_is_none_fails_at_its_first_use():
    with pytest.raises(re.error):
        late("(").match("")


def test_importing_the_instruments_compiles_none_of_the_rules_of_roles():
    program = (
        "import re\n"
        "seen = []\n"
        "compiled = re.compile\n"
        "re.compile = lambda p, flags=0: (seen.append(p), compiled(p, flags))[1]\n"
        "from crs_simcheck.instruments import ROLE_RULES, read_role\n"
        "rules = {rule.pattern.pattern for rule in ROLE_RULES}\n"
        "assert not rules & set(seen)\n"
        "read_role('A slow western, please.')\n"
        "assert not rules & set(seen)\n"
        "read_role('What genre do you like?')\n"
        "assert rules & set(seen)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
