import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { systems } from "../../systems";
import type { PlainSettings } from "../../systems/system";
import { environment, home, root } from "./folders";
import { inProcess, type Ran } from "./inProcess";
import { type Running, startProgram, type StartOptions } from "./running";
import { testCluster } from "./testCluster";

export { environment, home, root, type Ran, type Running };

/** What an `up` or a `preview` prints that changes nothing. */
export const unchanged = /^\d+ unchanged in/m;

/** Starts `npm run …` as a process, without npm's own second of start-up. */
export const start = (argv: readonly string[], options: StartOptions = {}): Running =>
  startProgram(process.execPath, ["tools/cli/start.cjs", ...argv], options);

/** Runs what `npm run …` runs, to its end, in this process. Those of a test run one after the other. */
export const run = (...argv: readonly string[]): Promise<Ran> => runWith({}, ...argv);

/** Runs it with more, or other, variables in its environment. */
export async function runWith(more: NodeJS.ProcessEnv, ...argv: readonly string[]): Promise<Ran> {
  // Handed over, as in a CI job: only a process of its own looks again whether the cluster runs.
  const { embedded } = await testCluster();
  const kubeconfig = { STACKBERTH_KUBECONFIG: readFileSync(embedded.kubeconfig, "utf8") };
  return await inProcess(argv, root, { ...environment(), ...kubeconfig, ...more });
}

/** Runs `npm run …` to its end, with something to read from its standard input. */
export const feed = (input: string, ...argv: readonly string[]): Promise<Ran> =>
  start(argv, { input }).done;

type Values = Readonly<Record<string, Readonly<Record<string, PlainSettings>>>>;

/** A stack file of a test: systems with the settings of dev or prod, the secrets of dev, namespaces of its own. */
export class TestStack {
  private readonly path: string;

  /** @param chosen - One system, whose namespace has the stack's name, or several. @default - OpenMS */
  constructor(
    readonly name: string,
    base: "dev" | "prod" = "dev",
    chosen: string | readonly string[] = "openms",
  ) {
    this.path = join(root, `Pulumi.${name}.yaml`);
    const dev = parseDocument(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8"));
    const document = parseDocument(readFileSync(join(root, `Pulumi.${base}.yaml`), "utf8"));
    document.set("encryptionsalt", dev.get("encryptionsalt"));
    const config = dev.get("config") as { readonly items: readonly { key: unknown }[] };
    for (const key of config.items.map(({ key: node }) => String(node))) {
      const secret = dev.getIn(["config", key, "secure"]);
      if (secret !== undefined) document.setIn(["config", key, "secure"], secret);
    }
    const several = typeof chosen === "string" ? [chosen] : chosen;
    document.setIn(["config", "stackberth:systems"], several);
    const values = (document.toJS() as Values)["config"];
    for (const [system, { inNamespaces }] of Object.entries(systems)) {
      const key = `stackberth:${system}`;
      document.deleteIn(["config", key]);
      if (!several.includes(system)) continue;
      const namespace = typeof chosen === "string" ? name : `${name}-${system}`;
      const move = inNamespaces ?? ((given: PlainSettings) => ({ ...given, namespace }));
      const own = (each: string): string => (typeof chosen === "string" ? name : `${name}-${each}`);
      const settings = move(values?.[key] ?? {}, own);
      document.setIn(["config", key], settings);
    }
    writeFileSync(this.path, document.toString());
  }

  /** Sets one value; `undefined` removes it. */
  set(path: readonly string[], value: unknown): void {
    const document = parseDocument(readFileSync(this.path, "utf8"));
    if (value === undefined) document.deleteIn(["config", ...path]);
    else document.setIn(["config", ...path], value);
    writeFileSync(this.path, document.toString());
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}
