import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./folders";

/** The items that a system's image must offer, by the table of its README. */
export function imageContract(system: string): readonly string[] {
  const readme = readFileSync(join(root, "systems", system, "README.md"), "utf8");
  const [, section = ""] = readme.split("## What the image must offer\n");
  const [table = ""] = section.split("\n## ");
  // Without the head of the table and the line below it.
  return [...table.matchAll(/^\| (.+?) \|/gm)].map(([, item = ""]) => item).slice(2);
}
