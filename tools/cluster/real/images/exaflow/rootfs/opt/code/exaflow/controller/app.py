"""The controller's API."""

from exaflow.controller import landscape, queries
from flask import Flask, request

app = Flask(__name__)
landscape.start()


@app.get("/healthcheck")
def healthcheck():
    landscape.check()
    return ""


@app.get("/datasets")
def datasets():
    return {model: sorted(found) for model, found in landscape.datasets().items()}


@app.get("/datasets_locations")
def datasets_locations():
    return landscape.datasets()


@app.get("/cdes_metadata")
def cdes_metadata():
    return landscape.cdes()


@app.get("/algorithms")
def algorithms():
    return [{"name": "describe", "label": "Descriptive statistics"}]


@app.post("/wla")
def update():
    landscape.update()
    return ""


@app.post("/algorithms/describe")
def describe():
    return queries.describe(request.get_json())


@app.errorhandler(queries.QueryError)
def failed(error):
    return str(error), error.status
