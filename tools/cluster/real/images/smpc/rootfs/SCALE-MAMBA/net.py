"""JSON over HTTP, and in one line over a connection."""

import json
import signal
import socket
import socketserver
import sys
import threading
import time
from urllib.request import Request, urlopen

from flask import Flask
from waitress import serve


def post(url, value):
    body = json.dumps(value).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=30) as answer:
        return json.load(answer)


def send(host, port, value):
    """Sends a line, and waits until it was taken."""
    for tries in range(10):
        try:
            with socket.create_connection((host, port), timeout=10) as connection:
                connection.sendall(json.dumps(value).encode() + b"\n")
                if connection.recv(2) == b"ok":
                    return
        except OSError:
            if tries == 9:
                raise
        time.sleep(1)


def listen(port, take):
    """Gives each line that comes in to `take`, in the background."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            line = self.rfile.readline()
            if line:
                take(json.loads(line))
                self.wfile.write(b"ok")

    server = socketserver.ThreadingTCPServer(("0.0.0.0", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def application():
    return Flask("smpc")


def run(app, port):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    serve(app, host="0.0.0.0", port=port)
