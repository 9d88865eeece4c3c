"""Writes the configuration from its template and the environment, then reads it."""

import os
from pathlib import Path
from string import Template


def write():
    """@raises KeyError for a variable of the template that is not set."""
    template = Template(Path(os.environ["APP_CONFIG_TEMPLATE"]).read_text(encoding="utf-8"))
    text = template.substitute(os.environ)
    Path(os.environ["APP_CONFIG_LOCATION"]).write_text(text, encoding="utf-8")


def read():
    location = os.environ["SPRING_CONFIG_LOCATION"].removeprefix("file:")
    lines = Path(location).read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)
