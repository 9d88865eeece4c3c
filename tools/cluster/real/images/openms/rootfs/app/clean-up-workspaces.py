"""Deletes workspaces whose folder did not change for CLEANUP_RETENTION_DAYS; hidden folders are not workspaces."""

import os
import shutil
import time
from pathlib import Path

folder = Path(os.environ["WORKSPACES_DIR"])
oldest = time.time() - 86400 * float(os.environ.get("CLEANUP_RETENTION_DAYS", "7"))
for workspace in sorted(folder.iterdir()):
    if workspace.name.startswith(".") or not workspace.is_dir():
        continue
    if workspace.stat().st_mtime < oldest:
        shutil.rmtree(workspace)
        print(f"deleted {workspace.name}")
    else:
        print(f"kept {workspace.name}")
