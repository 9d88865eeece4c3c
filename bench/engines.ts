import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { KubeObject } from "../lib/objects";
import { root, run, start, TestStack } from "../tests/support/stackberth";
import { testCluster } from "../tests/support/testCluster";
import { collectOffline } from "../tools/offline/offline";
import { pathOf, toYaml } from "../tools/render";
import { ensureBuilt, helm as helmProgram } from "../tools/toolchain";

/*
 * How long a whole stack like dev takes on the embedded control plane, by this project's commands, by
 * helm and by kubectl with the same objects: a preview of all, the first deployment until all is ready,
 * one without a change, and the removal. The ways take turns, so that a machine that slows down slows
 * them all; what counts is the ratio to helm.
 */

const stackName = "bench-engines";
const rounds = 3;
const steps = ["preview", "first up", "no change", "down"] as const;

type Step = (typeof steps)[number];

/** A way to bring the objects to the cluster and to take them away. */
type Way = Readonly<Record<Step, () => Promise<void> | void>>;

async function stackberth(command: string): Promise<void> {
  const { code, output } = await start([command, "--stack", stackName]).done;
  if (code !== 0) throw new Error(output);
}

const ours: Way = {
  preview: () => stackberth("preview"),
  "first up": () => stackberth("up"),
  "no change": () => stackberth("up"),
  down: () => stackberth("down"),
};

/** A chart that has every object as it is, so that Helm renders nothing. */
function writeChart(folder: string, objects: readonly KubeObject[]): void {
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put("Chart.yaml", stringify({ apiVersion: "v2", name: stackName, version: "1.0.0" }));
  put(
    "templates/all.yaml",
    '{{- range $path, $_ := .Files.Glob "objects/**" }}\n---\n{{ $.Files.Get $path }}\n{{- end }}\n',
  );
  for (const object of objects) put(join("objects", pathOf(object)), toYaml(object));
}

function byHelm(helm: string, kubeconfig: string, chart: string): Way {
  const call = (...argv: string[]): void => {
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    execFileSync(helm, [...argv, "--namespace", "default"], {
      env,
      stdio: ["ignore", "ignore", 2],
    });
  };
  return {
    preview: () => call("install", stackName, chart, "--dry-run=server"),
    "first up": () => call("install", stackName, chart, "--wait", "--wait-for-jobs"),
    "no change": () => call("upgrade", stackName, chart, "--wait", "--wait-for-jobs"),
    down: () => call("uninstall", stackName, "--wait"),
  };
}

function byKubectl(kubectl: readonly string[], files: string): Way {
  const [program = "", ...words] = kubectl;
  const call = (...argv: string[]): void => {
    execFileSync(program, [...words, ...argv], { stdio: ["ignore", "ignore", 2] });
  };
  const apply = (): void => {
    // Namespaces first: kubectl goes by file name.
    call("apply", "--server-side", "--force-conflicts", "-f", join(files, "cluster"));
    call("apply", "--server-side", "--force-conflicts", "-R", "-f", files);
    const own = `-l=stackberth.dev/stack=${stackName}`;
    call("wait", "deployment", "-A", own, "--for=condition=Available", "--timeout=300s");
  };
  return {
    preview: () => call("apply", "--server-side", "--dry-run=server", "-f", join(files, "cluster")),
    "first up": apply,
    "no change": apply,
    down: () => call("delete", "-R", "-f", files, "--ignore-not-found", "--wait"),
  };
}

async function secondsOf(action: () => Promise<void> | void): Promise<number> {
  const began = performance.now();
  await action();
  return (performance.now() - began) / 1000;
}

const median = (figures: readonly number[]): number =>
  [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;

async function main(): Promise<void> {
  const dev = ["openms", "maps", "bots", "mip", "openml"];
  const stack = new TestStack(stackName, "dev", dev);
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const { embedded } = await testCluster();
    const progress = (line: string): void => console.log(line);
    const [helm = ""] = await ensureBuilt([helmProgram], { root, progress });
    await run("down", "--stack", stackName);
    const collected = await collectOffline({ root, stack: stackName });
    // The account that a namespace has by itself: Helm takes over nothing that is there.
    const objects = collected.objects.filter(
      ({ kind, metadata }) => kind !== "ServiceAccount" || metadata.name !== "default",
    );
    writeChart(folder, objects);
    const ways: Readonly<Record<string, Way>> = {
      stackberth: ours,
      helm: byHelm(helm, embedded.kubeconfig, folder),
      kubectl: byKubectl(embedded.kubectl, join(folder, "objects")),
    };
    const seconds: Record<string, number[]> = {};
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, way] of Object.entries(ways)) {
        for (const step of steps)
          (seconds[`${step} ${name}`] ??= []).push(await secondsOf(way[step]));
      }
    }
    console.log(`Node ${process.version}, ${objects.length} objects, medians of ${rounds} rounds`);
    for (const step of steps) {
      const base = median(seconds[`${step} helm`] ?? []);
      for (const name of Object.keys(ways)) {
        const own = median(seconds[`${step} ${name}`] ?? []);
        const ratio = `${(own / base).toFixed(2)} x helm`;
        console.log(
          `${step.padEnd(10)} ${name.padEnd(11)} ${own.toFixed(2).padStart(6)} s  ${ratio}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
    stack.remove();
  }
}

void main();
