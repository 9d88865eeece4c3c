"""Runs scripts as pods, which nothing here deletes."""

import string
import time
from pathlib import Path

import yaml
from kubernetes import client, config
from kubernetes.client.rest import ApiException


class KubernetesRunner:
    def __init__(self, namespace, image, template=None):
        config.load_incluster_config()
        self.core_v1 = client.CoreV1Api()
        self.namespace = namespace
        self.image = image
        self.template = template

    def run_script(self, job, code, request, parameters, seconds):
        """Runs a script to its end, or for so many seconds. Returns its status and what it printed."""
        try:
            data = {"main.py": code, "request.json": request}
            body = {"metadata": {"name": f"job-code-{job}"}, "data": data}
            self.core_v1.create_namespaced_config_map(self.namespace, body)
            self.core_v1.create_namespaced_pod(self.namespace, self.pod_of(job, parameters))
            status = self.wait(f"runner-{job}", seconds)
            return {"status": status, "logs": self.logs_of(f"runner-{job}")}
        except ApiException as error:
            return {"status": "error", "logs": str(error.body)}

    def pod_of(self, job, parameters):
        if self.template is None:
            return self.own_pod(job, parameters)
        pod = yaml.safe_load(string.Template(Path(self.template).read_text()).substitute(JOB_ID=job))
        container = pod["spec"]["containers"][0]
        container["env"].append({"name": "MAPS_SCRIPT_PARAMETERS", "value": parameters})
        return pod

    def own_pod(self, job, parameters):
        """Without a security context or a deadline, and with an account of a fixed name."""
        folder = f"/outputs/{job}"
        env = {
            "MPLCONFIGDIR": f"{folder}/result/.matplotlib",
            "JOB_ID": job,
            "MAPS_SCRIPT_PARAMETERS": parameters,
        }
        container = {
            "name": "runner",
            "image": self.image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["python", "-u", "/work/job_runner.py"],
            "env": [{"name": name, "value": value} for name, value in env.items()],
            "volumeMounts": [
                {"name": "code", "mountPath": "/code", "readOnly": True},
                {"name": "outputs", "mountPath": "/outputs"},
            ],
            "workingDir": folder,
            "resources": {
                "requests": {"memory": "256Mi", "cpu": "100m"},
                "limits": {"memory": "1Gi", "cpu": "500m"},
            },
        }
        items = [{"key": key, "path": key} for key in ("main.py", "request.json")]
        volumes = [
            {"name": "code", "configMap": {"name": f"job-code-{job}", "items": items}},
            {"name": "outputs", "persistentVolumeClaim": {"claimName": "maps-outputs"}},
        ]
        return {
            "metadata": {
                "name": f"runner-{job}",
                "labels": {"app": "maps-runner", "job-id": job},
            },
            "spec": {
                "restartPolicy": "Never",
                "serviceAccountName": "tfstack-maps-data-analysis",
                "containers": [container],
                "volumes": volumes,
            },
        }

    def wait(self, name, seconds):
        began = time.time()
        while time.time() - began < seconds:
            phase = self.core_v1.read_namespaced_pod(name, self.namespace).status.phase
            if phase in ("Succeeded", "Failed"):
                return "success" if phase == "Succeeded" else "failed"
            time.sleep(2)
        return "timeout"

    def logs_of(self, name):
        try:
            return self.core_v1.read_namespaced_pod_log(name, self.namespace, container="runner")
        except ApiException as error:
            return f"Error retrieving logs: {error}"
