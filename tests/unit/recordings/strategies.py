"""What hypothesis draws rows from (valid, nearly valid, any bytes), and what must hold of each."""

from __future__ import annotations

import gzip
import json

from hypothesis import strategies as st

from crs_simcheck.errors import InputError
from crs_simcheck.records import TASKS, HistoryItem, Profile, Response

ITEM_TASKS = ("bin_pref", "open_pref", "neg_feedback")

# Lone surrogates too: engines cut answers in the middle of a character.
any_text = st.text(st.characters(exclude_categories=()), max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(any_text, json_values, max_size=3)
requests = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format)
EDGES = [
    "", " ", 0, -1, 1, 5, 5.0, 0.5, 0.49, 0.4999, 5.0001, 5.01, 6, -0.0, 1e22, 1.5,
    True, False, None, [], {},
    "bin_pref", "Bin_pref", "sha256:" + "a" * 64, "sha256:" + "a" * 64 + "\n",
    "sha256:" + "A" * 64, "sha256:" + "a" * 63, "x" * 71, "sha256:" + "a" * 65,
    ["Heat (1995)"], [1], [None],
    {"item": "Heat (1995)"}, {"item": None}, {"item": ""}, {"n_items": 0}, {"n_items": 2.0},
    {"n_items": True}, {"relevant": 1}, {"context": 3}, [{"item": "Heat (1995)"}], [{}],
]  # fmt: skip
nasty = json_values | st.sampled_from(EDGES)

stimuli = st.fixed_dictionaries(
    {},
    optional={
        "item": st.text(min_size=1, max_size=5),
        "n_items": st.integers(1, 50),
        "relevant": st.booleans(),
        "context": any_text,
        "more": json_values,
    },
)


def extras(known):
    return json_objects.map(lambda d: {k: v for k, v in d.items() if k not in known})


@st.composite
def responses(draw):
    task = draw(st.sampled_from(TASKS))
    stimulus = draw(stimuli)
    if task in ITEM_TASKS:
        stimulus["item"] = draw(st.text(min_size=1, max_size=5))
    known = Response.__dataclass_fields__
    return Response(
        task=task,
        seeker=draw(st.text(min_size=1, max_size=5)),
        text=draw(any_text),
        stimulus=stimulus,
        rating=draw(st.none() | st.floats(0.5, 5)),
        dialogue=draw(st.none() | any_text),
        turn=draw(st.none() | st.integers(0, 99)),
        persona=draw(st.none() | any_text),
        request=draw(st.none() | requests),
        meta=draw(st.none() | json_objects),
        history=draw(st.none() | st.lists(any_text, max_size=3).map(tuple)),
        extra=draw(extras(known)),
    )


@st.composite
def profiles(draw):
    items = st.builds(
        HistoryItem,
        item=st.text(min_size=1, max_size=5),
        rating=st.none() | st.floats(0.5, 5),
        text=st.none() | any_text,
    )
    return Profile(
        seeker=draw(st.text(min_size=1, max_size=5)),
        persona=draw(any_text),
        traits=draw(json_objects),
        history=tuple(draw(st.lists(items, max_size=3))),
        extra=draw(extras(Profile.__dataclass_fields__)),
    )


@st.composite
def spoilt(draw, rows, keys):
    """Draw a row as an object and change up to two of its fields, at the top or one below."""
    row = json.loads(json.dumps(draw(rows)))
    for _ in range(draw(st.integers(0, 2))):
        place = row
        inner = [v for v in row.values() if isinstance(v, dict)]
        inner += [v for r in row.values() if isinstance(r, list) for v in r if isinstance(v, dict)]
        if inner and draw(st.booleans()):
            place = draw(st.sampled_from(inner))
        key = draw(st.sampled_from(sorted({*keys, *place})))
        if draw(st.booleans()):
            place[key] = draw(nasty)
        else:
            place.pop(key, None)
    return row


def whole(value):
    """Join surrogates that stand beside each other: JSON has one way to write both."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    if isinstance(value, dict):
        return {whole(k): whole(v) for k, v in value.items()}
    return [whole(v) for v in value] if isinstance(value, list) else value


def as_file(lines):
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@st.composite
def hostile_bytes(draw, rows, keys):
    """Draw the bytes of a file that may be anything: nearly rows, damaged, packed, or neither."""
    part = (
        st.binary(max_size=30)
        | spoilt(rows, keys).map(lambda row: as_file([row]))
        | st.sampled_from(
            [b"\n", b"\r\n", b"{}\n", b"[]\n", b"NaN\n", b'{"a":1e999}\n', b"\xef\xbb\xbf", b"\xff",
             b"[" * 2000 + b"\n", b"9" * 4400 + b"\n", b'{"a":1,"a":2}\n', b"\x1f\x8b", b"\0"]
        )
    )  # fmt: skip
    data = b"".join(draw(st.lists(part, max_size=4)))
    if draw(st.booleans()):
        data = gzip.compress(data, mtime=0)
        if draw(st.booleans()):
            place = draw(st.integers(0, len(data) - 1))
            data = data[:place] + draw(st.binary(max_size=2)) + data[place + 1 :]
    return data


def assert_rows_or_input_error(read, file, skip):
    """Read a file that may hold anything: no error but InputError may come of it."""
    try:
        found = read(file, skip_broken=skip)
    except InputError as error:
        raised = error
    else:
        assert len(found) > 0
        assert skip or not found.broken
        assert all(error.path == str(file) and error.line for error in found.broken)
        return
    assert raised.path == str(file)
    str(raised).encode("utf-8")
