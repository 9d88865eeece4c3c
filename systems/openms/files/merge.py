"""Lays a stack's values over the app's own JSON files: merge.py FOLDER_OF_VALUES FOLDER_OF_APP.

Objects are merged key by key, so the image's other keys survive; everything else is replaced.
"""

import json
import os
import sys
from pathlib import Path

NEEDED = "settings.json"
FILES = (NEEDED, "default-parameters.json", "presets.json")


def merged(base, values):
    if not (isinstance(base, dict) and isinstance(values, dict)):
        return values
    both = {key: merged(base[key], values[key]) for key in base.keys() & values.keys()}
    return {**base, **values, **both}


def read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        sys.exit(f"merge.py: {path} is not JSON: {error}")
    except OSError as error:
        sys.exit(f"merge.py: cannot read {path}: {error.strerror}")


def write(path, content):
    """Replaces the file in one step, so that nobody reads half of it."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        sys.exit(
            f"merge.py: user {os.getuid()} cannot write {path}: {error.strerror}. "
            f"{path.parent} must be a folder that the container can write to."
        )


def main(values_folder, app_folder):
    for name in FILES:
        values, path = read(values_folder / name), app_folder / name
        # Older images have no presets.json.
        if not path.exists() and name != NEEDED:
            if values:
                write(path, values)
            continue
        base = read(path)
        result = merged(base, values)
        if result != base:
            write(path, result)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
