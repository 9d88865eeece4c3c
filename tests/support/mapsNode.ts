import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Shell, Target } from "./connections";
import { root } from "./folders";
import { ask, exposureOf, NodeStack, small } from "./nodeStack";
import { eventually } from "./simulatedNodes";

const runnerImage = "registry.example.org/py-exec:1.22.0";

/** Longest run of a script, in seconds: more than the app waits for one. */
export const timeoutSeconds = 90;

const limits = { timeoutSeconds, maxPods: 5, scratchSize: "100Mi" };

/** Settings of MAPS by who builds the pods that run scripts: as in the stack dev, and with the template. */
export const modes = {
  source: {
    podSecurity: "baseline",
    runner: {
      ...limits,
      image: runnerImage,
      template: false,
      serviceAccount: "tfstack-maps-data-analysis",
    },
  },
  template: { podSecurity: "restricted", runner: { ...limits, image: runnerImage } },
} as const;

/** How a run of a script ended. */
export interface Ended {
  readonly status: number;
  readonly job: string;
  readonly printed: string;
  readonly files: readonly string[];
}

const backend = "deployment/maps-backend";

/** The text of a user's script of the tests. */
export const script = (name: string): string =>
  readFileSync(join(root, "tests", "fixtures", "maps", `${name}.py`), "utf8");

/** MAPS on the node, in a stack of its own. */
export class MapsNode {
  readonly stack: NodeStack;
  readonly host: string;

  constructor(readonly mode: keyof typeof modes) {
    this.host = `maps-${mode}.localhost`;
    this.stack = new NodeStack(`test-maps-${mode}`, "maps");
    const set = (value: unknown, ...keys: readonly string[]): void =>
      this.stack.set(["stackberth:maps", ...keys], value);
    for (const [key, value] of Object.entries(modes[mode])) set(value, key);
    set(exposureOf(this.host), "exposure");
    set(small("1", "2Gi"), "backend", "resources");
    // The tests run it.
    set(true, "cleanUp", "suspend");
  }

  /** Runs one of the tests' scripts on the image's sample, as a user does, and waits for the answer. */
  async run(name: string, parameters = ""): Promise<Ended> {
    const form = { code: script(name), script_parameters: parameters, use_sample: "true" };
    const { status, body } = await ask(this.host, "/run", { form });
    const { job_id: job, stdout = "", output_files: files = [] } = JSON.parse(body) as Answered;
    return { status, job, printed: stdout, files };
  }

  /** What the app says at a path. */
  async get(path: string): Promise<unknown> {
    const { status, body } = await ask(this.host, path);
    assert.equal(status, 200, body);
    return JSON.parse(body);
  }

  /** The state of each job, by its id, as the database has it. */
  async executions(): Promise<Readonly<Record<string, string>>> {
    const found = (await this.get("/api/executions")) as { readonly executions: object };
    return found.executions as Readonly<Record<string, string>>;
  }

  /** A field of a job's pod; empty if it has none, or there is no pod. */
  async podField(job: string, path: string): Promise<string> {
    const of = ["--ignore-not-found", "--output", `jsonpath={${path}}`];
    return await this.stack.kubectl("get", `pod/runner-${job}`, ...of);
  }

  /** What a job's script has printed so far. */
  async log(job: string): Promise<string> {
    return await this.stack.kubectl("logs", `pod/runner-${job}`, "--container", "runner");
  }

  /** The newest job whose script has printed something. */
  async jobThatPrinted(text: string): Promise<string> {
    return await eventually(`a script that prints "${text}"`, async () => {
      const job = (await this.jobs()).at(-1);
      const log = job === undefined ? "" : await this.log(job).catch(() => "");
      return log.includes(text) ? job : undefined;
    });
  }

  /** The jobs that have a pod, the oldest first. */
  async jobs(): Promise<readonly string[]> {
    const runners = ["get", "pods", "--selector", "app=maps-runner", "--output", "name"];
    const printed = await this.stack.kubectl(
      ...runners,
      "--sort-by",
      ".metadata.creationTimestamp",
    );
    return printed.split("\n").flatMap((pod) => /^pod\/runner-(.+)/.exec(pod)?.[1] ?? []);
  }

  /** A shell in one of its pods. */
  shell(pod: string): Shell {
    return (text) => this.stack.kubectl("exec", pod, "--", "bash", "-c", text);
  }

  get backendShell(): Shell {
    return this.shell(backend);
  }

  /** Where its backend listens: not the Service, which a policy sees only as the pod behind it. */
  async target(): Promise<Target> {
    const [pod = ""] = await this.stack.podsOf("maps-backend");
    return [await this.stack.kubectl("get", pod, "--output", "jsonpath={.status.podIP}"), 8080];
  }

  /** Whether the backend is ready, and what was restarted. */
  async state(): Promise<{ readonly restarted: readonly string[]; readonly ready: string }> {
    const ready = "jsonpath={.status.readyReplicas}";
    return {
      restarted: await this.stack.restarted(),
      ready: await this.stack.kubectl("get", backend, "--output", ready),
    };
  }
}

interface Answered {
  readonly job_id: string;
  readonly stdout?: string;
  readonly output_files?: readonly string[];
}
