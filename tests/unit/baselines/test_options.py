from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crs_simcheck.baselines.options import FLAGS, BuildOptions, command_line, parse_command
from crs_simcheck.errors import InputError, UnknownNameError

_line = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=20)
_name = st.from_regex(r"[a-z][a-z0-9 '._-]{0,10}", fullmatch=True).filter(
    lambda n: n == n.strip() and not n.endswith(".")
)
_options = st.builds(
    BuildOptions,
    seed=st.integers(0, 99),
    date=st.dates().map(lambda d: d.isoformat()),
    films=st.one_of(st.none(), st.just("all"), st.integers(2, 20)),
    pool=st.integers(20, 90),
    asked=st.integers(1, 20),
    like_at=st.sampled_from([0.5, 3.5, 4.0]),
    cap=st.integers(1, 9),
    answers=st.sampled_from(["align", "stars"]),
    speakers=st.sampled_from([None, "people", "simulator"]),
    licence=_line,
    origin=_line,
    attribution=_line,
    catalogue=st.one_of(st.none(), _name.map(Path)),
    profiles=st.one_of(st.none(), _name.map(Path)),
    people=st.one_of(st.just("all"), st.integers(1, 9_000)),
    min_reviews=st.integers(1, 9),
    max_reviews=st.integers(1, 9),
    verified=st.sampled_from(["any", "only"]),
    language=st.sampled_from([None, "en"]),
    since=st.sampled_from([None, "1999-01-01"]),
    until=st.sampled_from([None, "1999-01-01", "2020-02-29"]),
    only=st.sampled_from([None, "stars"]),
    meta=st.one_of(st.none(), _name.map(Path)),
    participant=_line.filter(bool),
    unit=st.sampled_from(["dialogue", "user"]),
    map=st.lists(st.tuples(_name, _line).map("=".join), max_size=4).map(tuple),
    task=st.sampled_from([None, "open_pref", "rec_request"]),
)


@given(_options, _name, _name, _name)
def test_a_command_is_read_back_as_it_was_written(options, source, out, name):
    command = command_line("rows", Path(source), Path(out), name, options)
    recorded = parse_command(command)
    assert recorded.options == options
    assert (recorded.kind, recorded.source, recorded.out) == ("rows", source, out)
    assert recorded.name == name


def test_the_command_has_base_names_and_nothing_that_is_at_its_default():
    options = BuildOptions(date="2026-11-23", catalogue=Path("/home/me/films.csv"))
    command = command_line(
        "redial", Path("/srv/data/redial"), Path("/x/seekers"), "seekers", options
    )
    assert command == (
        "crs-simcheck baseline build redial --kind redial --seed 0 "
        "--catalogue films.csv --date 2026-11-23 -o seekers"
    )


def test_a_flag_that_may_stand_once_stands_once():
    command = (
        "crs-simcheck baseline build x --kind mapped --map a=b --map a=b --seed 1 --seed 2 -o y"
    )
    with pytest.raises(InputError, match="--seed stands twice"):
        parse_command(command)
    recorded = parse_command(command.replace("--seed 2 ", ""))
    assert recorded.options.map == ("a=b", "a=b")


@pytest.mark.parametrize(
    "option, value",
    [("unit", "both"), ("task", "chat"), ("map", ("a=b\n",)), ("participant", "\ud800")],
)
def test_a_word_that_an_option_cannot_be_is_refused(option, value):
    with pytest.raises(InputError, match=f"field '{option}': found "):
        BuildOptions(**{option: value})


def test_every_option_has_a_flag():
    assert set(FLAGS) == set(BuildOptions.__dataclass_fields__)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "rm -rf /",
        "crs-simcheck baseline merge a b -o c",
        "crs-simcheck baseline build x --kind",
        "crs-simcheck baseline build x --kind redial",
        "crs-simcheck baseline build x --kind redial -o y --seed many",
        "crs-simcheck baseline build x --kind redial -o y --seed -1",
        "crs-simcheck baseline build 'x --kind redial -o y",
    ],
)
def test_what_is_no_such_command_is_an_error(command):
    with pytest.raises(InputError):
        parse_command(command)


def test_an_unknown_flag_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean '--films'"):
        parse_command("crs-simcheck baseline build x --kind redial --film 3 -o y")


@pytest.mark.parametrize(
    "given_options,field",
    [
        ({"seed": -1}, "seed"),
        ({"cap": 0}, "cap"),
        ({"films": 1}, "films"),
        ({"films": 90}, "films"),
        ({"like_at": 6}, "like_at"),
        ({"answers": "both"}, "answers"),
        ({"speakers": "robots"}, "speakers"),
        ({"date": "23.11.2026"}, "date"),
        ({"date": "20261123"}, "date"),
        ({"licence": "two\nlines"}, "licence"),
        ({"people": 0}, "people"),
        ({"people": "some"}, "people"),
        ({"min_reviews": 0}, "min_reviews"),
        ({"max_reviews": 0}, "max_reviews"),
        ({"verified": "yes"}, "verified"),
        ({"since": "2020"}, "since"),
        ({"until": "2020-02-30"}, "until"),
        ({"since": "2020-02-02", "until": "2020-02-01"}, "until"),
        ({"only": "words"}, "only"),
    ],
)
def test_values_that_options_cannot_have_are_named(given_options, field):
    with pytest.raises(InputError) as caught:
        BuildOptions(**given_options)
    assert caught.value.field == field
