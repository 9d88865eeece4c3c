"""Packs each folder below VOLUMES_DIR into BACKUPS_DIR/FOLDER/TIME.tar.gz and keeps the newest KEEP.

An archive has its name only once it is whole, and an old one goes only after that. A folder that
cannot be packed does not keep the others from it. Exits with 1 if any folder was not packed.
"""

import os
import sys
import tarfile
import time

SUFFIX = ".tar.gz"
PARTIAL = ".partial"


def pack(folder, archive):
    """Writes all that is below a folder to an archive."""
    with tarfile.open(archive, "w:gz") as tar:
        for path, folders, files in os.walk(folder, onerror=_raise):
            if path == folder and "lost+found" in folders:
                # The file system's own; only root can read it.
                folders.remove("lost+found")
            for name in sorted(folders + files):
                inner = os.path.join(path, name)
                try:
                    tar.add(inner, os.path.relpath(inner, folder), recursive=False)
                except FileNotFoundError:
                    print(f"{inner} is gone since it was listed")


def _raise(error):
    # What is gone since its parent was listed needs no copy.
    if not isinstance(error, FileNotFoundError):
        raise error


def keep_newest(folder, keep):
    for name in sorted(each for each in os.listdir(folder) if each.endswith(SUFFIX))[:-keep]:
        os.remove(os.path.join(folder, name))
        print(f"deleted {os.path.join(folder, name)}")


def back_up(volume, target, keep, stamp):
    os.makedirs(target, exist_ok=True)
    # Of a run that was killed.
    for name in os.listdir(target):
        if name.endswith(PARTIAL):
            os.remove(os.path.join(target, name))
    archive = os.path.join(target, stamp + SUFFIX)
    pack(volume, archive + PARTIAL)
    with open(archive + PARTIAL, "rb") as file:
        os.fsync(file.fileno())
    os.replace(archive + PARTIAL, archive)
    print(f"wrote {archive}, {os.path.getsize(archive)} bytes")
    keep_newest(target, keep)


def main():
    volumes, backups = os.environ["VOLUMES_DIR"], os.environ["BACKUPS_DIR"]
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    os.umask(0o077)
    failed = False
    for name in sorted(os.listdir(volumes)):
        try:
            target = os.path.join(backups, name)
            back_up(os.path.join(volumes, name), target, int(os.environ["KEEP"]), stamp)
        except (OSError, tarfile.TarError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
