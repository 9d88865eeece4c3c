import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { at, listAt, textAt } from "../../lib/objects";
import { kubectl } from "./kubectl";
import { python, type PythonRun } from "./python";
import { live, testCluster } from "./testCluster";

const exec = promisify(execFile);

/** A ServiceAccount of the tests' cluster, acting with a token that the API server made for it. */
export class Account {
  private constructor(
    private readonly folder: string,
    private readonly program: readonly string[],
    private readonly server: URL,
  ) {}

  /** The text of its kubeconfig. */
  get kubeconfig(): string {
    return readFileSync(join(this.folder, "kubeconfig"), "utf8");
  }

  static async open(namespace: string, name: string): Promise<Account> {
    const { embedded } = await testCluster();
    const token = (await kubectl("create", "token", name, "-n", namespace)).trim();
    const config: unknown = parse(readFileSync(embedded.kubeconfig, "utf8"));
    const cluster = at(config, "clusters", 0, "cluster");
    const folder = mkdtempSync(join(tmpdir(), "account-"));
    // What the kubelet would put into a pod of the account.
    const authority = textAt(cluster, "certificate-authority-data");
    writeFileSync(join(folder, "ca.crt"), Buffer.from(authority, "base64"));
    writeFileSync(join(folder, "namespace"), namespace);
    writeFileSync(join(folder, "token"), token);
    const kubeconfig = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "tests", cluster }],
      users: [{ name, user: { token } }],
      contexts: [{ name: "tests", context: { cluster: "tests", user: name, namespace } }],
      "current-context": "tests",
    };
    const file = join(folder, "kubeconfig");
    writeFileSync(file, stringify(kubeconfig));
    const program = [...embedded.kubectl, "--kubeconfig", file, "--context", "tests"];
    return new Account(folder, program, new URL(textAt(cluster, "server")));
  }

  /** Runs kubectl as the account; fails with what it printed. */
  async kubectl(...argv: readonly string[]): Promise<string> {
    const [program = "", ...rest] = this.program;
    return (await exec(program, [...rest, ...argv])).stdout;
  }

  /** Creates an object as the account. */
  async create(object: object): Promise<string> {
    const file = join(this.folder, "object.json");
    writeFileSync(file, JSON.stringify(object));
    return await this.kubectl("create", "-f", file);
  }

  /**
   * Runs what a CronJob's pod would run, as it stands in the cluster: its script, its variables, its
   * account. `now` is what the script takes for the time, in seconds.
   */
  async runScript(
    cronJob: string,
    {
      now,
      env = {},
    }: { readonly now?: number; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<PythonRun> {
    const namespace = readFileSync(join(this.folder, "namespace"), "utf8");
    const job = await live("CronJob", namespace, cronJob);
    const spec = at(job, "spec", "jobTemplate", "spec", "template", "spec");
    const config = await live("ConfigMap", namespace, `${cronJob}-script`);
    const scripts = join(this.folder, cronJob);
    mkdirSync(scripts, { recursive: true });
    for (const [file, text] of Object.entries(at(config, "data") as Record<string, string>)) {
      writeFileSync(join(scripts, file), text);
    }
    const clock = now === undefined ? "" : `import time; time.time = lambda: ${now}; `;
    const main = `${clock}import runpy; runpy.run_path(${JSON.stringify(join(scripts, "main.py"))}, run_name="__main__")`;
    return await python(["-c", main], {
      ...Object.fromEntries(
        listAt(spec, "containers", 0, "env").map((each) => [
          textAt(each, "name"),
          textAt(each, "value"),
        ]),
      ),
      KUBERNETES_SERVICE_HOST: this.server.hostname,
      KUBERNETES_SERVICE_PORT: this.server.port,
      PYTHONPATH: scripts,
      SERVICEACCOUNT: this.folder,
      ...env,
    });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
