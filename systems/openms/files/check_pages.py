"""Runs a page of the app without a browser, and fails if the page does: check_pages.py [PAGE...].

A page that fails, for example for want of a key in settings.json, leaves Streamlit's own health check green.
"""

import logging
import os
import sys
import tempfile
from pathlib import Path

logging.disable(logging.WARNING)
sys.path.insert(0, os.getcwd())


def problems(page):
    from streamlit.testing.v1 import AppTest

    shown = AppTest.from_file(str(Path(page).resolve()), default_timeout=120).run()
    return [f"{page}: {each.message}" for each in shown.exception]


def main(pages):
    # A page makes a workspace for its session: not among the users'.
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKSPACES_DIR"] = folder
        found = [problem for page in pages for problem in problems(page)]
    if found:
        sys.exit("\n".join(found))
    print(f"{len(pages)} of {len(pages)} pages run")


if __name__ == "__main__":
    main(sys.argv[1:] or ["app.py"])
