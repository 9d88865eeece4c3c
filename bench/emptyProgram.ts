import { resolve } from "node:path";
import { findEngine } from "../tools/pulumi/engine";
import { operations } from "../tools/pulumi/operations";
import { openStack } from "../tools/pulumi/stack";

/*
 * The floor of what Pulumi takes: `emptyProgram.ts OPERATION FOLDER STACK` runs a program without resources by
 * the same engine, in the same way as the project's own commands do.
 */

async function main(): Promise<void> {
  const [operation = "", folder = "", stack = ""] = process.argv.slice(2);
  if (!isOperation(operation)) throw new Error(`no operation: ${operation}`);
  const root = resolve(__dirname, "..");
  const line = (text: string): void => console.log(text);
  const engine = await findEngine({ root, parts: [], progress: line });
  const opened = await openStack({ root: folder, stack, engine, line });
  await operations[operation](opened, { onEvent: () => undefined });
}

const isOperation = (name: string): name is keyof typeof operations =>
  Object.hasOwn(operations, name);

// Open connections would keep the process alive for a while, as they would a command.
void main().then(() => process.exit());
