"""Write film_aspects.json anew, where film_aspects.toml or the rules of its terms have changed.

    python tools/grow_lexicon.py

The one is what people write, the other is what a text is read by: the same, ready to be looked up.
"""

from __future__ import annotations

import json
from pathlib import Path

from crs_simcheck.instruments import aspects

FOLDER = Path(aspects.__file__).parent / "data"


def main() -> None:
    """Write the file."""
    text = (FOLDER / "film_aspects.toml").read_text(encoding="utf-8")
    grown = json.dumps(aspects.grown_film_lexicon(text), separators=(",", ":"))
    (FOLDER / "film_aspects.json").write_text(grown + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
