"""Runs /code/main.py in this interpreter, with the job's folder as working directory."""

import os
import sys
import traceback
from pathlib import Path

source = Path("/code/main.py")
job = Path.cwd()


def folder(name, other):
    """The job's folder, or the one that Docker mounts."""
    return job / name if (job / name).exists() else Path(other)


output = folder("result", "/output")
os.environ["INPUT_DIR"] = str(folder("input", "/input"))
os.environ["OUTPUT_DIR"] = str(output)
(output / ".matplotlib").mkdir(parents=True, exist_ok=True)
print(f"[DEBUG] running {source} in {job} as user {os.getuid()}")
try:
    exec(
        compile(source.read_text(encoding="utf-8"), str(source), "exec"),
        {"__name__": "__main__", "__file__": str(source)},
    )
except Exception:
    traceback.print_exc()
    sys.exit(2)
print("[DEBUG] job_runner.py finished")
