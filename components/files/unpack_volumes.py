"""Unpacks each folder's archive from BACKUPS_DIR over what is below VOLUMES_DIR.

ARCHIVE names one by its time, for example 20261121T020000Z; else it is the newest of each folder.
Files that are not in the archive stay. Nothing is unpacked unless every folder has its archive.
"""

import os
import sys
import tarfile

SUFFIX = ".tar.gz"


def find(folder, wanted):
    """The archive to unpack, or nothing."""
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    archives = [each for each in names if each.endswith(SUFFIX)]
    if wanted:
        archives = [each for each in archives if each == wanted + SUFFIX]
    return os.path.join(folder, archives[-1]) if archives else None


def main():
    volumes, backups = os.environ["VOLUMES_DIR"], os.environ["BACKUPS_DIR"]
    wanted = os.environ.get("ARCHIVE", "")
    names = sorted(os.listdir(volumes))
    archives = {name: find(os.path.join(backups, name), wanted) for name in names}
    missing = [name for name, archive in archives.items() if archive is None]
    if missing:
        print(f"no archive {wanted or 'at all'} of {', '.join(missing)}", file=sys.stderr)
        return 1
    for name, archive in archives.items():
        with tarfile.open(archive, "r:gz") as tar:
            # Our own archive: modes and links come back as they were.
            tar.extractall(os.path.join(volumes, name), filter="fully_trusted")
        print(f"unpacked {archive}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
