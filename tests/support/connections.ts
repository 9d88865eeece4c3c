import { nodeKubectl } from "./realNode";

/** Where a connection leads. */
export type Target = readonly [host: string, port: number];

/** Runs a script of bash in a pod, and returns what it prints. */
export type Shell = (script: string) => Promise<string>;

export type Connections = Readonly<Record<string, readonly string[]>>;

/** Starts a pod that no policy selects, in the namespace `default`, and returns its shell. */
export async function startStranger(name: string, image: string): Promise<Shell> {
  const sleeping = ["--restart=Never", "--command", "--", "sleep", "infinity"];
  await nodeKubectl("run", name, "-n", "default", `--image=${image}`, ...sleeping);
  await nodeKubectl("wait", "--for=condition=Ready", `pod/${name}`, "-n", "default");
  return (script) => nodeKubectl("exec", "-n", "default", name, "--", "bash", "-c", script);
}

/** Which of some targets each pod can connect to: the names of those, by the pod's own name. */
export async function connectionsOf(
  pods: Readonly<Record<string, Shell>>,
  targets: Readonly<Record<string, Target>>,
): Promise<Connections> {
  const rows: [string, readonly string[]][] = [];
  for (const [name, shell] of Object.entries(pods)) {
    const tries = Object.entries(targets).map(
      ([target, [host, port]]) =>
        `timeout 3 bash -c '</dev/tcp/${host}/${port}' 2>/dev/null && echo "${target}" &`,
    );
    const printed = await shell(`${tries.join("\n")}\nwait`);
    rows.push([name, printed.split("\n").filter(Boolean).sort()]);
  }
  return Object.fromEntries(rows);
}

/** How many of the connections of a table there are, for its figure. */
export const sizeOf = (
  pods: Readonly<Record<string, unknown>>,
  targets: Readonly<Record<string, Target>>,
): number => Object.keys(pods).length * Object.keys(targets).length;
