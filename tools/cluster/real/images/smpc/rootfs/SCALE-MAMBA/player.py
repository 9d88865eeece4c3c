"""A player: adds up its shares, and tells the others only the sums: player.py NUMBER."""

import json
import os
import sys
import threading
from pathlib import Path

import database
import net
import shares
from flask import request

number = int(sys.argv[1])
coordinator = os.environ["COORDINATOR_URL"]
names = [f"player{each}" for each in range(shares.PLAYERS)]
hosts = [os.environ[f"PLAYER_IP_{each}"] for each in range(shares.PLAYERS)]
#: The sums of all players, by job.
sums = {}
arrived = threading.Condition()
app = net.application()

# What the real ones do with the folders of their image.
Path("Cert-Store", f"{names[number]}.crt").write_text(names[number], encoding="utf-8")
inputs = Path("Data", f"Player-{number}")
inputs.mkdir(exist_ok=True)


def take_shares(message):
    path = inputs / f"{message['job']}-{message['client']}.json"
    path.write_text(json.dumps(message["shares"]), encoding="utf-8")


def take_sums(message):
    with arrived:
        sums.setdefault(message["job"], {})[message["player"]] = message["sums"]
        arrived.notify_all()


@app.post("/run/<job>")
def run(job):
    clients = request.get_json()["clients"]
    rows = [json.loads((inputs / f"{job}-{each}.json").read_text()) for each in clients]
    own = {"job": job, "player": number, "sums": shares.add(rows)}
    take_sums(own)
    for other, host in enumerate(hosts):
        if other != number:
            net.send(host, 6000 + other, own)
    with arrived:
        if not arrived.wait_for(lambda: len(sums[job]) == shares.PLAYERS, 30):
            return "the other players are silent", 504
    total = [shares.value(each) for each in shares.add(sums.pop(job).values())]
    database.connect().runs.insert_one({"job": job, "player": number})
    return {"output": total}


net.listen(6000 + number, take_sums)
net.listen(14000 + number, take_shares)
net.run(app, int(os.environ["PORT"]) + number)
