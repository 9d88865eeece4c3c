import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { deploy, destroy } from "../../tools/direct";
import { Report } from "../../tools/direct/report";
import type { Args } from "../fixtures/stateful";
import { root } from "./stackberth";
import { testCluster } from "./testCluster";

/** Components that keep data, deployed by the direct engine to a namespace of the stack's name. */
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
    return await this.run(deploy);
  }

  /** Removes all but protected data, and returns what was printed. */
  async down(): Promise<string> {
    return await this.run(destroy);
  }

  private async run(operation: typeof deploy | typeof destroy): Promise<string> {
    const lines: string[] = [];
    const report = new Report((line) => lines.push(line));
    const cluster = async () => (await testCluster()).cluster;
    await operation({ root: this.root, stack: this.name, cluster, report });
    return lines.join("\n");
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }
}
