"""Deletes runner pods that finished more than KEEP_HOURS ago, and the code of jobs that have no pod.

A pod goes when it has finished, and that long ago; how old it is, or how long it ran, does not matter.
With RUN_SECONDS, a pod also goes that has not finished after that time: it has no deadline of its own.
A job's ConfigMap goes when it is older than that and no pod is left that mounts it. What changes
between looking and deleting stays. Exits with 1 if the API server refuses a deletion.
"""

import os
import sys
import time
from datetime import datetime, timezone

from kubernetes_api import Api, ApiError

CODE_PREFIX = "job-code-"


def seconds(timestamp):
    """A time of the API server as seconds since 1970."""
    moment = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ")
    return moment.replace(tzinfo=timezone.utc).timestamp()


def finished_at(pod):
    """When a pod finished; nothing if it has not."""
    status = pod["status"]
    if status.get("phase") not in ("Succeeded", "Failed"):
        return None
    ends = [
        container["state"]["terminated"]["finishedAt"]
        for field in ("initContainerStatuses", "containerStatuses")
        for container in status.get(field, [])
        if container.get("state", {}).get("terminated", {}).get("finishedAt")
    ]
    if not ends:
        # An evicted pod may never have had a container: its last news is its end.
        ends = [
            condition["lastTransitionTime"]
            for condition in status.get("conditions", [])
            if condition.get("lastTransitionTime")
        ]
    return seconds(max(ends, default=pod["metadata"]["creationTimestamp"]))


def ran_too_long(pod, now, most):
    """Whether a pod that has not finished was started more than `most` seconds ago."""
    if most is None or finished_at(pod) is not None:
        return False
    start = pod["status"].get("startTime") or pod["metadata"]["creationTimestamp"]
    return now - seconds(start) > most


def mounted_by(pod):
    """Names of the ConfigMaps that a pod mounts."""
    volumes = pod["spec"].get("volumes", [])
    return {volume["configMap"]["name"] for volume in volumes if "configMap" in volume}


def main():
    now = time.time()
    cutoff = now - float(os.environ["KEEP_HOURS"]) * 3600
    most = float(os.environ["RUN_SECONDS"]) if "RUN_SECONDS" in os.environ else None
    label, value = os.environ["RUNNER_LABEL"].split("=")
    api = Api()
    # Code before pods: a pod that is made meanwhile is then among those that are looked at.
    code = [
        each
        for each in api.list(api.path("configmaps"))
        if each["metadata"]["name"].startswith(CODE_PREFIX)
    ]
    pods = api.list(api.path("pods"))
    failures = 0

    def delete(kind, seen):
        nonlocal failures
        name = seen["metadata"]["name"]
        try:
            gone = api.delete(api.path(kind, name), seen)
        except ApiError as error:
            print(f"{kind}/{name}: {error}", file=sys.stderr)
            failures += 1
            return False
        print(f"deleted {kind}/{name}" if gone else f"left {kind}/{name}, it changed meanwhile")
        return gone

    left = []
    for pod in pods:
        is_runner = pod["metadata"].get("labels", {}).get(label) == value
        end = finished_at(pod)
        is_old = end is not None and end < cutoff
        is_due = is_runner and (is_old or ran_too_long(pod, now, most))
        if not (is_due and delete("pods", pod)):
            left.append(pod)
    needed = set().union(*(mounted_by(pod) for pod in left))
    for config in code:
        is_old = seconds(config["metadata"]["creationTimestamp"]) < cutoff
        if is_old and config["metadata"]["name"] not in needed:
            delete("configmaps", config)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
