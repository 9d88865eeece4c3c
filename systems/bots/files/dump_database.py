"""Writes all of bots' database to BACKUPS_DIR/TIME.json.gz; what is older than RETENTION_DAYS goes.

A file has its name only once it is whole, and an old one goes only after that.
"""

import os
import sys
import time

import django

sys.path.insert(0, "/config")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from django.core.management import call_command  # noqa: E402  (needs the set-up above)

SUFFIX = ".json.gz"


def stamp(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


folder = os.environ["BACKUPS_DIR"]
os.umask(0o077)
# Begins with a dot: neither a restore nor the clean-up below takes it for a backup.
partial = os.path.join(folder, ".partial" + SUFFIX)
whole = os.path.join(folder, stamp(time.time()) + SUFFIX)
# Django makes the first two itself, with numbers of its own; sessions end with a restore, and the lock
# of an engine that runs just now is no data.
excluded = ["contenttypes", "auth.permission", "sessions", "bots.mutex"]
call_command("dumpdata", exclude=excluded, natural_foreign=True, output=partial)
os.replace(partial, whole)
print(f"wrote {whole}, {os.path.getsize(whole)} bytes")

oldest = stamp(time.time() - 86400 * int(os.environ["RETENTION_DAYS"])) + SUFFIX
for name in sorted(os.listdir(folder)):
    if name.endswith(SUFFIX) and name[0] != "." and name < oldest:
        os.remove(os.path.join(folder, name))
        print(f"deleted {os.path.join(folder, name)}")
