import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import type { Cluster } from "../../../cluster";
import { retainAnnotation, stackLabel } from "../../../lib/labels";
import { keyOf, type KubeObject } from "../../../lib/objects";
import { deployed } from "../../support/deploy";
import { Sandbox } from "../../support/sandbox";
import { Journal } from "../../../tools/pulumi/journal";

describe("the journal of a stack", () => {
  const sandbox = new Sandbox();
  beforeEach(() => {
    sandbox.setenv({ STACKBERTH_HOME: sandbox.path() });
    sandbox.write("Pulumi.yaml", "name: stackberth\nruntime: nodejs\n");
  });
  const path = (): string => sandbox.path("journals", "dev.jsonl");

  function open(secretsMode = "config", envVars: object = { PULUMI_BACKEND_URL: "file:///x" }) {
    const file = { config: { "stackberth:secretsMode": secretsMode } };
    sandbox.write("Pulumi.dev.yaml", JSON.stringify(file));
    return Journal.of({
      name: "dev",
      workspace: { workDir: sandbox.path(), envVars },
    } as unknown as Stack);
  }

  /** Runs a program of ConfigMaps that a journal notes. */
  async function note(journal: Journal | undefined, names: readonly string[], isKept = true) {
    const program = (): Promise<void> => {
      for (const name of names) {
        new k8s.core.v1.ConfigMap(name, { metadata: { name, namespace: "shop" } });
      }
      return Promise.resolve();
    };
    const noting = journal?.noting(program, isKept).program;
    assert.ok(noting !== undefined);
    await deployed(() => pulumi.runtime.runInPulumiStack(noting));
  }

  /** A cluster in which every object that is asked for is live, with more in its metadata. */
  const clusterOf = (more: Partial<KubeObject["metadata"]>, claims: readonly object[] = []) =>
    ({
      find: (object: KubeObject) =>
        Promise.resolve({ ...object, metadata: { ...object.metadata, ...more } }),
      client: { json: () => Promise.resolve({ items: claims }) },
    }) as unknown as Cluster;
  const own = { labels: { [stackLabel]: "dev" } };
  const names = (objects: readonly KubeObject[] = []) => objects.map((it) => it.metadata.name);

  it("knows what a killed run asked for and this one does not", async () => {
    await note(open(), ["a", "b"]);
    const next = open();
    await note(next, ["b", "c"]);
    assert.deepEqual(names(await next?.leftovers(clusterOf(own), "dev")), ["a"]);
    next?.end();
    assert.deepEqual(names(await open()?.leftovers(clusterOf(own), "dev")), []);
  });

  it("leaves what is another stack's, or must stay", async () => {
    await note(open(), ["a"]);
    const kept = { ...own, annotations: { [retainAnnotation]: "true" } };
    for (const more of [{}, { labels: { [stackLabel]: "prod" } }, kept]) {
      assert.deepEqual(await open()?.leftovers(clusterOf(more), "dev"), []);
    }
    assert.deepEqual(names(await open()?.leftovers(clusterOf(own), "dev")), ["a"]);
  });

  it("leaves a namespace with somebody else's claim", async () => {
    await note(open(), ["a"]);
    const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } };
    writeFileSync(path(), JSON.stringify(namespace));
    const claim = { metadata: { name: "theirs" } };
    assert.deepEqual(await open()?.leftovers(clusterOf(own, [claim]), "dev"), []);
    assert.deepEqual(names(await open()?.leftovers(clusterOf(own), "dev")), ["n"]);
  });

  for (const cut of [1, 10]) {
    it(`survives a line from which a kill cut ${String(cut)} characters`, async () => {
      await note(open(), ["a", "b"]);
      writeFileSync(path(), readFileSync(path(), "utf8").slice(0, -cut));
      await note(open(), ["c"]);
      const found = await open()?.leftovers(clusterOf(own), "dev");
      assert.deepEqual(found?.map(keyOf), ["|ConfigMap|shop|a", "|ConfigMap|shop|c"]);
    });
  }

  it("is not written by a preview", async () => {
    await note(open(), ["a"], false);
    assert.ok(!existsSync(path()));
  });

  it("is not there where only a checkpoint can tell", () => {
    assert.ok(open() !== undefined);
    assert.equal(open("generated"), undefined, "passwords are in the state alone");
    assert.equal(open("config", {}), undefined, "the state is elsewhere");
  });

  it("is not there for a stack whose file is gone, so that its review can still be removed", () => {
    open();
    rmSync(sandbox.path("Pulumi.dev.yaml"));
    const workspace = { workDir: sandbox.path(), envVars: { PULUMI_BACKEND_URL: "file:///x" } };
    assert.equal(Journal.of({ name: "dev", workspace } as unknown as Stack), undefined);
  });
});
