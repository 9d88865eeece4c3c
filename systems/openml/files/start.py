"""Prepares a copy of the image's server folder, then becomes the command: start.py FOLDER COMMAND...

- Fills in the placeholders of the web app, <REACT_APP_…>, with the variables of the same names.
  Without a variable it takes the value that the image's own entrypoint would take.
- With SQLITE_FILE, makes that file from the image's openml.db unless it exists. With TESTING, the
  backend opens FOLDER/openml.db whatever DATABASE_URI says: that becomes a link to the file.
"""

import os
import shutil
import sys
from pathlib import Path

PLACEHOLDERS = {
    "REACT_APP_URL_SITE_BACKEND": "http://localhost:8000/",
    "REACT_APP_URL_API": "http://localhost:8000/api/",
    "REACT_APP_URL_ELASTICSEARCH": "http://localhost:8000/es/",
    "REACT_APP_ELASTICSEARCH_VERSION_MAYOR": "6",
    "REACT_APP_URL_MINIO": "http://localhost:8000/data/",
}


def replace(path, write):
    """Replaces a file in one step, so that nobody reads half of it."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    write(partial)
    os.replace(partial, path)


def fill_in(build):
    values = {f"<{name}>": os.environ.get(name) or value for name, value in PLACEHOLDERS.items()}
    for path in sorted(build.glob("static/js/*.js")):
        text = filled = path.read_text(encoding="utf-8")
        for placeholder, value in values.items():
            filled = filled.replace(placeholder, value)
        if filled != text:
            replace(path, lambda partial: partial.write_text(filled, encoding="utf-8"))


def prepare_database(shipped, file):
    if not file.exists():
        replace(file, lambda partial: shutil.copyfile(shipped, partial))
    if os.environ.get("TESTING") == "True":
        replace(shipped, lambda partial: partial.symlink_to(file))


def main(server, command):
    try:
        fill_in(server / "src" / "client" / "app" / "build")
        if "SQLITE_FILE" in os.environ:
            prepare_database(server / "openml.db", Path(os.environ["SQLITE_FILE"]))
    except OSError as error:
        sys.exit(f"start.py: user {os.getuid()}: {error}")
    # The command takes the place of this process, so that signals reach it.
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
