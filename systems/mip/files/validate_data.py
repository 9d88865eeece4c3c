"""Validates a federation's data before a worker loads it.

usage: validate_data.py FOLDER [PATHOLOGY ...]

FOLDER holds a folder for each pathology, with CSV files and a CDEsMetadata.json that declares their
columns. Every PATHOLOGY named must have a folder with at least one CSV file.

Prints FILE:LINE: PROBLEM with paths relative to FOLDER, and exits with 1 if it finds any problem.
Needs Python 3.9 or newer, and nothing else.
"""

import csv
import json
import math
import sys
from collections import Counter
from pathlib import Path

METADATA = "CDEsMetadata.json"
SQL_TYPES = ("int", "real", "text")
TYPES = ("integer", "nominal", "real", "text")
SHOWN_PER_FILE = 5
csv.field_size_limit(16 * 2**20)  # A field may hold a whole report; the default is 128 KiB.


class Problems:
    """Problems by file. Keeps the first few of each file and counts the rest."""

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
        """The problems, sorted by file, in the order in which they were found."""
        for name in sorted(self.counts):
            yield from (text for owner, text in self.lines if owner == name)
            if self.counts[name] > SHOWN_PER_FILE:
                yield f"{name}: {self.counts[name] - SHOWN_PER_FILE} more problems"


def variables_of(node):
    """All variables in the metadata's tree of groups."""
    found = list(node.get("variables") or [])
    for group in node.get("groups") or []:
        found.extend(variables_of(group))
    return found


def read_metadata(path, problems):
    """The metadata, its variables by code, and the required ones; None if they are unusable."""
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        problems.add(path, undecodable_line(path), "is not UTF-8; save it as UTF-8")
        return None
    except json.JSONDecodeError as error:
        problems.add(path, error.lineno, f"is not valid JSON: {error.msg}")
        return None
    if not isinstance(metadata, dict):
        problems.add(path, None, "must be a JSON object")
        return None
    for key in ("code", "version"):
        if not isinstance(metadata.get(key), str) or not metadata[key]:
            problems.add(path, None, f'"{key}" must be a non-empty string')
    try:
        variables = variables_of(metadata)
    except (AttributeError, TypeError):
        problems.add(path, None, '"variables" and "groups" must be lists of objects')
        return None
    by_code = {}
    for variable in variables:
        code = check_variable(path, variable, problems)
        if code in by_code:
            problems.add(path, None, f'variable "{code}" is declared twice')
        if code is not None:
            by_code[code] = variable
    required = ["dataset"] + (["subjectid", "visitid"] if metadata.get("longitudinal") else [])
    for code in required:
        if code not in by_code:
            problems.add(path, None, f'variable "{code}" is missing')
    return metadata, by_code, required


def check_variable(path, variable, problems):
    """The variable's code, or None if it has none."""
    code = variable.get("code") if isinstance(variable, dict) else None
    if not isinstance(code, str) or not code:
        problems.add(path, None, 'a variable has no "code"')
        return None
    if not isinstance(variable.get("isCategorical"), bool):
        problems.add(path, None, f'variable "{code}": "isCategorical" must be true or false')
    for key, allowed in (("sql_type", SQL_TYPES), ("type", TYPES)):
        if str(variable.get(key)).lower() not in allowed:
            problems.add(path, None, f'variable "{code}": "{key}" must be one of {", ".join(allowed)}')
    if variable.get("isCategorical") and not codes_of(variable):
        problems.add(path, None, f'variable "{code}" is categorical but has no "enumerations"')
    return code


def codes_of(variable):
    """The allowed values of a categorical variable."""
    listed = variable.get("enumerations")
    if not isinstance(listed, list):
        return set()
    return {str(each.get("code")) for each in listed if isinstance(each, dict)}


