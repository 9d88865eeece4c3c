"""The Kubernetes API for scripts in a pod, with the standard library alone."""

import json
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request

# Where the kubelet puts the pod's account.
ACCOUNT = os.environ.get("SERVICEACCOUNT", "/var/run/secrets/kubernetes.io/serviceaccount")


class ApiError(Exception):
    """A refusal of the API server; `status` is its HTTP code."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class Api:
    """Requests with the token of the pod's own account, in the pod's own namespace."""

    def __init__(self):
        host = os.environ["KUBERNETES_SERVICE_HOST"]
        port = os.environ["KUBERNETES_SERVICE_PORT"]
        self.base = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
        self.namespace = _read("namespace")
        self.token = _read("token")
        tls = urllib.request.HTTPSHandler(
            context=ssl.create_default_context(cafile=os.path.join(ACCOUNT, "ca.crt"))
        )
        # An API server is never behind the proxy that the environment may name.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), tls)

    def path(self, kind, name=None, group="v1"):
        """The path of a kind in this namespace, for example of `pods`, or of one object."""
        root = "/apis/" if "/" in group else "/api/"
        path = f"{root}{group}/namespaces/{self.namespace}/{kind}"
        return path if name is None else f"{path}/{name}"

    def request(self, method, path, body=None, **query):
        """Sends one request and returns the answer. Raises ApiError."""
        url = self.base + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, _message(error)) from None

    def list(self, path, **query):
        """All objects of a kind, page by page."""
        found, more = [], ""
        while True:
            page = self.request("GET", path, limit=500, **{"continue": more}, **query)
            found += page["items"]
            more = page["metadata"].get("continue", "")
            if not more:
                return found

    def delete(self, path, seen):
        """Deletes an object unless it is another one, or changed, since it was seen.

        Returns whether it was deleted."""
        metadata = seen["metadata"]
        same = {key: metadata[key] for key in ("uid", "resourceVersion")}
        try:
            self.request("DELETE", path, {"preconditions": same})
        except ApiError as error:
            if error.status in (404, 409):
                return False
            raise
        return True


def _read(name):
    with open(os.path.join(ACCOUNT, name), encoding="utf-8") as file:
        return file.read().strip()


def _message(error):
    text = error.read().decode(errors="replace")
    try:
        return json.loads(text)["message"]
    except (ValueError, KeyError, TypeError):
        return text
