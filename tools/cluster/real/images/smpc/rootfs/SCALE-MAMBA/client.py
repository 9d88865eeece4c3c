"""Beside a worker: splits the worker's values, and gives each player its share."""

import os

import net
import shares
from flask import request

name = os.environ["ID"]
coordinator = os.environ["COORDINATOR_URL"]
players = [os.environ[f"PLAYER_IP_{number}"] for number in range(shares.PLAYERS)]
app = net.application()


@app.post("/api/update-dataset/<job>")
def update(job):
    values = request.get_json()["data"]
    split = zip(*(shares.split(value) for value in values), strict=True)
    for number, (player, own) in enumerate(zip(players, split, strict=True)):
        net.send(player, 14000 + number, {"job": job, "client": name, "shares": own})
    net.post(f"{coordinator}/api/loaded/{job}", {"client": name})
    return {}


net.run(app, int(os.environ["PORT"]))
