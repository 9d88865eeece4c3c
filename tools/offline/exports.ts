import * as pulumi from "@pulumi/pulumi";
import { isJson } from "../../lib/objects";

/** One of the program's exports. */
export interface StackOutput {
  readonly name: string;
  /** Undefined if it is known only once objects are live. */
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
