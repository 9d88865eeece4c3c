import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Names under which parts of a system have stood, and the one name of their role. */
const roles: Readonly<Record<string, RegExp>> = {
  "names.ts": /^(contract|constants|ports|paths)\.ts$/,
  "sizes.ts": /^(tiers|modes|limits|resources|quotas?|probes)\.ts$/,
  "network.ts": /^(traffic|polic(y|ies)|networkPolic(y|ies))\.ts$/,
  "rules.ts": /^(checks?|validations?|constraints)\.ts$/,
};
/** What every system's parts/ has; rules.ts only where the rules do not stand in schema.ts. */
const required = ["names.ts", "sizes.ts", "network.ts"];
const longest = 300;

/** Where the folder of a system differs from the one shape; empty if nowhere. */
export function shapeFaults(folder: string): readonly string[] {
  const name = basename(folder);
  const system = `${name}.ts`;
  const files = ["index.ts", "schema.ts", "secrets.ts", system, "runbook.ts", "README.md"];
  const top = readdirSync(folder);
  const parts = existsSync(join(folder, "parts")) ? readdirSync(join(folder, "parts")) : [];
  const read = (...path: string[]): string =>
    existsSync(join(folder, ...path)) ? readFileSync(join(folder, ...path), "utf8") : "";
  const says: readonly (readonly [path: string[], pattern: RegExp, what: string])[] = [
    [["index.ts"], new RegExp(`export const ${name} = defineSystem\\(`), "the system's entry"],
    [
      [system],
      /export function create\w+\(context: Context, parent: pulumi\.Resource\): Deployed/,
      "what creates it",
    ],
    [["parts", "network.ts"], /export function allowTraffic\(/, "allowTraffic"],
  ];
  const typescript = [
    ...top.filter((each) => each.endsWith(".ts")).map((each) => [each]),
    ...parts.map((each) => ["parts", each]),
  ];
  return [
    ...files.filter((each) => !top.includes(each)).map((each) => `${each} is missing`),
    ...top
      .filter((each) => ![...files, "files", "parts"].includes(each))
      .map((each) => `${each} belongs in parts/ or files/`),
    ...required.filter((each) => !parts.includes(each)).map((each) => `parts/${each} is missing`),
    ...parts.flatMap((each) =>
      Object.entries(roles)
        .filter(([, other]) => other.test(each))
        .map(([role]) => `parts/${each} must be called ${role}`),
    ),
    ...says
      .filter(([path, pattern]) => !pattern.test(read(...path)))
      .map(([path, , what]) => `${path.join("/")} does not export ${what}`),
    ...typescript
      .map((path) => ({ path, lines: read(...path).split("\n").length - 1 }))
      .filter(({ lines }) => lines > longest)
      .map(({ path, lines }) => `${path.join("/")} has ${lines} lines; at most ${longest}`),
  ];
}
