"""The workflow as a worker runs it: one mzML file in; a table of its spectra and a picture out.

In the workspace, `jobs/ID.log` has a line for each start and each end of a job, so that lost and doubled
ones can be counted; `results/ID` appears when it is complete.
"""

import os
import platform
import shutil
import sys
import time
from pathlib import Path

from src.settings import settings, workspaces_folder

QUEUE = "openms-workflows"


def queue():
    from redis import Redis
    from rq import Queue

    return Queue(QUEUE, connection=Redis.from_url(os.environ["REDIS_URL"]))


def enqueue(workspace, file, parameters, jobs=None):
    from rq import Retry

    options = settings()["queue_settings"]
    return (jobs or queue()).enqueue(
        run,
        args=(str(workspace), str(file), parameters),
        job_timeout=options["default_timeout"],
        result_ttl=options["result_ttl"],
        retry=Retry(max=options["retries"]) if options["retries"] > 0 else None,
    )


def record(workspace, job, event):
    folder = workspace / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    line = f"{event} {time.time():.3f} {platform.node()}\n"
    # One write at the end of the file: lines of several workers do not mix.
    with open(folder / f"{job}.log", "ab", buffering=0) as file:
        file.write(line.encode())


def run(workspace, file, parameters):
    from rq import get_current_job

    job = get_current_job()
    workspace = Path(workspace)
    began = time.monotonic()
    final = workspace / "results" / job.id
    if final.exists():
        # It had ended when Redis was not there to hear of it.
        return None
    record(workspace, job.id, "start")
    # An attempt that was killed leaves its own folder, which nobody reads.
    partial = final.with_name(f".{job.id}-{platform.node()}-{os.getpid()}")
    partial.mkdir(parents=True)
    count = write_results(Path(file), partial, parameters)
    time.sleep(max(0, parameters["least-seconds"] - (time.monotonic() - began)))
    if final.exists():
        shutil.rmtree(partial)
    else:
        partial.rename(final)
    record(workspace, job.id, "end")
    return count


def write_results(file, folder, parameters):
    import pyopenms

    experiment = pyopenms.MSExperiment()
    pyopenms.MzMLFile().load(str(file), experiment)
    rows = []
    for spectrum in experiment:
        _, intensities = spectrum.get_peaks()
        high = intensities[intensities >= parameters["intensity-cutoff"]]
        rows.append((spectrum.getRT(), spectrum.getMSLevel(), len(high), float(high.sum())))
    with open(folder / "spectra.tsv", "w", encoding="utf-8") as table:
        table.write("RT\tMS level\tpeaks\tTIC\n")
        table.writelines(f"{rt:.2f}\t{level}\t{peaks}\t{tic:.1f}\n" for rt, level, peaks, tic in rows)
    if parameters["image-format"] != "none":
        draw(rows, file.name, folder / f"tic.{parameters['image-format']}")
    return len(rows)


def draw(rows, title, picture):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 4))
    axes.plot([row[0] for row in rows], [row[3] for row in rows], color="#29379b")
    axes.set(xlabel="retention time (s)", ylabel="total ion current", title=title)
    figure.savefig(picture, bbox_inches="tight")
    plt.close(figure)


def main(name, file, count):
    """Queues many jobs without pictures at once: python -m src.workflow WORKSPACE FILE COUNT."""
    from src.settings import read

    jobs = queue()
    parameters = {**read("default-parameters.json"), "image-format": "none"}
    for _ in range(int(count)):
        job = enqueue(workspaces_folder() / name, file, parameters, jobs)
        print(job.id)


if __name__ == "__main__":
    # The worker must find the functions under the module's name, not under __main__.
    from src import workflow

    workflow.main(*sys.argv[1:])
