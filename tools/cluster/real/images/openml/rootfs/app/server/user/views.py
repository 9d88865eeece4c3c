"""Accounts, in JSON."""

import os
import time

from flask import Blueprint, current_app, jsonify, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from server.extensions import Session
from server.user.models import User
from werkzeug.security import check_password_hash, generate_password_hash

blueprint = Blueprint("user", __name__)


def tokens():
    """Every pod takes the tokens of the others."""
    return URLSafeTimedSerializer(current_app.secret_key)


@blueprint.post("/signup")
def signup():
    given = request.get_json()
    with Session() as session:
        if session.query(User).filter_by(email=given["email"]).first():
            return jsonify(msg="User already exists")
        user = User(
            username=given["email"],
            email=given["email"],
            password=generate_password_hash(given["password"]),
            first_name=given["first_name"],
            created_on=int(time.time()),
            # A mail with a link would make it active.
            active=0 if os.environ.get("SEND_EMAIL", "True") == "True" else 1,
        )
        session.add(user)
        session.commit()
        return jsonify(msg="User created")


@blueprint.post("/login")
def login():
    given = request.get_json()
    with Session() as session:
        user = session.query(User).filter_by(username=given["email"]).first()
        if user is None:
            return jsonify(msg="Wrong username or password")
        if not check_password_hash(user.password, given["password"]):
            return jsonify(msg="wrong password")
        if not user.active:
            return jsonify(msg="NotConfirmed")
        return jsonify(access_token=tokens().dumps(user.username))


@blueprint.get("/profile")
def profile():
    try:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        name = tokens().loads(token, max_age=7200)
    except BadSignature:
        return jsonify(msg="Missing or invalid token"), 401
    with Session() as session:
        user = session.query(User).filter_by(username=name).one()
        return jsonify(username=user.username, first_name=user.first_name, email=user.email)
