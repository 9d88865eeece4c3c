import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { findEngine } from "../../tools/pulumi/engine";
import { operate, type Operation } from "../../tools/pulumi/operations";
import { openStack } from "../../tools/pulumi/stack";
import type { Args } from "../fixtures/stateful";
import { environment, root } from "./folders";
import { testCluster } from "./testCluster";

/** Components that keep data, deployed by Pulumi's engine to a namespace of the stack's name. */
export class StatefulStack {
  private readonly root = join(root, "tests/fixtures/stateful");
  private readonly file: string;

  constructor(readonly name: string) {
    this.file = join(this.root, `Pulumi.${name}.yaml`);
  }

  /** Deploys and returns what was printed. @throws what the engine throws */
  async up(args: Omit<Args, "namespace">): Promise<string> {
    const settings = { ...args, namespace: this.name };
    writeFileSync(this.file, stringify({ config: { "stateful:args": settings } }));
    return await this.run("up");
  }

  /** Removes all but protected data, and returns what was printed. */
  async down(): Promise<string> {
    return await this.run("down");
  }

  private async run(operation: Operation): Promise<string> {
    const { embedded, cluster } = await testCluster();
    const { kubeconfig } = embedded;
    const { name: stack } = this;
    const before = process.env;
    process.env = { ...environment() };
    let output = "";
    try {
      const progress = (text: string): void => console.error(text);
      const engine = await findEngine({ root, parts: ["kubernetes"], progress });
      const opened = await openStack({
        root: this.root,
        stack,
        engine,
        kubeconfig,
        line: (text) => (output += `${text}\n`),
      });
      await operate(operation, {
        stack: opened,
        cluster,
        screen: { write: (text) => (output += text) },
      });
      return output;
    } finally {
      process.env = before;
    }
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }
}
