import assert from "node:assert/strict";
import { type KubeObject } from "../../../lib/objects";
import { readStatus } from "../../../tools/status/read";
import type { StackStatus } from "../../../tools/status/report";

import { statusLines } from "../../../tools/status/text";
import { urlsOf } from "../../../tools/status/urls";
import type { Wants } from "../../../tools/status/wants";
import { clusterOf, deployment, labels, object } from "../../support/statusOf";

const read = (
  live: readonly KubeObject[],
  wants: Wants = { objects: live },
  others: readonly KubeObject[] = [],
): Promise<StackStatus> => readStatus({ stack: "test", cluster: clusterOf(live, others), wants });

describe("status", () => {
  it("is ready when everything that is wanted does what it is for", async () => {
    const status = await read([deployment("web", 2), object("Service", "web")]);
    assert.equal(status.ready, true);
    const [system] = status.systems;
    assert.deepEqual(system?.objects, { wanted: 2, live: 2, ready: 2 });
    assert.deepEqual(system.workloads[0]?.replicas, { wanted: 2, ready: 2 });
    assert.deepEqual(system.problems, []);
    assert.match(
      statusLines(status).join("\n"),
      /sys: ready, 2 of 2 wanted\n.*\n\neverything is ready$/,
    );
  });

  it("has exactly the documented fields", async () => {
    const live = [deployment("web", 1), object("CronJob", "backup"), object("Job", "init")];
    const status = await read(live);
    const keys = (value: object | undefined): string => Object.keys(value ?? {}).join(" ");
    const [system] = status.systems;
    assert.equal(keys(status), "stack server time ready wantedKnown notes systems");
    assert.equal(
      keys(system),
      "name namespaces ready urls objects workloads schedules jobs problems",
    );
    assert.equal(keys(system?.workloads[0]), "kind namespace name state replicas");
    assert.equal(
      keys(system?.schedules[0]),
      "kind namespace name state schedule timeZone suspended running lastRun lastSuccess lastFailure",
    );
    assert.equal(keys(system?.jobs[0]), "kind namespace name state finished");
    assert.equal(keys(system?.problems[0]), "kind namespace name state reason details");
    assert.match(status.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it("says what is not ready, and why, by the last log lines; but no secret", async () => {
    const secret = Buffer.from("hunter2-hunter2-hunter2").toString("base64");
    const live = [deployment("web", 1), object("Secret", "auth", { data: { password: secret } })];
    const status = await read(live);
    assert.equal(status.ready, false);
    const text = statusLines(status).join("\n");
    assert.match(text, /! Deployment lab\/web waiting: 1 of 2 replicas are available/);
    assert.match(text, /container main: .*3 restarts/);
    assert.match(text, /\| cannot log in: \[secret\]/);
    assert.ok(!`${text}${JSON.stringify(status)}`.includes("hunter2"));
  });

  it("says what is wanted and missing", async () => {
    const live = [deployment("web", 2)];
    const wants = { objects: [...live, object("Service", "web")] };
    const status = await read(live, wants);
    assert.equal(status.ready, false);
    const text = statusLines(status).join("\n");
    assert.match(text, /Service lab\/web missing: it does not exist/);
    assert.deepEqual(status.systems[0]?.objects, { wanted: 2, live: 1, ready: 1 });
  });

  it("names the stack that owns an object instead", async () => {
    const foreign = object("Service", "web");
    const other = { ...labels, "stackberth.dev/stack": "other" };
    const others = [{ ...foreign, metadata: { ...foreign.metadata, labels: other } }];
    const status = await read([deployment("web", 2)], { objects: [foreign] }, others);
    assert.match(
      status.systems[0]?.problems[0]?.reason ?? "",
      /exists, but belongs to stack other/,
    );
  });

  it("does not call missing what it may not read, nor a Job that is deleted once done", async () => {
    const brief = object("Job", "init-abc", { spec: { ttlSecondsAfterFinished: 300 } });
    const objects = [deployment("web", 2), object("Hidden", "x"), brief];
    assert.equal((await read([deployment("web", 2)], { objects })).ready, true);
  });

  it("knows a Job by what it is for: its name holds a digest", async () => {
    const named = (name: string): KubeObject => {
      const made = object("Job", name, {
        status: { conditions: [{ type: "Complete", status: "True" }] },
      });
      const own = { ...labels, "app.kubernetes.io/name": "init" };
      return { ...made, metadata: { ...made.metadata, labels: own } };
    };
    assert.equal((await read([named("init-1")], { objects: [named("init-2")] })).ready, true);
  });

  it("says that somebody scaled a workload by hand", async () => {
    const wants = { objects: [deployment("web", 3, 3)] };
    const status = await read([deployment("web", 1, 1)], wants);
    assert.equal(status.systems[0]?.problems[0]?.reason, "it is scaled to 1, not to 3");
    assert.deepEqual(status.systems[0].workloads[0]?.replicas, { wanted: 3, ready: 1 });
  });

  it("judges workloads even where the engine does not wait for them", async () => {
    const lazy = deployment("web", 0);
    const annotations = { "pulumi.com/skipAwait": "true" };
    const live = [{ ...lazy, metadata: { ...lazy.metadata, annotations } }];
    assert.equal((await read(live)).ready, false);
  });

  it("reports what live objects show, and why it cannot report more", async () => {
    const status = await read([deployment("web", 2)], { unknown: "no passphrase for stack test" });
    assert.equal(status.ready, true);
    assert.equal(status.wantedKnown, false);
    assert.deepEqual(status.systems[0]?.objects, { wanted: null, live: 1, ready: 1 });
    assert.match(statusLines(status).join("\n"), /note: .*no passphrase for stack test/);
  });

  it("is not ready when the cluster has nothing of the stack", async () => {
    const status = await read([], { objects: [] });
    assert.equal(status.ready, false);
    assert.deepEqual(status.notes, ["the cluster has no objects of stack test"]);
  });

  it("shortens a long list of what is missing, for people alone", async () => {
    const objects = Array.from({ length: 30 }, (_, index) => object("Service", `s${index}`));
    const status = await read([deployment("web", 2)], { objects });
    assert.equal(status.systems[0]?.problems.length, 30);
    assert.match(statusLines(status).join("\n"), /and 20 more missing objects/);
  });
});

describe("addresses of live objects", () => {
  const cases: readonly (readonly [string, KubeObject, readonly string[]])[] = [
    [
      "an Ingress, with and without certificate",
      object("Ingress", "web", {
        spec: {
          tls: [{ hosts: ["a.example.org"] }],
          rules: [{ host: "a.example.org" }, { host: "b.example.org" }, {}],
        },
      }),
      ["https://a.example.org", "http://b.example.org"],
    ],
    [
      "a load balancer",
      object("Service", "web", {
        spec: { type: "LoadBalancer", ports: [{ port: 8000 }] },
        status: {
          loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { hostname: "lb.example.org" }] },
        },
      }),
      ["http://192.0.2.1:8000", "http://lb.example.org:8000"],
    ],
    [
      "a node port",
      object("Service", "web", { spec: { type: "NodePort", ports: [{ nodePort: 30080 }] } }),
      ["http://<any node>:30080"],
    ],
    ["a Service within", object("Service", "web", { spec: { type: "ClusterIP" } }), []],
    ["anything else", deployment("web", 2), []],
  ];
  for (const [title, it_, urls] of cases) {
    it(`are those of ${title}`, () => assert.deepEqual(urlsOf(it_), urls));
  }
});
