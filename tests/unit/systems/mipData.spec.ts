import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  csv,
  dataset,
  type Files,
  header,
  meta,
  metadata,
  nominal,
  table,
  variable,
  validateData,
  validator,
  writeData,
} from "../../support/mipData";
import { needsPython } from "../../support/python";

/** A fault in the files of `good`, the pathologies to require, and what must be printed. */
type Fault = readonly [title: string, changes: Files, names: readonly string[], says: string[]];

const faults: readonly Fault[] = [
  ["a required pathology without a folder", {}, ["dementia"], ["dementia: is missing"]],
  ["no metadata", { "tbi/CDEsMetadata.json": undefined }, [], ["tbi: has no CDEsMetadata.json"]],
  [
    "a required pathology without CSV files",
    { "tbi/a.csv": undefined, "tbi/b.csv": undefined },
    ["tbi"],
    ["tbi: has no CSV"],
  ],
  [
    "a CSV file next to the folders",
    { "a.csv": table },
    [],
    ["a.csv: belongs in the folder of its pathology"],
  ],
  [
    "a CSV file with a name in capitals",
    { "tbi/C.CSV": table.replaceAll("site_a", "site_b"), "tbi/b.csv": undefined },
    [],
    ["tbi/C.CSV: would be ignored"],
  ],
  [
    "metadata that is not JSON",
    { "tbi/CDEsMetadata.json": '{\n  "code": "tbi",\n  oops\n}' },
    [],
    ["tbi/CDEsMetadata.json:3: is not valid JSON"],
  ],
  [
    "metadata in Latin-1",
    { "tbi/CDEsMetadata.json": Buffer.from('{\n"code": "caf\xe9"}', "latin1") },
    [],
    ["tbi/CDEsMetadata.json:2: is not UTF-8"],
  ],
  ["metadata as a list", { "tbi/CDEsMetadata.json": "[]" }, [], ["must be a JSON object"]],
  [
    "metadata without a version",
    meta({ version: undefined }),
    [],
    ['"version" must be a non-empty string'],
  ],
  [
    "metadata with a number as version",
    meta({ version: 1 }),
    [],
    ['"version" must be a non-empty string'],
  ],
  [
    "groups that are not a list",
    meta({ groups: { a: 1 } }),
    [],
    ['"variables" and "groups" must be lists'],
  ],
  ["no variable dataset", meta({ variables: [] }), [], ['variable "dataset" is missing']],
  [
    "a variable without a code",
    meta({ variables: [dataset, { label: "?" }] }),
    [],
    ['a variable has no "code"'],
  ],
  [
    "a variable declared twice",
    meta({ variables: [dataset, variable("age")] }),
    [],
    ['variable "age" is declared twice'],
  ],
  [
    "a variable of an unknown type",
    meta({ variables: [dataset, variable("x", { type: "date" })] }),
    [],
    ['variable "x": "type" must be one of integer, nominal, real, text'],
  ],
  [
    "a category without codes",
    meta({ variables: [dataset, nominal("x")] }),
    [],
    ['variable "x" is categorical but has no "enumerations"'],
  ],
  [
    "two pathologies with one code and version",
    { "other/CDEsMetadata.json": JSON.stringify(metadata) },
    [],
    ["tbi/CDEsMetadata.json: has the same code and version as other"],
  ],
  ["an empty file", { "tbi/a.csv": "" }, [], ["tbi/a.csv: is empty"]],
  ["a header without rows", csv(header), [], ["tbi/a.csv: has a header but no row"]],
  [
    "an unknown column",
    csv(`${header},weight`, "site_a,17,0.5,F,80"),
    [],
    ['tbi/a.csv:1: column "weight" is not declared'],
  ],
  [
    "a repeated column",
    csv(`${header},age`, "site_a,17,0.5,F,17"),
    [],
    ['tbi/a.csv:1: column "age" appears 2 times'],
  ],
  ["a column without a name", csv(`${header},`, "site_a,1,1,F,"), [], [":1: a column has no name"]],
  [
    "no column dataset",
    csv("age,score", "17,0.5"),
    [],
    ['tbi/a.csv:1: column "dataset" is missing'],
  ],
  [
    "semicolons",
    csv(header.replaceAll(",", ";"), "site_a;17;0.5;F"),
    [],
    ['tbi/a.csv:1: column "dataset" is missing', "is not declared"],
  ],
  [
    "a byte order mark",
    { "tbi/a.csv": `\ufeff${table}` },
    [],
    ["tbi/a.csv:1: begins with a byte order mark"],
  ],
  [
    "a row with too few columns",
    csv(header, "site_a,17,0.5,F", "site_a,17,0.5"),
    [],
    ["tbi/a.csv:3: has 3 columns, the header has 4"],
  ],
  [
    "a row with too many columns, after a field of two lines",
    csv(header, '"site_a",17,0.5,"F"', "site_a,17,0.5,F,1"),
    [],
    ["tbi/a.csv:3: has 5 columns, the header has 4"],
  ],
  ["an empty line", csv(header, "", "site_a,1,1,F"), [], ["tbi/a.csv:2: is an empty line"]],
  [
    "a row in Latin-1",
    { "tbi/a.csv": Buffer.from(`${header}\nsite_a,1,1,F\nsite_a,1,1,\xe9\n`, "latin1") },
    [],
    ["tbi/a.csv:3: is not UTF-8"],
  ],
  ["an open quote", csv(header, 'site_a,1,1,"F'), [], ["tbi/a.csv:2: is not valid CSV"]],
  ["no dataset", csv(header, ",17,0.5,F"), [], [':2: column "dataset" must not be empty']],
  [
    "an unknown dataset",
    csv(header, "site_c,17,0.5,F"),
    [],
    [':2: column "dataset": "site_c" must be one of site_a, site_b'],
  ],
  [
    "one dataset in two files",
    { "tbi/b.csv": table },
    [],
    ['tbi/b.csv: has dataset "site_a", as a.csv does'],
  ],
  [
    "an unknown category",
    csv(header, "site_a,17,0.5,X"),
    [],
    [':2: column "gender": "X" must be one of F, M'],
  ],
  [
    "words for a number",
    csv(header, "site_a,17,high,F"),
    [],
    [':2: column "score": "high" must be a number'],
  ],
  [
    "NaN for a number",
    csv(header, "site_a,17,nan,F"),
    [],
    [':2: column "score": "nan" must be a number'],
  ],
  [
    "a fraction for a whole number",
    csv(header, "site_a,17.5,1,F"),
    [],
    [':2: column "age": "17.5" must be a whole number'],
  ],
  [
    "a number below the minimum",
    csv(header, "site_a,-1,1,F"),
    [],
    [':2: column "age": -1 must be at least 0'],
  ],
  [
    "a number above the maximum",
    csv(header, "site_a,131,1,F"),
    [],
    ['"age": 131 must be at most 130'],
  ],
  [
    "visits without subjects",
    meta({ longitudinal: true }),
    [],
    ['variable "subjectid" is missing', 'variable "visitid" is missing'],
  ],
  [
    "a row without a visit",
    {
      ...meta({
        longitudinal: true,
        variables: [dataset, variable("subjectid"), nominal("visitid", "BL", "FL1")],
      }),
      "tbi/a.csv": "dataset,subjectid,visitid\nsite_a,1,BL\nsite_a,2,\n",
      "tbi/b.csv": undefined,
    },
    [],
    ['tbi/a.csv:3: column "visitid" must not be empty'],
  ],
];

