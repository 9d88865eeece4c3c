import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isJson, keyOf, type KubeObject } from "../../lib/objects";
import { root } from "./folders";
import { kubectl } from "./kubectl";

const kinds =
  "namespace,deployment,statefulset,cronjob,service,ingress,persistentvolumeclaim,configmap,secret";

/** Deploys a fixture of `tests/fixtures/adopt` by kubectl, and waits until its volumes and pods are there. */
export async function applyFixture(
  name: string,
  namespace: string,
  values: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "stackberth-adopt-"));
  const file = join(folder, `${name}.yaml`);
  const text = readFileSync(join(root, "tests", "fixtures", "adopt", `${name}.yaml`), "utf8");
  const all = Object.entries({ NAMESPACE: namespace, ...values });
  const filled = all.reduce((sum, [key, value]) => sum.replaceAll(key, value), text);
  writeFileSync(file, filled);
  try {
    await kubectl("apply", "-f", file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Waits until claims are bound and Deployments are available: until nothing changes by itself. */
export async function settled(namespace: string): Promise<void> {
  const within = ["-n", namespace, "--all", "--timeout=120s"];
  await kubectl("wait", "pvc", "--for=jsonpath={.status.phase}=Bound", ...within);
  await kubectl("wait", "deployment", "--for=condition=Available", ...within);
}

/** Every object of some namespaces, and these, without what only the API server writes. */
export async function contents(...namespaces: readonly string[]): Promise<Map<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  for (const namespace of namespaces) {
    const text = await kubectl("get", kinds, "-n", namespace, "-o", "json");
    const { items } = JSON.parse(text) as { readonly items: readonly KubeObject[] };
    for (const item of items) {
      const { kind, metadata, status: _, ...content } = item;
      if (kind === "Namespace" && metadata.name !== namespace) continue;
      const { name, uid, labels, annotations } = metadata;
      const own = { ...content, kind, metadata: { name, uid, labels, annotations } } as KubeObject;
      found.set(keyOf({ ...item, apiVersion: "" }).slice(1), own);
    }
  }
  return found;
}

/** The commands of kubectl in what was printed, without `kubectl`. */
export function printedCommands(output: string): readonly (readonly string[])[] {
  const quoted = [...output.matchAll(/`(kubectl [^`]*)`/g)].map(([, command = ""]) => command);
  const last = [...output.matchAll(/: (kubectl delete .*)$/gm)].map(([, command = ""]) => command);
  return [...quoted, ...last].map((command) => command.split(" ").slice(1));
}

/** Runs the one printed command that begins with some words. */
export async function runPrinted(output: string, ...words: readonly string[]): Promise<void> {
  const found = printedCommands(output).filter((argv) =>
    words.every((each, i) => argv[i] === each),
  );
  assert.equal(found.length, 1, output);
  await kubectl(...(found[0] ?? []));
}

/** The UID of an object that `contents` has found. */
export function uidOf(found: ReadonlyMap<string, KubeObject>, key: string): string {
  const object = found.get(key);
  assert.ok(
    object !== undefined && isJson(object.metadata),
    `${key} is not among ${[...found.keys()].join(", ")}`,
  );
  return String(object.metadata.uid);
}
