"""What the app reads from its JSON files. It indexes their keys, as the real one does: one that is missing fails."""

import json
import os
from pathlib import Path


def read(name):
    return json.loads(Path(name).read_text(encoding="utf-8"))


def settings():
    return read("settings.json")


def workspaces_folder():
    """Where the workspaces are; a deployment may say so in its environment."""
    return Path(os.environ.get("WORKSPACES_DIR") or settings()["workspaces_dir"])


def is_safe(name):
    return name not in ("", ".", "..") and "/" not in name and not name.startswith(".")
