"""Ends once this pod cannot reach the API server, and so once the NetworkPolicy for runners is in force.

Some network plugins apply a policy only after a pod has started, and a connection that was made before
stays. Without a plugin that does, a script never starts: its pod's deadline ends this. The arguments are
networks that runners may reach; an API server within them shows nothing.
"""

import ipaddress
import os
import socket
import sys
import time

HOST = os.environ["KUBERNETES_SERVICE_HOST"]
PORT = int(os.environ["KUBERNETES_SERVICE_PORT"])
# For so long; a single failure may have other causes.
SECONDS = 1


def is_open():
    try:
        socket.create_connection((HOST, PORT), 1).close()
    except OSError:
        return False
    return True


def main():
    if any(ipaddress.ip_address(HOST) in ipaddress.ip_network(each) for each in sys.argv[1:]):
        print(f"runners may reach the API server at {HOST}, so it does not show when their policy is in force")
        return
    closed = time.monotonic()
    while time.monotonic() - closed < SECONDS:
        if is_open():
            print("waiting for the NetworkPolicy for runners: the API server can still be reached")
            closed = time.monotonic()
        time.sleep(0.1)


if __name__ == "__main__":
    main()