describe("MIP's validate_data.py", () => {
  let folder = "";

  before(function () {
    needsPython(this);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackberth-mip-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (changes: Files): void => writeData(folder, changes);

  const validate = (...names: string[]) => validateData(folder, ...names);

  it("accepts valid data", () => {
    write({});
    const { status, output } = validate("tbi");
    assert.equal(output, "2 CSV files in 1 folders: valid\n");
    assert.equal(status, 0);
  });

  it("ignores what a file system or a person leaves around", () => {
    write({ "lost+found/x": "", ".snapshot/a.csv": "", "tbi/README.txt": "?", "notes.txt": "" });
    assert.equal(validate().status, 0);
  });

  it("accepts an empty folder unless a pathology is required", () => {
    assert.equal(validate().status, 0);
    assert.equal(validate("tbi").status, 1);
  });

  for (const [title, changes, names, says] of faults) {
    it(`refuses ${title}`, () => {
      write(changes);
      const { status, output } = validate(...names);
      assert.equal(status, 1, output);
      for (const words of says) assert.ok(output.includes(words), `no "${words}" in:\n${output}`);
      assert.match(output, /: \d+ problems\n$/);
    });
  }

  it("counts lines of the file, even if a field spans several", () => {
    write({
      ...meta({ variables: [dataset, variable("note")], groups: [] }),
      "tbi/a.csv": 'dataset,note\nsite_a,"two\nlines"\nsite_a\n',
      "tbi/b.csv": undefined,
    });
    assert.match(validate().output, /^tbi\/a\.csv:4: has 1 columns/m);
  });

  it("prints the first problems of a file and counts the rest", () => {
    write(csv(header, ...Array.from({ length: 12 }, () => "site_a,x,1,F")));
    const { output } = validate();
    assert.equal(output.match(/must be a whole number/g)?.length, 5);
    assert.match(output, /tbi\/a\.csv: 7 more problems/);
    assert.match(output, /: 12 problems\n$/);
  });

  it("prints its usage, and reports a missing folder", () => {
    assert.equal(spawnSync("python3", [validator]).status, 2);
    const missing = validateData("/no/such");
    assert.equal(missing.status, 1);
    assert.match(missing.output, /is not a folder/);
  });
});