def undecodable_line(path):
    """The number of the first line that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def value_problem(variable, value):
    """The problem with a value, or None. An empty value means a missing one, and is allowed."""
    if value == "":
        return None
    kind = str(variable.get("type")).lower()
    if variable.get("isCategorical"):
        allowed = codes_of(variable)
        return None if value in allowed else f'"{value}" must be one of {some_of(allowed)}'
    if kind not in ("real", "integer"):
        return None
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    # Some programs write whole numbers as 80.0 if the column has missing values.
    if not math.isfinite(number) or (kind == "integer" and not number.is_integer()):
        return f'"{value}" must be a {"number" if kind == "real" else "whole number"}'
    low = bound(variable, "min", "minValue")
    high = bound(variable, "max", "maxValue")
    if low is not None and number < low:
        return f"{value} must be at least {low}"
    if high is not None and number > high:
        return f"{value} must be at most {high}"
    return None


def bound(variable, *names):
    """The first of these fields that is a number, or None."""
    return next((each for each in map(variable.get, names) if isinstance(each, (int, float))), None)


def some_of(words):
    """The first five of the words, as a list."""
    listed = sorted(words)
    return ", ".join(listed[:5]) + (", ..." if len(listed) > 5 else "")


def check_header(path, header, by_code, required, problems):
    """Checks the header. Returns whether the rows can be checked."""
    blocking = []
    for column, times in Counter(header).items():
        if column.strip() == "":
            blocking.append("a column has no name")
        elif times > 1:
            blocking.append(f'column "{column}" appears {times} times')
        elif column not in by_code:
            problems.add(path, 1, f'column "{column}" is not declared in {METADATA}')
    blocking += [f'column "{code}" is missing' for code in required if code not in header]
    for text in blocking:
        problems.add(path, 1, text)
    return not blocking


def check_rows(path, reader, header, by_code, required, problems):
    """Checks every row. Returns the datasets in them."""
    datasets = set()
    rows = 0
    for row in reader:
        # A quoted field may span lines; this is the number of the row's last line.
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
    """Checks one CSV file. Returns the datasets in it."""
    if path.stat().st_size == 0:
        problems.add(path, None, "is empty; its first line must name the columns")
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
        problems.add(path, reader.line_num, f"is not valid CSV: {error}")
    return set()


def csv_files(folder):
    """The CSV files of a folder, whether .csv or .CSV."""
    return sorted(each for each in folder.iterdir() if each.suffix.lower() == ".csv")


def check_pathology(folder, must_have_data, problems):
    """Checks one folder. Returns the data model that it declares, or None if it is unusable."""
    path = folder / METADATA
    if not path.is_file():
        problems.add(folder, None, f"has no {METADATA}")
        return None
    tables = csv_files(folder)
    if not tables and must_have_data:
        problems.add(folder, None, "has no CSV file")
    for table in tables:
        if table.suffix != ".csv":
            problems.add(table, None, "would be ignored; its name must end with .csv")
    metadata, by_code, required = read_metadata(path, problems) or ({}, {}, ["dataset"])
    if any(code not in by_code for code in required):
        return None
    owners = {}
    for table in tables:
        for dataset in check_csv(table, by_code, required, problems):
            owner = owners.setdefault(dataset, table)
            if owner is not table:
                text = f'has dataset "{dataset}", as {owner.name} does; keep it in one file'
                problems.add(table, None, text)
    return metadata.get("code"), metadata.get("version")


def check_folder(root, pathologies):
    """Checks all folders. Returns the problems, and a summary of what it found."""
    problems = Problems(root)
    entries = sorted(each for each in root.iterdir() if not each.name.startswith("."))
    # A new ext4 volume contains lost+found.
    folders = [each for each in entries if each.is_dir() and each.name != "lost+found"]
    for stray in entries:
        if stray.is_file() and (stray.suffix.lower() == ".csv" or stray.name == METADATA):
            problems.add(stray, None, "belongs in the folder of its pathology")
    for name in pathologies:
        if not (root / name).is_dir():
            problems.add(root / name, None, "is missing; create a folder of this name")
    models = {}
    for folder in folders:
        model = check_pathology(folder, folder.name in pathologies, problems)
        owner = models.setdefault(model, folder)
        if model is not None and owner is not folder:
            problems.add(folder / METADATA, None, f"has the same code and version as {owner.name}")
    tables = sum(len(csv_files(folder)) for folder in folders)
    return problems, f"{tables} CSV files in {len(folders)} folders"


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    root, pathologies = Path(arguments[0]), arguments[1:]
    if not root.is_dir():
        print(f"{root}: is not a folder")
        return 1
    problems, found = check_folder(root, pathologies)
    for line in problems.report():
        print(line)
    total = sum(problems.counts.values())
    print(f"{found}: {'valid' if total == 0 else f'{total} problems'}")
    return 0 if total == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
