import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { messageOf, UserError } from "../../lib/errors";
import { annotation, describe, isJson, type KubeObject } from "../../lib/objects";
import { backendOf, mendBackend, passphraseEnv } from "./backend";
import type { Report } from "../direct/report";
import { Cluster } from "../../cluster";
import { diagnose } from "../status/diagnose";
import { isRetained, ownedBy } from "../../cluster/ownership";
import { readinessOf } from "../status/readiness";
import { readFileSync } from "node:fs";

/** What the Pulumi engine works on. */
export interface PulumiArgs {
  readonly root: string;
  readonly stack: string;
  /** The cluster: a file with a kubeconfig, and the context in it. */
  readonly target: () => Promise<{ readonly kubeconfig: string; readonly context: string }>;
  readonly report: Report;
}

const commands = {
  up: ["up", "--yes", "--skip-preview", "--suppress-outputs"],
  preview: ["preview", "--diff", "--suppress-outputs"],
  down: ["destroy", "--yes", "--skip-preview", "--exclude-protected"],
} as const;

interface Finished {
  readonly code: number;
  readonly output: string;
}

/** Deploys by the `pulumi` CLI, with its state inside the checkout unless the user is logged in. */
export class PulumiEngine {
  private env: NodeJS.ProcessEnv = {};

  constructor(private readonly args: PulumiArgs) {}

  /** Runs one operation and prints the stack's outputs, or why it failed. @param flags - More of the CLI's. */
  async run(operation: keyof typeof commands, flags: readonly string[] = []): Promise<void> {
    const { root, stack, report } = this.args;
    const backend = backendOf(root);
    for (const text of mendBackend(backend)) report.line(text);
    const target = await this.args.target();
    this.env = {
      ...process.env,
      ...passphraseEnv(root, stack),
      ...(backend.url === undefined ? {} : { PULUMI_BACKEND_URL: backend.url }),
      KUBECONFIG: target.kubeconfig,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    // Only where it is needed: the client takes a while to load.
    const connect = (): Promise<Cluster> =>
      Cluster.connect(readFileSync(target.kubeconfig, "utf8"), target.context);
    await this.selectStack(backend.url);
    const finished = await this.pulumi([...commands[operation], ...flags, "--stack", stack], true);
    if (finished.code !== 0) {
      this.explainLock(finished.output, backend.url);
      if (operation === "up") await explainFailure(connect, stack, report);
      throw new UserError(`pulumi ${commands[operation][0]} failed: see above`);
    }
    if (operation === "up") report.outputs(await this.outputs());
    if (operation === "down") await sayKept(await connect(), stack, report);
  }

  /** Keeps the encryptionsalt of the stack file: without the provider's name it would be remade. */
  private async selectStack(url: string | undefined): Promise<void> {
    const provider = this.env["PULUMI_CONFIG_PASSPHRASE"] === undefined ? [] : ["passphrase"];
    const flags = provider.flatMap((name) => ["--secrets-provider", name]);
    const { stack } = this.args;
    const { code, output } = await this.pulumi(
      ["stack", "select", stack, "--create", ...flags],
      false,
    );
    if (code === 0) return;
    this.explainLock(output, url);
    throw new UserError(`pulumi cannot open stack ${stack}: ${output.trim()}`);
  }

  private async outputs(): Promise<{ name: string; value: unknown; secret: boolean }[]> {
    const { code, output } = await this.pulumi(
      ["stack", "output", "--json", "--stack", this.args.stack],
      false,
    );
    const parsed: unknown = code === 0 ? JSON.parse(output) : undefined;
    if (!isJson(parsed)) return [];
    return Object.entries(parsed).map(([name, value]) => {
      return { name, value, secret: value === "[secret]" };
    });
  }

  private explainLock(output: string, url: string | undefined): void {
    if (!/currently locked|conflict.*another update/is.test(output)) return;
    const { root, stack } = this.args;
    const place = url === undefined ? "" : `PULUMI_BACKEND_URL='${url}' `;
    throw new UserError(
      `Pulumi's state of stack ${stack} is locked by another run, or by one that was killed. ` +
        "If none is running, clear the lock and run the command again:\n" +
        `  ${place}pulumi cancel --yes --stack ${stack} --cwd '${root}'`,
    );
  }

  private pulumi(argv: readonly string[], shown: boolean): Promise<Finished> {
    const color = shown && process.stdout.isTTY ? "always" : "never";
    const flags = ["--non-interactive", "--color", color, "--cwd", this.args.root];
    const child = spawn("pulumi", [...argv, ...flags], {
      env: this.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    // An interrupt reaches the CLI by the terminal; it ends by itself and releases its lock.
    const ignore = (): void => undefined;
    process.on("SIGINT", ignore);
    return new Promise<Finished>((resolve, reject) => {
      const chunks: string[] = [];
      const errors: string[] = [];
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        chunks.push(text);
        if (shown) process.stdout.write(text);
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        errors.push(text);
        if (shown) process.stderr.write(text);
      });
      child.on("error", reject);
      child.on("close", (code) => {
        const failed = code !== 0;
        resolve({ code: code ?? 1, output: [...chunks, ...(failed ? errors : [])].join("") });
      });
    }).finally(() => process.off("SIGINT", ignore));
  }
}

/** Removes a stack from Pulumi's backend, whatever it still lists; that it is not there is no error. */
export async function forgetStack(root: string, stack: string): Promise<void> {
  const { url } = backendOf(root);
  const env = {
    ...process.env,
    ...(url === undefined ? {} : { PULUMI_BACKEND_URL: url }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const flags = ["--yes", "--force", "--remove-backups", "--preserve-config", "--non-interactive"];
  const argv = ["stack", "rm", ...flags, "--stack", stack, "--cwd", root];
  try {
    await promisify(execFile)("pulumi", argv, { env });
  } catch (error) {
    if (/no stack named/.test(messageOf(error))) return;
    throw new UserError(`pulumi cannot remove stack ${stack}: ${messageOf(error)}`);
  }
}

/** Says why the stack's workloads are not ready: the CLI does not say what pods and events tell. */
async function explainFailure(
  connect: () => Promise<Cluster>,
  stack: string,
  report: Report,
): Promise<void> {
  try {
    const cluster = await connect();
    const kinds = new Set(["DaemonSet", "Deployment", "Job", "StatefulSet"]);
    const live = (await cluster.labelled(ownedBy(stack))).filter(({ kind }) => kinds.has(kind));
    for (const object of live) {
      const readiness = readinessOf(unskipped(object));
      if (readiness.state === "ready") continue;
      const lines = await diagnose(cluster, object);
      report.line([`${describe(object)}: ${readiness.reason}`, ...lines].join("\n  "));
    }
  } catch (error) {
    report.line(`(what is not ready could not be read: ${messageOf(error)})`);
  }
}

function unskipped(object: KubeObject): KubeObject {
  if (annotation(object, "pulumi.com/skipAwait") === undefined) return object;
  return { ...object, metadata: { ...object.metadata, annotations: {} } };
}

async function sayKept(cluster: Cluster, stack: string, report: Report): Promise<void> {
  const live = await cluster.labelled(ownedBy(stack));
  for (const object of live.filter(isRetained)) report.change("kept", object);
}
