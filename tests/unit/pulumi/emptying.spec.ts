import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { ApiClient } from "../../../cluster/client";
import type { KubeObject } from "../../../lib/objects";
import { hurryEmptying, stopAtOnce, workloadsThatGo } from "../../../tools/pulumi/emptying";

const type = "kubernetes:core/v1:Namespace";

/** What the engine says before it works on an object of the namespace's name. */
const event = (op: string, ofType = type): EngineEvent =>
  ({
    resourcePreEvent: {
      metadata: { op, type: ofType, old: { inputs: { metadata: { name: "mip" } } } },
    },
  }) as unknown as EngineEvent;

const claim = (uid: string) => ({ metadata: { namespace: "mip", name: "data", uid } });

/** A namespace in one state after the other, each with the claim that it has by then; and whose deletion is asked for. */
function cluster(...states: readonly ("active" | "ending" | "gone")[]) {
  const deleted: KubeObject[] = [];
  let read = -1;
  const json = ({ path }: { path: string }): Promise<unknown> => {
    read += 1;
    assert.equal(path, "/api/v1/namespaces/mip/persistentvolumeclaims");
    return Promise.resolve({ items: [claim(`of state ${read}`)] });
  };
  const find = (object: KubeObject): Promise<KubeObject | undefined> => {
    const state = states[read];
    assert.notEqual(state, undefined, "it read on after the end");
    if (state === "gone") return Promise.resolve(undefined);
    const ends = state === "ending" ? { deletionTimestamp: "2026-11-30T10:00:00Z" } : {};
    return Promise.resolve({ ...object, metadata: { ...object.metadata, ...ends } });
  };
  const remove = (object: KubeObject): Promise<void> => {
    deleted.push(object);
    return Promise.resolve();
  };
  return {
    asked: { client: { json } as unknown as ApiClient, find, delete: remove },
    deleted,
    reads: () => read + 1,
  };
}

describe("the claims of a namespace that the engine deletes", () => {
  it("are deleted once it is ending, those that it had by then", async () => {
    const { asked, deleted } = cluster("active", "active", "ending");
    await hurryEmptying(asked, event("delete"));
    const of = { apiVersion: "v1", kind: "PersistentVolumeClaim", ...claim("of state 2") };
    assert.deepEqual(deleted, [of]);
  });

  it("are left alone if it is gone before, since one of its name is another", async () => {
    const { asked, deleted } = cluster("active", "gone");
    await hurryEmptying(asked, event("delete"));
    assert.deepEqual(deleted, []);
  });

  for (const other of [event("same"), event("delete", "kubernetes:core/v1:Secret"), {}]) {
    it(`are not looked at before ${JSON.stringify(other).slice(0, 80)}`, async () => {
      const { asked, reads } = cluster("ending");
      await hurryEmptying(asked, other as EngineEvent);
      assert.equal(reads(), 0);
    });
  }

  it("are Kubernetes' where the user may not delete them", async () => {
    const { asked } = cluster("ending");
    const refuse = (): Promise<void> => Promise.reject(new Error("forbidden"));
    await hurryEmptying({ ...asked, delete: refuse }, event("delete"));
  });
});

describe("the workloads of a stack", () => {
  const own = (kind: string, name: string, namespace: string, more = {}) => ({
    type: `kubernetes:apps/v1:${kind}`,
    outputs: { apiVersion: "apps/v1", kind, metadata: { name, namespace } },
    ...more,
  });
  const namespace = (id: string, more = {}) => ({ type, id, ...more });
  const state = {
    isInterrupted: false,
    resources: [
      namespace("goes"),
      namespace("stays", { retainOnDelete: true }),
      namespace("occupied"),
      own("Deployment", "web", "goes"),
      own("StatefulSet", "database", "goes"),
      own("Deployment", "protected", "goes", { protect: true }),
      own("Deployment", "web", "stays"),
      own("Deployment", "web", "occupied"),
      {
        type: "kubernetes:core/v1:Secret",
        outputs: { kind: "Secret", metadata: { namespace: "goes" } },
      },
    ],
  };
  const stopped = (objects: readonly KubeObject[]): readonly string[] =>
    objects.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`);

  it("go with it in the namespaces that go, unless they are protected", () => {
    assert.deepEqual(stopped(workloadsThatGo(state, ["occupied"])), ["goes/web", "goes/database"]);
  });

  it("are stopped once, in the foreground, and only when the engine deletes", () => {
    const deleted: KubeObject[] = [];
    const remove = (object: KubeObject, propagation?: string): Promise<void> => {
      assert.equal(propagation, "Foreground");
      deleted.push(object);
      return Promise.reject(new Error("forbidden"));
    };
    const stop = stopAtOnce({ delete: remove }, workloadsThatGo(state, []));
    stop(event("same"));
    stop({} as EngineEvent);
    assert.deepEqual(deleted, []);
    stop(event("delete", "kubernetes:core/v1:Secret"));
    stop(event("delete"));
    assert.deepEqual(stopped(deleted), ["goes/web", "goes/database", "occupied/web"]);
  });
});
