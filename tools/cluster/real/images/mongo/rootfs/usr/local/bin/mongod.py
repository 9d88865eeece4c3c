"""Documents by collection: hello, saslStart, insert, find and update of the protocol's OP_MSG."""

import os
import signal
import socketserver
import struct
import sys
from pathlib import Path

import bson

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
login = b"\0".join(
    [
        b"",
        os.environ["MONGO_INITDB_ROOT_USERNAME"].encode(),
        os.environ["MONGO_INITDB_ROOT_PASSWORD"].encode(),
    ]
)
files = Path("/data/db")
collections = {}
HELLO = {
    "ismaster": True,
    "isWritablePrimary": True,
    "maxBsonObjectSize": 16777216,
    "maxMessageSizeBytes": 48000000,
    "maxWriteBatchSize": 100000,
    "minWireVersion": 0,
    "maxWireVersion": 13,
    "ok": 1,
}


def matches(document, wanted):
    return all(document.get(key) == value for key, value in wanted.items())


def keep(name):
    content = bson.encode({"documents": collections[name]})
    (files / f"{name}.bson").write_bytes(content)


def insert(name, command):
    collections.setdefault(name, []).extend(command["documents"])
    keep(name)
    return {"n": len(command["documents"]), "ok": 1}


def find(name, command):
    found = [each for each in collections.get(name, []) if matches(each, command["filter"])]
    database = command["$db"]
    return {"cursor": {"id": 0, "ns": f"{database}.{name}", "firstBatch": found}, "ok": 1}


def update(name, command):
    count = 0
    for change in command["updates"]:
        for document in collections.get(name, []):
            if matches(document, change["q"]):
                document.update(change["u"]["$set"])
                count += 1
    keep(name)
    return {"n": count, "nModified": count, "ok": 1}


class Connection(socketserver.StreamRequestHandler):
    logged_in = False

    def handle(self):
        while header := self.rfile.read(16):
            length, request, _, code = struct.unpack("<iiii", header)
            body = self.rfile.read(length - 16)
            if code == OP_MSG:
                answer = b"\0\0\0\0\0" + bson.encode(self.answer(message(body)))
                self.reply(request, OP_MSG, answer)
            elif code == OP_QUERY:
                # A driver's first words, before it knows whom it talks to.
                flags = struct.pack("<iqii", 8, 0, 0, 1)
                self.reply(request, OP_REPLY, flags + bson.encode(HELLO))

    def reply(self, request, code, body):
        self.wfile.write(struct.pack("<iiii", 16 + len(body), 0, request, code) + body)

    def answer(self, command):
        verb, name = next(iter(command.items()))
        if verb in ("hello", "ismaster", "isMaster"):
            return HELLO
        if verb == "saslStart":
            self.logged_in = bytes(command["payload"]) == login
            done = {"conversationId": 1, "done": True, "payload": b"", "ok": 1}
            return done if self.logged_in else failure(18, "Authentication failed.")
        if verb in ("ping", "endSessions"):
            return {"ok": 1}
        if not self.logged_in:
            return failure(13, f"command {verb} requires authentication")
        known = {"insert": insert, "find": find, "update": update}.get(verb)
        return known(name, command) if known else failure(59, f"no such command: '{verb}'")


def failure(code, text):
    return {"ok": 0, "code": code, "errmsg": text}


def message(body):
    """The command of an OP_MSG, with the documents that come beside it."""
    position, command = 4, {}
    while position < len(body):
        kind, start = body[position], position + 1
        (size,) = struct.unpack_from("<i", body, start)
        if kind == 0:
            command = bson.decode(body[start : start + size]) | command
        else:
            end = body.index(b"\0", start + 4)
            listed = bson.decode_all(body[end + 1 : start + size])
            command[body[start + 4 : end].decode()] = listed
        position = start + size
    return command


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
Server(("0.0.0.0", 27017), Connection).serve_forever()
