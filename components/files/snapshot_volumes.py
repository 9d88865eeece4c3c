"""Takes a VolumeSnapshot of each claim in CLAIMS, waits for it, and keeps the newest KEEP of each.

A failed snapshot never costs an old one: only those that can be restored are counted, and nothing of
a claim is deleted unless its new snapshot is ready. Exits with 1 if any claim has no new snapshot.
"""

import os
import sys
import time

from kubernetes_api import Api, ApiError

GROUP = "snapshot.storage.k8s.io/v1"
POLL_SECONDS = 2


def take(api, backup, claim, class_name):
    """Asks for a snapshot of a claim and returns its name."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    source = {"source": {"persistentVolumeClaimName": claim}}
    snapshot = {
        "apiVersion": GROUP,
        "kind": "VolumeSnapshot",
        "metadata": {
            "name": f"{claim}-{stamp}",
            "labels": {"stackberth.dev/backup": backup, "stackberth.dev/claim": claim},
        },
        "spec": {**source, **({"volumeSnapshotClassName": class_name} if class_name else {})},
    }
    path = api.path("volumesnapshots", group=GROUP)
    return api.request("POST", path, snapshot)["metadata"]["name"]


def is_ready(snapshot):
    return snapshot.get("status", {}).get("readyToUse") is True


def wait(api, name, until):
    """Waits for a snapshot; returns what is wrong with it, or nothing."""
    path = api.path("volumesnapshots", name, group=GROUP)
    while True:
        snapshot = api.request("GET", path)
        if is_ready(snapshot):
            return None
        if time.monotonic() > until:
            error = snapshot.get("status", {}).get("error", {}).get("message", "it is not ready")
            return f"gave up waiting: {error}"
        time.sleep(POLL_SECONDS)


def prune(api, backup, claim, keep):
    """Deletes what is older than the newest `keep` snapshots that are ready."""
    labels = f"stackberth.dev/backup={backup},stackberth.dev/claim={claim}"
    path = api.path("volumesnapshots", group=GROUP)
    found = api.list(path, labelSelector=labels)
    found.sort(key=lambda each: (each["metadata"]["creationTimestamp"], each["metadata"]["name"]))
    ready = [each for each in found if is_ready(each)]
    oldest = ready[-keep:][0]
    for snapshot in found[: found.index(oldest)]:
        name = snapshot["metadata"]["name"]
        if api.delete(f"{path}/{name}", snapshot):
            print(f"deleted {name}")


def main():
    backup = os.environ["BACKUP"]
    claims = os.environ["CLAIMS"].split(",")
    keep = int(os.environ["KEEP"])
    api = Api()
    failed = False
    names = {}
    for claim in claims:
        try:
            names[claim] = take(api, backup, claim, os.environ.get("SNAPSHOT_CLASS"))
        except ApiError as error:
            print(f"{claim}: {error}", file=sys.stderr)
            failed = True
    until = time.monotonic() + int(os.environ["WAIT_SECONDS"])
    for claim, name in names.items():
        problem = wait(api, name, until)
        if problem is None:
            print(f"ready {name}")
            prune(api, backup, claim, keep)
        else:
            print(f"{name}: {problem}", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
