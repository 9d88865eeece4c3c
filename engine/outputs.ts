import * as pulumi from "@pulumi/pulumi";
import { isJson } from "./objects";

/** One of the program's exports. */
export interface StackOutput {
  readonly name: string;
  /** Undefined where it is not known before objects are live. */
  readonly value: unknown;
  readonly secret: boolean;
}

/** Resolves what a program exports; an output is secret if any part of it is. */
export async function readOutputs(exported: unknown): Promise<readonly StackOutput[]> {
  if (!isJson(exported)) return [];
  const names = Object.keys(exported).filter((name) => name !== "default" && name !== "__esModule");
  return Promise.all(names.map((name) => readOutput(name, exported[name])));
}

async function readOutput(name: string, exported: unknown): Promise<StackOutput> {
  const output: pulumi.Output<unknown> = pulumi.output(exported);
  const secret = await pulumi.isSecret(output);
  // `promise` and `isKnown` are how Pulumi's own stack reads its exports; its types omit them.
  const readable = output as unknown as {
    readonly isKnown: Promise<boolean>;
    promise(): Promise<unknown>;
  };
  const value = await readable.promise();
  return { name, value: (await readable.isKnown) ? value : undefined, secret };
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
