import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./folders";

const file = join(root, "docs", "reliability.md");

/**
 * Prints a figure that a test measured. With `FIGURES_UPDATE=1` it also goes into docs/reliability.md.
 *
 * @param title - The first cell of its line in the table there, which must exist.
 */
export function figure(title: string, measured: string): void {
  console.log(`      ${title}: ${measured}`);
  const lines = readFileSync(file, "utf8").split("\n");
  const index = lines.findIndex((line) => line.startsWith(`| ${title} |`));
  assert.notEqual(index, -1, `docs/reliability.md has no line "${title}"`);
  if (process.env["FIGURES_UPDATE"] !== "1") return;
  lines[index] = `| ${title} | ${measured} |`;
  writeFileSync(file, lines.join("\n"));
}

/** Runs something, and says how long it took. @returns Its result, and for example `12.3 s`. */
export async function timed<T>(work: Promise<T>): Promise<readonly [T, string]> {
  const began = Date.now();
  const result = await work;
  return [result, `${((Date.now() - began) / 1000).toFixed(1)} s`];
}
