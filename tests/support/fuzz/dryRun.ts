import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { objectPath } from "../../../cluster/discovery";
import { type KubeObject, textAt } from "../../../lib/objects";
import { hasUnknown } from "../../../tools/offline/mocks";
import { apply, testCluster } from "../testCluster";

const levelLabel = "pod-security.kubernetes.io/enforce";

/**
 * The tests' API server, asked to apply objects without doing so. A namespace need not be there: its
 * objects go to one that has its level of Pod Security. What was accepted once is not sent again.
 */
export class DryRun {
  private readonly accepted = new Set<string>();
  private readonly unknown = new Set<string>();
  sent = 0;

  /** Makes the namespaces, which stay until the cluster goes. */
  static async open(): Promise<DryRun> {
    for (const level of ["restricted", "baseline"]) {
      const labels = { [levelLabel]: level, "pod-security.kubernetes.io/warn": level };
      await apply({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: `fuzz-${level}`, labels },
      });
    }
    return new DryRun();
  }

  /** The kinds that the API server does not know, so that it could not check them. */
  get unknownKinds(): readonly string[] {
    return [...this.unknown].sort();
  }

  /** What the API server refuses or warns about. */
  async complaints(objects: readonly KubeObject[]): Promise<readonly string[]> {
    const levels = new Map(
      objects
        .filter(({ kind }) => kind === "Namespace")
        .map(({ metadata: { name, labels } }) => [name, labels?.[levelLabel] ?? "restricted"]),
    );
    const found = await Promise.all(
      objects
        .filter((object) => !hasUnknown(object))
        .map((object) => this.complaintsOf(object, levels)),
    );
    return found.flat();
  }

  private async complaintsOf(
    object: KubeObject,
    levels: ReadonlyMap<string, string>,
  ): Promise<readonly string[]> {
    const { namespace } = object.metadata;
    const level = levels.get(namespace ?? "") ?? "restricted";
    const moved: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        ...(namespace === undefined
          ? // Of the same length, and not that of a live object, whose lists it would be merged with.
            { name: `f${object.metadata.name.slice(1)}` }
          : { namespace: `fuzz-${level}` }),
      },
    };
    const body = JSON.stringify(moved);
    const digest = createHash("sha256").update(body).digest("hex");
    if (this.accepted.has(digest)) return [];
    this.sent += 1;
    const answer = await this.apply(moved);
    if (answer === undefined) {
      this.unknown.add(`${object.kind} of ${object.apiVersion}`);
      return [];
    }
    const { status, text, warnings } = answer;
    if (status >= 400) {
      const message = textAt(parsedJson(text), "message") || text.slice(0, 300);
      return [`${object.kind} ${object.metadata.name}: ${message}`];
    }
    if (warnings.length === 0) this.accepted.add(digest);
    return warnings.map((warning) => `${object.kind} ${object.metadata.name}: ${warning}`);
  }

  /** Undefined where the API server does not know the kind, also after a while: other tests take kinds away. */
  private async apply(object: KubeObject) {
    const { cluster } = await testCluster();
    for (let tries = 0; tries < 120; tries += 1) {
      const resource = await cluster.discovery.find(object);
      const answer =
        resource &&
        (await cluster.client.text({
          method: "PATCH",
          path: objectPath(resource, object),
          contentType: "application/apply-patch+yaml",
          query: { dryRun: "All", fieldManager: "fuzz", force: "true", fieldValidation: "Strict" },
          body: object,
        }));
      if (answer && !answer.text.startsWith("404 page not found")) return answer;
      await sleep(500);
      cluster.discovery.forget();
    }
    return undefined;
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
