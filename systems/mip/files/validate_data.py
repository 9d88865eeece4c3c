"""Validates a federation's data before a worker loads it.

usage: validate_data.py FOLDER [PATHOLOGY ...]

FOLDER has one folder for each pathology, and that has a CDEsMetadata.json, which declares the
variables, and CSV files with the values. Every PATHOLOGY named must be there with at least one CSV.

Prints FILE:LINE: PROBLEM for what is wrong, paths from FOLDER on, and ends with 1 if anything is.
Needs nothing but Python 3.9 or newer.
"""

import csv
import json
import math
import sys
from collections import Counter
from pathlib import Path

METADATA = "CDEsMetadata.json"
SQL_TYPES = {"text", "real", "int"}
TYPES = {"nominal", "text", "real", "integer"}
SHOWN_PER_FILE = 5
# One field may be a whole report; Python's own limit is 128 KiB.
csv.field_size_limit(16 * 2**20)


class Problems:
    """What is wrong, by file; of many problems in one file only the first are kept."""

    def __init__(self, root):
        self.root = root
        self.lines = []
        self.counts = Counter()

    def add(self, path, line, text):
        name = path.relative_to(self.root).as_posix()
        self.counts[name] += 1
        if self.counts[name] <= SHOWN_PER_FILE:
            place = name if line is None else f"{name}:{line}"
            self.lines.append((name, f"{place}: {text}"))

    def report(self):
        """The problems in the order of the files, each file's own in the order they were found."""
        for name in sorted(self.counts):
            yield from (text for owner, text in self.lines if owner == name)
            more = self.counts[name] - SHOWN_PER_FILE
            if more > 0:
                yield f"{name}: {more} more problems"


def variables_of(node):
    """All variables of the metadata's tree of groups."""
    found = list(node.get("variables") or [])
    for group in node.get("groups") or []:
        found.extend(variables_of(group))
    return found


def read_metadata(path, problems):
    """The metadata and its variables by code, or None where they cannot be used."""
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        problems.add(path, undecodable_line(path), "is not UTF-8; save it as UTF-8")
        return None
    except json.JSONDecodeError as error:
        problems.add(path, error.lineno, f"is no JSON: {error.msg}")
        return None
    if not isinstance(metadata, dict):
        problems.add(path, None, "must be one JSON object")
        return None
    for key in ("code", "version"):
        if not isinstance(metadata.get(key), str) or not metadata[key]:
            problems.add(path, None, f'"{key}" must be a text that is not empty')
    try:
        variables = variables_of(metadata)
    except (AttributeError, TypeError):
        problems.add(path, None, '"variables" and "groups" must be lists of objects')
        return None
    by_code = {}
    for variable in variables:
        code = check_variable(path, variable, problems)
        if code is None:
            continue
        if code in by_code:
            problems.add(path, None, f'variable "{code}" is declared twice')
        by_code[code] = variable
    required = ["dataset"] + (["subjectid", "visitid"] if metadata.get("longitudinal") else [])
    for code in required:
        if code not in by_code:
            problems.add(path, None, f'variable "{code}" is missing')
    return metadata, by_code, required


def check_variable(path, variable, problems):
    """The variable's code, or None where it has none."""
    code = variable.get("code") if isinstance(variable, dict) else None
    if not isinstance(code, str) or not code:
        problems.add(path, None, 'a variable has no "code"')
        return None
    if not isinstance(variable.get("isCategorical"), bool):
        problems.add(path, None, f'variable "{code}": "isCategorical" must be true or false')
    for key, allowed in (("sql_type", SQL_TYPES), ("type", TYPES)):
        if str(variable.get(key)).lower() not in allowed:
            words = ", ".join(sorted(allowed))
            problems.add(path, None, f'variable "{code}": "{key}" must be one of {words}')
    if variable.get("isCategorical") and not codes_of(variable):
        problems.add(path, None, f'variable "{code}" is categorical but has no "enumerations"')
    return code


def codes_of(variable):
    """The values that a categorical variable may have."""
    listed = variable.get("enumerations")
    if not isinstance(listed, list):
        return set()
    return {str(each.get("code")) for each in listed if isinstance(each, dict)}


