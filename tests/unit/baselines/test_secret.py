import hashlib
import json

from crs_simcheck.baselines.build import build
from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.storage import file_hashes
from crs_simcheck.instruments import text_key, word_key

SAID = ("hello", "my secret sentence", "hello")


def rows(folder, extra=""):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "said.jsonl"
    lines = [
        {"task": "rec_request", "seeker": f"s{i}", "text": text} for i, text in enumerate(SAID)
    ]
    lines.append({"task": "items_talk", "seeker": "s0", "text": "A Film Nobody Knows (1999)"})
    if extra:
        lines.append({"task": "rec_request", "seeker": "s9", "text": extra})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def built(source, out):
    options = BuildOptions(speakers="people", date="2026-01-01")
    return build("rows", source, out, options=options)


def keys(group):
    return group.tasks["rec_request"].tables["responses"].columns["text"].tolist()


def test_keys_of_texts_cannot_be_found_by_trying(tmp_path):
    source = rows(tmp_path / "a")
    group = built(source, tmp_path / "group")
    guesses = {text_key(text) for text in (*SAID, "A Film Nobody Knows")}
    (recorded,) = group.provenance.source_sha256.values()
    for salt in (b"", recorded.encode(), bytes.fromhex(recorded)):
        guesses |= {hashlib.sha256(salt + t.encode()).hexdigest()[:10] for t in SAID}
    held = "".join(p.read_bytes().decode("latin-1") for p in (tmp_path / "group").iterdir())
    assert not [guess for guess in guesses if guess in held]


def test_equal_texts_still_have_equal_keys(tmp_path):
    found = keys(built(rows(tmp_path / "a"), tmp_path / "group"))
    assert len(set(found)) == 2
    assert sorted(found.count(key) for key in set(found)) == [1, 2]


def test_the_source_makes_the_same_bytes_and_another_source_other_keys(tmp_path):
    source = rows(tmp_path / "a")
    first, second = built(source, tmp_path / "x" / "g"), built(source, tmp_path / "y" / "g")
    assert list(file_hashes(first.path)) == list(file_hashes(second.path))
    other = built(rows(tmp_path / "b", extra="one more"), tmp_path / "z" / "g")
    assert not set(keys(first)) & set(keys(other))


def test_keys_of_words_cannot_be_found_by_trying_either(tmp_path):
    group = built(rows(tmp_path / "a"), tmp_path / "group")
    types = group.tasks["rec_request"].tables["texts"].bags("types")
    assert len(types.keys) == 4
    assert types.counts.sum() == 5
    assert not set(types.keys) & {word_key(word) for text in SAID for word in text.split()}


def test_every_file_of_a_source_is_read_once(tmp_path, monkeypatch):
    from pathlib import Path

    from crs_simcheck.baselines.secret import fingerprints

    files = [tmp_path / name for name in ("b", "a")]
    for file in files:
        file.write_bytes(file.name.encode() * 3_000_000)
    opened = []
    monkeypatch.setattr(
        Path, "open", lambda self, mode, real=Path.open: (opened.append(self), real(self, mode))[1]
    )
    hashes, secret = fingerprints(files)
    assert sorted(opened) == sorted(files)
    for file in files:
        assert hashes[file] == hashlib.sha256(file.name.encode() * 3_000_000).hexdigest()
    # As keys of groups that ship were made: a change here would change all of them.
    purpose = b"crs-simcheck: keys of texts"
    expected = hashlib.sha256(purpose + b"a" * 3_000_000 + b"b" * 3_000_000)
    assert secret == expected.digest()
