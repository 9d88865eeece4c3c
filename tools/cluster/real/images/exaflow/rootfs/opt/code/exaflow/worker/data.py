"""A worker's data: the CSVs of each pathology in a table of DuckDB, which every start makes anew."""

import json
from pathlib import Path

import duckdb
from exaflow.worker import config

connection = None
#: What each data model holds: its variables by code, and the variables of each dataset.
models = {}


def load():
    global connection
    Path(config.duckdb_path).unlink(missing_ok=True)
    connection = duckdb.connect(config.duckdb_path)
    for metadata in sorted(Path(config.data_path).glob("*/CDEsMetadata.json")):
        files = sorted(str(each) for each in metadata.parent.glob("*.csv"))
        if files:
            load_model(json.loads(metadata.read_text(encoding="utf-8")), files)


def load_model(metadata, files):
    name = f"{metadata['code']}:{metadata['version']}"
    reads = "SELECT * FROM read_csv(?, header = true, all_varchar = true, union_by_name = true)"
    connection.execute(f'CREATE TABLE "{name}" AS {reads}', [files])
    columns = [row[0] for row in connection.execute(f'DESCRIBE "{name}"').fetchall()]
    datasets = connection.execute(f'SELECT DISTINCT dataset FROM "{name}"').fetchall()
    models[name] = {
        "cdes": {each["code"]: each for each in variables(metadata)},
        "datasets": {dataset: columns for (dataset,) in datasets},
    }


def variables(node):
    found = list(node.get("variables") or [])
    for group in node.get("groups") or []:
        found += variables(group)
    return found


def sums(model, datasets, names):
    """For each variable the number of its values, their sum and the sum of their squares; and the fewest values."""
    values, fewest = [], None
    for name in names:
        number = f'TRY_CAST("{name}" AS DOUBLE)'
        row = connection.cursor().execute(
            f"SELECT count(v), coalesce(sum(v), 0), coalesce(sum(v * v), 0) FROM "
            f'(SELECT {number} AS v FROM "{model}" WHERE list_contains(?, dataset))',
            [datasets],
        )
        found = [float(each) for each in row.fetchone()]
        values += found
        fewest = found[0] if fewest is None else min(fewest, found[0])
    return values, fewest


def check():
    connection.cursor().execute("SELECT 1").fetchone()