def undecodable_line(path):
    """Number of the first line that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def value_problem(variable, value):
    """What is wrong with one value, or None. An empty one is a missing one, and allowed."""
    if value == "":
        return None
    kind = str(variable.get("type")).lower()
    if variable.get("isCategorical"):
        allowed = codes_of(variable)
        return None if value in allowed else f'"{value}" is none of {some_of(allowed)}'
    if kind not in ("real", "integer"):
        return None
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    # 80.0 is a whole number too: so some programs write a column of which values are missing.
    if not math.isfinite(number) or (kind == "integer" and not number.is_integer()):
        return f'"{value}" is no {"number" if kind == "real" else "whole number"}'
    low, high = (bound(variable, *names) for names in (("min", "minValue"), ("max", "maxValue")))
    if low is not None and number < low:
        return f"{value} is less than the least, {low}"
    if high is not None and number > high:
        return f"{value} is more than the most, {high}"
    return None


def bound(variable, *names):
    """The first of the names that is a number, or None."""
    values = (variable.get(name) for name in names)
    return next((value for value in values if isinstance(value, (int, float))), None)


def some_of(words, shown=5):
    """A few words of many."""
    listed = sorted(words)
    more = ", ..." if len(listed) > shown else ""
    return ", ".join(listed[:shown]) + more


def check_header(path, header, by_code, required, problems):
    """Whether the rows can be checked by it."""
    good = True
    for column, times in Counter(header).items():
        if column.strip() == "":
            problems.add(path, 1, "a column has no name")
            good = False
        elif times > 1:
            problems.add(path, 1, f'column "{column}" is there {times} times')
            good = False
        elif column not in by_code:
            problems.add(path, 1, f'column "{column}" is not declared in {METADATA}')
    for code in required:
        if code not in header:
            problems.add(path, 1, f'column "{code}" is missing')
            good = False
    return good


def check_rows(path, reader, header, by_code, required, problems):
    """Checks every row. Returns the datasets it has values of."""
    datasets = set()
    rows = 0
    for row in reader:
        # A quoted field may span lines: the number is that of the row's last one.
        line = reader.line_num
        if not row:
            problems.add(path, line, "is an empty line; remove it")
            continue
        rows += 1
        if len(row) != len(header):
            problems.add(path, line, f"has {len(row)} columns, the header has {len(header)}")
            continue
        values = dict(zip(header, row))
        for code in required:
            if values[code].strip() == "":
                problems.add(path, line, f'column "{code}" must not be empty')
        for column, value in values.items():
            wrong = value_problem(by_code[column], value) if column in by_code else None
            if wrong is not None:
                problems.add(path, line, f'column "{column}": {wrong}')
        if values["dataset"]:
            datasets.add(values["dataset"])
    if rows == 0:
        problems.add(path, None, "has a header but no row")
    return datasets


def check_csv(path, by_code, required, problems):
    """Checks one CSV. Returns the datasets it has values of."""
    if path.stat().st_size == 0:
        problems.add(path, None, "is empty; the first line must name the columns")
        return set()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader)
            if header and header[0].startswith("\ufeff"):
                problems.add(path, 1, "begins with a byte order mark; save it as UTF-8 without one")
                header[0] = header[0][1:]
            if not check_header(path, header, by_code, required, problems):
                return set()
            return check_rows(path, reader, header, by_code, required, problems)
    except UnicodeDecodeError:
        problems.add(path, undecodable_line(path), "is not UTF-8; save it as UTF-8")
    except csv.Error as error:
        problems.add(path, reader.line_num, f"is no CSV: {error}")
    return set()


def check_pathology(folder, must_have_data, problems):
    """Checks one folder. Returns the data model it declares, and how many CSVs it has."""
    tables = sorted(each for each in folder.iterdir() if each.suffix.lower() == ".csv")
    path = folder / METADATA
    if not path.is_file():
        problems.add(folder, None, f"has no {METADATA}")
        return None, len(tables)
    if not tables and must_have_data:
        problems.add(folder, None, "has no CSV")
    for table in tables:
        if table.suffix != ".csv":
            problems.add(table, None, "would be passed over: its name must end with .csv")
    read = read_metadata(path, problems)
    if read is None:
        return None, len(tables)
    metadata, by_code, required = read
    if any(code not in by_code for code in required):
        return None, len(tables)
    owners = {}
    for table in tables:
        for dataset in check_csv(table, by_code, required, problems):
            if dataset in owners:
                other = owners[dataset].name
                problems.add(table, None, f'has dataset "{dataset}", which {other} has already')
            owners.setdefault(dataset, table)
    return (metadata.get("code"), metadata.get("version")), len(tables)


def check_folder(root, pathologies):
    """Checks everything. Returns the problems, and a sentence on what was found."""
    problems = Problems(root)
    entries = sorted(each for each in root.iterdir() if not each.name.startswith("."))
    # A new volume may bring a folder of its file system's own.
    folders = [each for each in entries if each.is_dir() and each.name != "lost+found"]
    for stray in entries:
        if stray.is_file() and (stray.suffix.lower() == ".csv" or stray.name == METADATA):
            problems.add(stray, None, "belongs into a folder of its pathology")
    for name in pathologies:
        if not (root / name).is_dir():
            problems.add(root / name, None, "is missing: a folder of this name must be there")
    models = {}
    tables = 0
    for folder in folders:
        model, count = check_pathology(folder, folder.name in pathologies, problems)
        tables += count
        if model is not None and model in models:
            name = models[model].name
            problems.add(folder / METADATA, None, f"has the code and version of {name}'s")
        elif model is not None:
            models[model] = folder
    return problems, f"{len(folders)} pathologies, {tables} CSV files"


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    root, *pathologies = arguments
    root = Path(root)
    if not root.is_dir():
        print(f"{root}: is no folder")
        return 1
    problems, found = check_folder(root, pathologies)
    for line in problems.report():
        print(line)
    total = sum(problems.counts.values())
    print(f"{found}: {'valid' if total == 0 else f'{total} problems'}")
    return 0 if total == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
