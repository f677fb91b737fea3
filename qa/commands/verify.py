"""``pincite verify``: every stored byte against its checksum."""

from __future__ import annotations

from pathlib import Path

from index.storage.generations import verify
from index.update.file_stamps import damaged_notes
from index.update.vector_log import damaged_log
from qa.console import err, out, print_json


def is_sound(folder: Path, *, as_json: bool) -> bool:
    """Check the index in a folder and print what is damaged; False if anything is."""
    damaged = [*verify(folder), *damaged_notes(folder), *damaged_log(folder)]
    if as_json:
        print_json({"sound": not damaged, "damaged": list(damaged)})
    elif not damaged:
        out.say("sound", "green")
    for name in damaged:
        err.say(f"pincite: {name}: differs from its checksum; run `pincite index` again", "red")
    return not damaged
