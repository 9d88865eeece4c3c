"""Loads a backup of bots' database: BACKUPS_DIR/ARCHIVE.json.gz, or the newest where ARCHIVE is not set.

Rows of the backup replace those of the same key; rows that it does not have stay. For the state of
the backup and nothing else, load it into a new database that the initialisation has just filled.
"""

import os
import sys

import django

sys.path.insert(0, "/config")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from django.core.management import call_command  # noqa: E402  (needs the set-up above)

SUFFIX = ".json.gz"

folder = os.environ["BACKUPS_DIR"]
wanted = os.environ.get("ARCHIVE", "")
found = sorted(name for name in os.listdir(folder) if name.endswith(SUFFIX) and name[0] != ".")
if wanted:
    found = [name for name in found if name == wanted + SUFFIX]
if not found:
    sys.exit(f"no backup {wanted or 'at all'} in {folder}")
call_command("loaddata", os.path.join(folder, found[-1]))
print(f"loaded {found[-1]}")
