"""The API's routes and, at every other path, the web app."""

import os
import platform

from flask import Flask
from server.user.views import blueprint

app = Flask(__name__, static_url_path="", static_folder="server/src/client/app/build")
app.secret_key = os.environ["APP_SECRET_KEY"]
app.register_blueprint(blueprint)


@app.route("/")
def root():
    return app.send_static_file("index.html")


@app.errorhandler(404)
def page_not_found(_error):
    return app.send_static_file("index.html")


@app.after_request
def name_server(response):
    """Tells pods apart."""
    response.headers["X-Served-By"] = platform.node()
    return response
