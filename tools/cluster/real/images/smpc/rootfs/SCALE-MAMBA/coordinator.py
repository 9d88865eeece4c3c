"""The coordinator: lets the players compute once all clients of a job have given them their shares."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import database
import net
import redis
import shares
from flask import request

players = [os.environ[f"PLAYER_REPO_{number}"] for number in range(shares.PLAYERS)]
queue = redis.Redis(
    os.environ["REDIS_HOST"],
    int(os.environ["REDIS_PORT"]),
    password=os.environ["REDIS_PSWD"],
)
jobs = database.connect().jobs
app = net.application()


@app.post("/api/loaded/<job>")
def loaded(job):
    queue.sadd(f"clients:{job}", request.get_json()["client"])
    return {}


@app.post("/api/secure-aggregation/job-id/<job>")
def aggregate(job):
    clients = request.get_json()["clients"]
    jobs.insert_one({"_id": job, "clients": clients, "status": "IN_QUEUE", "output": []})
    queue.lpush("jobs", job)
    return {"jobId": job, "status": "IN_QUEUE"}


@app.get("/api/get-result/job-id/<job>")
def result(job):
    found = jobs.find_one({"_id": job})
    if found is None:
        return f"no job {job}", 404
    return {"jobId": job, "status": found["status"], "computationOutput": found["output"]}


def compute(job):
    clients = jobs.find_one({"_id": job})["clients"]
    given = {each.decode() for each in queue.smembers(f"clients:{job}")}
    if not given >= set(clients):
        return "FAILED", []
    with ThreadPoolExecutor(len(players)) as pool:
        asked = [pool.submit(net.post, f"{url}/run/{job}", {"clients": clients}) for url in players]
        first, *others = (each.result()["output"] for each in asked)
    return ("COMPLETED", first) if all(each == first for each in others) else ("FAILED", [])


def work():
    while True:
        try:
            _, job = queue.brpop("jobs")
        except redis.RedisError as error:
            print(f"the queue: {error}")
            time.sleep(1)
            continue
        try:
            status, output = compute(job.decode())
        except OSError as error:
            print(f"{job.decode()}: {error}")
            status, output = "FAILED", []
        jobs.update_one({"_id": job.decode()}, {"$set": {"status": status, "output": output}})


threading.Thread(target=work, daemon=True).start()
net.run(app, 12314)
