import { isJson } from "../../lib/objects";

/** One of the program's exports. */
export interface StackOutput {
  readonly name: string;
  /** Undefined where it is not known before objects are live. */
  readonly value: unknown;
  readonly secret: boolean;
}

/** The outputs as printed: urls first, secret ones hidden. */
export function outputLines(outputs: readonly StackOutput[]): readonly string[] {
  const urls = outputs.filter(({ name }) => name === "urls");
  const rest = outputs.filter(({ name }) => name !== "urls");
  return [...urls, ...rest].flatMap(({ name, value, secret }) => {
    if (secret) return [`${name}: [secret]`];
    if (value === undefined) return [`${name}: (known after up)`];
    return [`${name}:${printed(value, "  ")}`];
  });
}

function printed(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== "object")) return ` ${value.map(String).join(", ")}`;
    return value.map((item) => `\n${indent}-${printed(item, `${indent}  `)}`).join("");
  }
  if (!isJson(value)) return ` ${String(value)}`;
  const lines = Object.entries(value).map(([key, inner]) => {
    return `\n${indent}${key}:${printed(inner, `${indent}  `)}`;
  });
  return lines.join("");
}
