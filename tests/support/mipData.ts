import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./stackberth";

export const validator = join(root, "systems", "mip", "files", "validate_data.py");

/** A variable of the metadata, as its JSON has it. */
export const variable = (code: string, more: object = {}) => ({
  code,
  isCategorical: false,
  sql_type: "text",
  type: "text",
  ...more,
});
export const nominal = (code: string, ...codes: string[]) =>
  variable(code, {
    isCategorical: true,
    type: "nominal",
    enumerations: codes.map((each) => ({ code: each, label: each })),
  });
export const dataset = nominal("dataset", "site_a", "site_b");
export const metadata = {
  code: "tbi",
  version: "0.1",
  label: "TBI",
  variables: [dataset, variable("subjectcode")],
  groups: [
    {
      code: "clinical",
      variables: [
        variable("age", { sql_type: "int", type: "integer", minValue: 0, maxValue: 130 }),
        variable("score", { sql_type: "real", type: "real" }),
      ],
      groups: [{ code: "inner", variables: [nominal("gender", "F", "M")] }],
    },
  ],
};
export const table = ["dataset,age,score,gender", "site_a,17.0,0.5,F", "site_a,,,", ""].join("\n");

/** What a folder of data holds, by path; `undefined` takes a file of `good` away. */
export type Files = Readonly<Record<string, string | Buffer | undefined>>;
export const good: Files = {
  "tbi/CDEsMetadata.json": JSON.stringify(metadata, null, 2),
  "tbi/a.csv": table,
  "tbi/b.csv": table.replaceAll("site_a", "site_b"),
};

/** The metadata with changes, and one CSV file of these lines. */
export const meta = (changes: object): Files => ({
  "tbi/CDEsMetadata.json": JSON.stringify({ ...metadata, ...changes }, null, 2),
});
export const csv = (...lines: string[]): Files => ({ "tbi/a.csv": `${lines.join("\n")}\n` });
export const header = "dataset,age,score,gender";

/** Writes the files of `good` with these changes. */
export function writeData(folder: string, changes: Files): void {
  for (const [name, content] of Object.entries({ ...good, ...changes })) {
    if (content === undefined) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Runs the validator over a folder, in which these pathologies must be. */
export function validateData(
  folder: string,
  ...names: readonly string[]
): { readonly status: number | null; readonly output: string } {
  const argv = [validator, folder, ...names];
  const { status, stdout, stderr } = spawnSync("python3", argv, { encoding: "utf8" });
  assert.equal(stderr, "");
  return { status, output: stdout };
}
