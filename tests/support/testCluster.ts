import { readFileSync } from "node:fs";
import { ensureCluster, type Cluster as Embedded } from "../../tools/cluster";
import { Cluster } from "../../cluster";
import { objectPath } from "../../cluster/discovery";
import { ownedBy } from "../../cluster/ownership";
import { type Json, type KubeObject, keyOf } from "../../lib/objects";
import { home, root } from "./folders";

let started: Promise<{ embedded: Embedded; cluster: Cluster }> | undefined;

async function startCluster(): Promise<{ embedded: Embedded; cluster: Cluster }> {
  const before = process.env["STACKBERTH_HOME"];
  process.env["STACKBERTH_HOME"] = home;
  const embedded = await ensureCluster({ root, progress: (line) => console.error(`    ${line}`) });
  if (before === undefined) delete process.env["STACKBERTH_HOME"];
  else process.env["STACKBERTH_HOME"] = before;
  const kubeconfig = readFileSync(embedded.kubeconfig, "utf8");
  return { embedded, cluster: await Cluster.connect(kubeconfig, embedded.context) };
}

/** The tests' own API server, built and started on first use. */
export function testCluster(): Promise<{ embedded: Embedded; cluster: Cluster }> {
  started ??= startCluster();
  return started;
}

/** A named live object; fails if it is not there. */
export async function live(
  kind: string,
  namespace: string | undefined,
  name: string,
): Promise<KubeObject> {
  const apiVersion = kinds[kind] ?? "v1";
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const { cluster } = await testCluster();
  const found = await cluster.find({ apiVersion, kind, metadata });
  if (!found) throw new Error(`there is no ${kind} ${namespace ?? ""}/${name}`);
  return found;
}

const kinds: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  Ingress: "networking.k8s.io/v1",
  Role: "rbac.authorization.k8s.io/v1",
  CronJob: "batch/v1",
  Job: "batch/v1",
};

/** Applies an object server-side, taking over fields that others have set. */
export async function apply(object: KubeObject): Promise<void> {
  const { cluster } = await testCluster();
  const resource = await cluster.discovery.find(object);
  if (!resource) throw new Error(`the cluster has no ${object.kind} of ${object.apiVersion}`);
  await cluster.client.json({
    method: "PATCH",
    path: objectPath(resource, object),
    contentType: "application/apply-patch+yaml",
    query: { fieldManager: "tests", force: "true" },
    body: object,
  });
}

/** Writes an object's status, as the controller of its kind would. @param path - The object's. */
export async function setStatus(path: string, status: Json): Promise<void> {
  const { cluster } = await testCluster();
  const contentType = "application/merge-patch+json";
  await cluster.client.json({
    method: "PATCH",
    path: `${path}/status`,
    contentType,
    body: { status },
  });
}

/** Every object of a stack with the version the server gave it. */
export const versions = (stack: string): Promise<Record<string, string>> =>
  ofStack(stack, versionOf);

/** Every object of a stack with its UID and its version: the same only where nobody has touched it. */
export const identities = (stack: string): Promise<Record<string, string>> =>
  ofStack(stack, (it) => `${String(it.metadata.uid)} ${versionOf(it)}`);

/** A status may change at any time; the rest may not. Kinds without a generation show it otherwise. */
const versionOf = ({ metadata, spec, status }: KubeObject): string =>
  String(
    metadata.generation ?? (status === undefined ? metadata.resourceVersion : JSON.stringify(spec)),
  );

async function ofStack(
  stack: string,
  of: (object: KubeObject) => string,
): Promise<Record<string, string>> {
  const { cluster } = await testCluster();
  const objects = await cluster.labelled(ownedBy(stack));
  const entries = objects.map((it): [string, string] => [keyOf(it), of(it)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
