"""The portal's API, under /services."""

import logging
import signal
import sys
import threading
import uuid

import psycopg2
from flask import Blueprint, Flask, abort, request
from portal import settings
from portal.exaflow import Exaflow
from portal.experiments import Experiments
from waitress import serve

settings.write()
config = settings.read()
log = logging.getLogger("portal")
log.addHandler(logging.FileHandler("/var/log/platform-backend/platform-backend.log"))
experiments = Experiments(config)
exaflow = Exaflow(config, log)
api = Blueprint("api", __name__, url_prefix="/services")


@api.get("/actuator/health")
def health():
    try:
        experiments.run("SELECT 1")
    except psycopg2.OperationalError:
        return {"status": "DOWN"}, 503
    return {"status": "UP"}


@api.before_request
def log_in():
    open_to_all = request.path.startswith("/services/actuator/")
    if config["authentication.enabled"] == "1" and not open_to_all:
        abort(401)


@api.get("/algorithms")
def algorithms():
    return exaflow.algorithms


@api.get("/data-models")
def data_models():
    datasets = exaflow.ask("datasets")
    return [
        {"code": model, "datasets": datasets[model], "variables": sorted(cdes)}
        for model, cdes in sorted(exaflow.ask("cdes_metadata").items())
    ]


@api.get("/experiments")
def list_experiments():
    return {"experiments": experiments.list()}


@api.get("/experiments/<uuid:key>")
def get_experiment(key):
    return next(iter(experiments.list(str(key))), None) or abort(404)


@api.post("/experiments")
def create_experiment():
    """Runs it in the background: whoever wants the result asks for it."""
    given = request.get_json()
    key = str(uuid.uuid4())
    experiments.add(key, given["name"], given["algorithm"])

    def run():
        experiments.finish(key, *run_algorithm(key, given["algorithm"]))

    threading.Thread(target=run).start()
    return {"uuid": key, "name": given["name"], "status": "pending"}, 201


@api.post("/experiments/transient")
def run_transient():
    given = request.get_json()
    status, result = run_algorithm(str(uuid.uuid4()), given["algorithm"])
    return {"name": given["name"], "status": status, "result": result}


def run_algorithm(key, algorithm):
    name = algorithm["name"]
    rest = {field: value for field, value in algorithm.items() if field != "name"}
    return exaflow.run(name, {"request_id": key, **rest})


def stop(*_):
    sys.exit()


signal.signal(signal.SIGTERM, stop)
experiments.migrate()
exaflow.start()
app = Flask(__name__)
app.register_blueprint(api)
serve(app, host="0.0.0.0", port=8080, threads=16)
