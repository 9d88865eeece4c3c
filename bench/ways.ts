import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/errors";
import { environment } from "../tests/support/folders";
import { start } from "../tests/support/stackberth";
import type { Cluster } from "../tools/cluster";
import type { Files } from "./files";
import { runProgram, typescript } from "./program";
import type { Step, Way, WayName } from "./steps";
import type { Subject } from "./subject";

/** What ways are made of. */
export interface WayArgs {
  readonly subject: Subject;
  readonly cluster: Cluster;
  /** The path of helm. */
  readonly helm: string;
  /** A folder for what ways write. */
  readonly folder: string;
}

/** Every way, with the same objects. */
export function makeWays(args: WayArgs): Readonly<Record<WayName, Way>> {
  const { subject, cluster, helm, folder } = args;
  return {
    stackberth: byStackberth(subject),
    helm: byHelm(helm, cluster.kubeconfig, subject),
    kubectl: byKubectl(cluster.kubectl, subject, separately),
    kustomize: byKubectl(cluster.kubectl, subject, asKustomization),
    cdk8s: byKubectl(cluster.kubectl, subject, byCdk8s(join(folder, "cdk8s"))),
    "empty program": byEmptyProgram(join(folder, "empty")),
  };
}

/** The command of our own that a step is. */
export const commands: Readonly<Record<Step, "preview" | "up" | "down">> = {
  preview: "preview",
  "first up": "up",
  "no change": "up",
  "one image changed": "up",
  down: "down",
};

/** Calls the project's own command, as a user does. @param more - Variables on top of the user's own. */
export async function callStackberth(
  step: Step,
  { stack, setImage }: Subject,
  more: NodeJS.ProcessEnv = {},
): Promise<void> {
  if (step === "one image changed") setImage("after");
  const env = { ...environment(), ...more };
  const { code, output } = await start([commands[step], "--stack", stack], { env }).done;
  if (step === "down") setImage("before");
  if (code !== 0) throw new UserError(output);
}

/** A way that does something for each step. */
const eachStep = (act: (step: Step) => Promise<void>): Way => ({
  preview: () => act("preview"),
  "first up": () => act("first up"),
  "no change": () => act("no change"),
  "one image changed": () => act("one image changed"),
  down: () => act("down"),
});

const byStackberth = (subject: Subject): Way => eachStep((step) => callStackberth(step, subject));

function byHelm(helm: string, kubeconfig: string, { stack, before, after }: Subject): Way {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const call = (...argv: readonly string[]): Promise<void> =>
    runProgram([helm, ...argv, "--namespace", "default"], env);
  const ready = ["--wait", "--wait-for-jobs"];
  return {
    preview: () => call("install", stack, before.chart, "--dry-run=server"),
    "first up": () => call("install", stack, before.chart, ...ready),
    "no change": () => call("upgrade", stack, before.chart, ...ready),
    "one image changed": () => call("upgrade", stack, after.chart, ...ready),
    down: () => call("uninstall", stack, "--wait", "--ignore-not-found"),
  };
}

/** How kubectl is told which objects it is about. */
interface Source {
  /** What to run before, which makes the manifests. */
  readonly make: (files: Files) => Promise<void>;
  /** The flags of each `kubectl apply`, one after the other. */
  readonly apply: (files: Files) => readonly (readonly string[])[];
  /** The flags that name all objects in one call. */
  readonly all: (files: Files) => readonly string[];
}

const nothing = (): Promise<void> => Promise.resolve();

const separately: Source = {
  make: nothing,
  apply: ({ cluster, objects }) => [
    ["-f", cluster],
    ["-R", "-f", objects],
  ],
  all: ({ objects }) => ["-R", "-f", objects],
};

const asKustomization: Source = {
  make: nothing,
  apply: ({ kustomization }) => [["-k", kustomization]],
  all: ({ kustomization }) => ["-k", kustomization],
};

function byCdk8s(folder: string): Source {
  const flags = ["-f", folder];
  return {
    make: ({ objects }) => runProgram([...typescript("cdk8sApp.ts"), objects, folder]),
    apply: () => [flags],
    all: () => flags,
  };
}

function byKubectl(kubectl: readonly string[], { before, after }: Subject, source: Source): Way {
  const call = (...argv: readonly string[]): Promise<void> => runProgram([...kubectl, ...argv]);
  const applied = async (files: Files): Promise<void> => {
    await source.make(files);
    for (const flags of source.apply(files)) {
      await call("apply", "--server-side", "--force-conflicts", ...flags);
    }
    const { rollouts, jobs } = files;
    if (rollouts !== undefined) await call("rollout", "status", "-R", "-f", rollouts);
    if (jobs !== undefined) {
      await call("wait", "-R", "-f", jobs, "--for=condition=Complete", "--timeout=300s");
    }
  };
  return {
    preview: async () => {
      await source.make(before);
      // By the server it fails: it does not know the namespaces yet.
      await call("apply", "--dry-run=client", ...source.all(before));
    },
    "first up": () => applied(before),
    "no change": () => applied(before),
    "one image changed": () => applied(after),
    down: () => call("delete", ...source.all(after), "--ignore-not-found", "--wait"),
  };
}

/** A program without resources, by the same engine; its image cannot change, so that step is one without a change. */
function byEmptyProgram(folder: string): Way {
  const stack = "empty";
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bench-empty\nruntime: nodejs\n");
  writeFileSync(join(folder, "index.ts"), "export {};\n");
  return eachStep((step) =>
    runProgram([...typescript("emptyProgram.ts"), commands[step], folder, stack], environment()),
  );
}
