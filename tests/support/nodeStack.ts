import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { request } from "node:http";
import { promisify } from "node:util";
import { type Answers, Load } from "./load";
import { ingressAddress, nodeEnvironment, nodeKubectl, nodeKubectlWords, onNode } from "./realNode";
import { runbooksOf } from "./runbook";
import { type Ran, root, TestStack } from "./stackberth";

const exec = promisify(execFile);

/** Resources with which the pods of several systems fit on a node with two CPUs, side by side. */
export const small = (cpu: string, memory: string): object => ({
  requests: { cpu: "20m", memory: "64Mi" },
  limits: { cpu, memory },
});

/** A stack with one system on the tests' real node, in a namespace of the stack's name. */
export class NodeStack extends TestStack {
  constructor(
    name: string,
    private readonly system: string,
  ) {
    super(name, "dev", system);
  }

  /** Removes it, and whatever it had kept or a test had put into its namespace. */
  async takeDown(): Promise<void> {
    await onNode("down", "--stack", this.name);
    await nodeKubectl("delete", "namespace", this.name, "--ignore-not-found");
    this.remove();
  }

  /** Runs a command on this stack. @throws AssertionError with all that it printed if it fails */
  async succeed(...argv: readonly string[]): Promise<string> {
    const { code, output } = await onNode(...argv, "--stack", this.name);
    assert.equal(code, 0, output);
    return output;
  }

  /** Runs `up` while requests come in at a steady rate; what it printed, and the answers. */
  async upUnderLoad(host: string): Promise<Ran & Answers> {
    const load = new Load(ingressAddress(), host);
    const ran = await onNode("up", "--stack", this.name);
    return { ...ran, ...(await load.stop()) };
  }

  /** What kubectl prints about the stack's namespace. */
  async kubectl(...argv: readonly string[]): Promise<string> {
    return await nodeKubectl("--namespace", this.name, ...argv);
  }

  /** The names of a workload's pods. */
  async podsOf(workload: string): Promise<readonly string[]> {
    const selector = `app.kubernetes.io/name=${workload}`;
    const printed = await this.kubectl("get", "pods", "--selector", selector, "--output", "name");
    return printed.split("\n").filter(Boolean);
  }

  /** The containers that started more than once, with the reason. Pods that failed are passed over: eviction counts as a start. */
  async restarted(): Promise<readonly string[]> {
    const end = "{.lastState.terminated.reason} {.lastState.terminated.exitCode}";
    const each = `{.restartCount} {.name} ${end}{"\\n"}`;
    const all = `jsonpath={range .items[*].status.containerStatuses[*]}${each}{end}`;
    const others = ["--field-selector", "status.phase!=Failed"];
    const printed = await this.kubectl("get", "pods", ...others, "--output", all);
    assert.match(printed, /^\d/, "no container has started");
    return printed.split("\n").filter((line) => /^[1-9]/.test(line));
  }

  /** What a script prints in a container. @param target - A pod or a workload, for example deployment/web */
  async inside(target: string, container: string, script: string): Promise<string> {
    return await this.kubectl("exec", target, "--container", container, "--", "sh", "-euc", script);
  }

  /** A value of a Secret. */
  async secret(name: string, key: string): Promise<string> {
    const path = `jsonpath={.data.${key.replaceAll(".", "\\.")}}`;
    const encoded = await this.kubectl("get", "secret", name, "--output", path);
    return Buffer.from(encoded, "base64").toString();
  }

  /**
   * Runs a command of the stack's runbook in a shell, as an operator would, and returns what it printed.
   *
   * @param title - What the runbook says that it is for.
   * @param written - What the operator writes in the place of parts of the command. @default - nothing
   */
  async operate(title: string, written: Readonly<Record<string, string>> = {}): Promise<string> {
    const given = runbooksOf(this.name)[this.system]?.[title];
    assert.ok(given !== undefined, `the runbook of ${this.system} has no "${title}"`);
    const command = Object.entries(written).reduce(
      (text, [part, instead]) => text.replaceAll(part, instead),
      given,
    );
    const kubectl = `kubectl() { ${nodeKubectlWords().join(" ")} "$@"; }`;
    const options = { cwd: root, env: nodeEnvironment() };
    const { stdout } = await exec("sh", ["-euc", `${kubectl}\n${command}`], options);
    return stdout;
  }

  /** Waits for the end of the Job that a command says it created. @throws Error if it fails */
  async completed(printed: string): Promise<string> {
    const job = /^job\.batch\/(\S+) created/m.exec(printed)?.[1];
    assert.ok(job !== undefined, printed);
    await this.ended(job);
    const status = await this.kubectl("get", `job/${job}`, "--output", "jsonpath={.status}");
    const log = await this.kubectl("logs", `job/${job}`, "--all-containers");
    assert.match(status, /"type":"Complete"/, `${status}\n${log}`);
    return log;
  }

  private async ended(job: string): Promise<void> {
    // Whatever comes first: a wait for success alone would sit out a failure.
    const wait = (condition: string): Promise<string> =>
      this.kubectl("wait", `job/${job}`, `--for=condition=${condition}`, "--timeout=180s");
    await Promise.any([wait("Complete"), wait("Failed")]);
  }
}

/**
 * One host through Traefik's own Ingress class: where it reads annotations of ingress-nginx, Traefik 3.6
 * sends requests to pods that have ended.
 */
export const exposureOf = (host: string): object => ({
  type: "ingress",
  controller: "traefik",
  className: "traefik",
  hosts: [host],
  tls: { mode: "none" },
});

/** An answer of the Ingress controller. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The address of a host of the node's Ingresses, for a browser. */
export function urlOf(host: string): string {
  const url = ingressAddress();
  url.hostname = host;
  return url.href;
}

/**
 * Asks a host of the node's Ingresses, whether or not this machine knows its name.
 *
 * @param json - Sent by POST. @default - GET
 * @param form - Sent by POST, as a browser sends a form.
 */
export function ask(
  host: string,
  path: string,
  options: {
    readonly json?: object;
    readonly form?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const { json, form, headers } = options;
  const text = json === undefined ? undefined : JSON.stringify(json);
  const sent = form === undefined ? text : new URLSearchParams(form).toString();
  const type = form === undefined ? "application/json" : "application/x-www-form-urlencoded";
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, ingressAddress()),
      {
        method: sent === undefined ? "GET" : "POST",
        headers: {
          ...headers,
          host,
          ...(sent !== undefined && { "content-type": type }),
        },
      },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    asked.on("error", reject);
    asked.end(sent);
  });
}
