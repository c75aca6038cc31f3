"""A repository in which every text that can be foreign tries to break out of a page."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from crs_simcheck.engines import Reply, Request
from crs_simcheck.prompts import default_prompts
from tests.plugin.live_project import PROMPTS, record_here, write_live

ARABIC, HEBREW = "\u0633\u0644\u0627\u0645", "\u05e9\u05dc\u05d5\u05dd"
RIGHT_TO_LEFT = f"\u202eevil\u202c {ARABIC} {HEBREW} \u2067x\u2069 \u2069"
CONTROL = "bell \x07 escape \x1b[31m null \x00 form feed \x0c line \u2028 tag \U000e0041"
NAME = f"seeker {HEBREW}"
TASKS = "rec_request = {}\nitems_talk = { n_items = 3 }"
FILM = "Made <b onclick=window.x=1>Up"
GATES = """
item_entropy = {}
words_per_response = { max = 3 }
response_repetition = { max = 0.01 }
"""


def texts(beacon: str) -> tuple[str, ...]:
    """Texts that change the title, set ``window.x``, or ask ``beacon`` where they are obeyed."""
    act = f"document.title='owned';window.x=1;fetch('{beacon}/script')"
    return (
        f"<script>{act}</script>",
        f"</style></blockquote></details><script>{act}</script>",
        f'<img src={beacon}/img onerror="{act}">',
        f'"><svg onload="{act}"><image href=\'{beacon}/svg\'/></svg>',
        f"<iframe src='{beacon}/iframe'></iframe><link rel=stylesheet href='{beacon}/css'>",
        f"<meta http-equiv=refresh content='0;url={beacon}/refresh'><base href='{beacon}/'>",
        f"<style>@import '{beacon}/import'; body {{ display: none }}</style>",
        "{{ 7 * 7 }} {% for x in range(9) %} ${7*7} ]]> <!-- <?php",
        "long " + "y" * 100_000,
        "many lines" + "\n" * 5_000 + "end",
        "Z\u0310\u0313" + "\u0300" * 500,
        RIGHT_TO_LEFT,
        CONTROL,
        "half a character \ud800",
    )


def write_hostile(folder: Path, beacon: str) -> None:
    """Write, commit and record the repository into a folder that holds the small one."""
    hostile = texts(beacon)
    write_live(folder, PROMPTS)
    settings = (folder / "simcheck.toml").read_text(encoding="utf-8")
    settings = settings.replace(
        "rec_request = {}", "rec_request = {}\nitems_talk = { n_items = 3 }"
    )
    settings = settings.replace("simulator.seeker", f'simulator."{NAME}"')
    (folder / "simcheck.toml").write_text(settings + GATES, encoding="utf-8")
    films = folder / "films.csv"
    text = films.read_text(encoding="utf-8").replace("Made Up 000", FILM)
    films.write_text(text, encoding="utf-8")
    prompts = folder / "prompts" / "seeker"
    for task, prompt in default_prompts().items():
        said = prompt.section("Guidelines").body
        file = prompts / f"{task}.md"
        file.write_text(prompt.text.replace(said, f"{said}\n- {hostile[0]}"), encoding="utf-8")
    _git(folder, "init", "--quiet")
    _git(folder, "add", "-A")
    _git(folder, "commit", "--quiet", "-m", "one")
    for file in prompts.glob("*.md"):
        text = file.read_text(encoding="utf-8")
        text = text.replace(hostile[0], f"{hostile[2]} {hostile[11]}")
        file.write_text(text.replace("about: ", f"about: {hostile[1]} ", 1), encoding="utf-8")
    rows = [
        {
            "seeker": f"u{n:02} {text[:80]}".encode("utf-8", "replace").decode(),
            "persona": "A person.",
        }
        for n, text in enumerate(hostile * 3)
    ]
    lines = (json.dumps(row) + "\n" for row in rows)
    (folder / "profiles.jsonl").write_text("".join(lines), encoding="utf-8")
    (long,) = (text for text in hostile if len(text) > 10_000)
    others = [text for text in hostile if text != long]

    def says(request: Request) -> Reply:
        first = request.options.seed % len(others)
        text = "\n".join(others[first:] + others[:first])
        if request.options.seed % 3 == 0:
            text = long + text
        if "Title (yyyy)" in request.messages[1].content:
            text = f"{FILM} (1950)\nMade Up 001 (1951)\n{text}"
        return Reply(text, "stop", 90, 9, digest=f"sha256:aa{hostile[0]}", server=hostile[0])

    record_here(folder, script=says)


def _git(folder: Path, *arguments: str) -> None:
    who = (
        "-c",
        "user.name=nobody",
        "-c",
        "user.email=nobody@localhost",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)
