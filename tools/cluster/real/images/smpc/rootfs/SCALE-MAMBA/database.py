"""MongoDB, in which the coordinator keeps its jobs and each player notes what it computed."""

import os

import pymongo


def connect():
    return pymongo.MongoClient(
        f"mongodb://{os.environ['DB_URL']}",
        username=os.environ["DB_UNAME"],
        password=os.environ["DB_PSWD"],
        # The only login that the tests' MongoDB knows.
        authMechanism="PLAIN",
        serverSelectionTimeoutMS=5000,
    ).smpc
