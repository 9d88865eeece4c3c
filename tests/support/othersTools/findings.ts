import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "../../../lib/objects";
import { run } from "../../../tools/toolchain";

/** The objects of several stacks, by the stacks' names. */
export type Stacks = Readonly<Record<string, readonly KubeObject[]>>;

/** What a tool holds against one container of an object, or against the object. */
export interface Finding {
  /** The tool and its name for the check. */
  readonly check: string;
  readonly stack: string;
  readonly namespace: string;
  /** Kind and name; a Job's without the digest of its content. */
  readonly object: string;
  /** Empty for a finding that is the object's. */
  readonly container: string;
}

/** Findings that stay. */
export interface Exception {
  readonly checks: readonly string[];
  readonly reason: string;
  /** By `STACK/NAMESPACE, …` and object, the containers; none for what is the object's. */
  readonly covers: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** `Kind name`, which a changed template leaves as it is. */
export const objectName = (kind: string, name: string): string =>
  `${kind} ${kind === "Job" ? name.replace(/-[0-9a-f]{8}$/, "") : name}`;

/** The findings that an exception covers, in words. */
const covered = ({ checks, covers }: Exception): string[] =>
  Object.entries(covers).flatMap(([places, objects]) =>
    places
      .split(", ")
      .flatMap((place) =>
        Object.entries(objects).flatMap(([object, containers]) =>
          checks.flatMap((check) =>
            (containers.length > 0 ? containers : ["the object"]).map((container) =>
              [check, place, object, container].join(", "),
            ),
          ),
        ),
      ),
  );

/** Where findings and exceptions differ, in words. */
export function compared(findings: readonly Finding[], exceptions: readonly Exception[]): string[] {
  const found = new Set(
    findings.map(({ check, stack, namespace, object, container }) =>
      [check, `${stack}/${namespace}`, object, container || "the object"].join(", "),
    ),
  );
  const known = new Set(exceptions.flatMap(covered));
  const missing = [...found].filter((each) => !known.has(each));
  const stale = [...known].filter((each) => !found.has(each));
  return [
    ...missing.map((each) => `${each}: no exception covers it`),
    ...stale.map((each) => `${each}: the exception covers nothing`),
  ];
}

/** The number of objects with each finding, by check and stack. */
export function table(findings: readonly Finding[]): string {
  const rows = new Map<string, Set<string>>();
  for (const { check, stack, namespace, object } of findings) {
    const row = `${stack}  ${check}`;
    rows.set(row, (rows.get(row) ?? new Set()).add(`${namespace}/${object}`));
  }
  const lines = [...rows].map(([row, objects]) => `${String(objects.size).padStart(4)}  ${row}`);
  return ["objects with findings, exceptions included:", ...lines.sort()].join("\n");
}

/** Hears what a build of a program says. */
export const progress = (line: string): void => console.log(`    ${line}`);

/** Runs a program; returns what it prints, though it may end with 1 because it found something. */
export async function printed(
  program: string,
  words: readonly string[],
  cwd?: string,
): Promise<unknown> {
  const complaints: string[] = [];
  const onComplaint = (line: string): void => void complaints.push(line);
  const { stdout } = await run(program, words, { onComplaint, ...(cwd !== undefined && { cwd }) });
  if (/^[[{]/.test(stdout)) return JSON.parse(stdout);
  throw new Error(`${program}: ${[stdout, ...complaints].join("\n")}`);
}

/** Writes the objects of each stack to a file; JSON, since in older YAML `off` is no word. */
export function written(folder: string, stacks: Stacks): [stack: string, file: string][] {
  return Object.entries(stacks).map(([stack, objects]) => {
    const file = join(folder, `${stack}.json`);
    writeFileSync(file, objects.map((object) => JSON.stringify(object)).join("\n---\n"));
    return [stack, file];
  });
}
