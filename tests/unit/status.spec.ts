import assert from "node:assert/strict";
import type { Cluster } from "../../cluster";
import { ApiError } from "../../cluster/client";
import { keyOf, type KubeObject } from "../../lib/objects";
import { readStatus } from "../../tools/status/read";
import type { StackStatus } from "../../tools/status/report";

import { type View, watch } from "../../tools/status/watch";
import { jobStatus, scheduleStatus } from "../../tools/status/runs";
import { since, statusLines } from "../../tools/status/text";
import { urlsOf } from "../../tools/status/urls";
import type { Wants } from "../../tools/status/wants";

const labels = { "app.kubernetes.io/part-of": "sys", "stackberth.dev/stack": "test" };
const object = (kind: string, name: string, rest: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "lab", uid: `${kind}-${name}`, labels },
  ...rest,
});
const deployment = (name: string, available: number, replicas = 2): KubeObject =>
  object("Deployment", name, {
    spec: { replicas, selector: { matchLabels: { app: name } } },
    status: { updatedReplicas: replicas, availableReplicas: available, replicas },
  });
const job = (name: string, conditions: readonly object[], status: object = {}): KubeObject => {
  const made = object("Job", name, { status: { conditions, ...status } });
  const owner = [{ kind: "CronJob", uid: "CronJob-backup" }];
  return { ...made, metadata: { ...made.metadata, ownerReferences: owner } };
};
const failed = (name: string, at: string): KubeObject => {
  const why = { reason: "BackoffLimitExceeded", message: "it failed 4 times" };
  return job(name, [{ type: "Failed", status: "True", lastTransitionTime: at, ...why }]);
};
const complete = (name: string, at: string): KubeObject =>
  job(name, [{ type: "Complete", status: "True" }], { completionTime: at });

/** A cluster that has these objects, pods that have logs, and nothing else. */
function clusterOf(live: readonly KubeObject[], others: readonly KubeObject[] = []): Cluster {
  const pod = {
    metadata: { name: "web-1" },
    status: {
      phase: "Running",
      containerStatuses: [{ name: "main", ready: false, restartCount: 3 }],
    },
  };
  const answers: Record<string, unknown> = {
    "/api/v1/namespaces/lab/pods": { items: [pod] },
  };
  const fake = {
    labelled: () => Promise.resolve(live),
    find: (wanted: KubeObject) => {
      if (wanted.kind === "Hidden") throw new ApiError(403, {}, { path: "" });
      return Promise.resolve([...live, ...others].find((it) => keyOf(it) === keyOf(wanted)));
    },
    discovery: { find: () => Promise.resolve(undefined) },
    client: {
      server: "https://127.0.0.1:6443",
      json: ({ path }: { path: string }) => Promise.resolve(answers[path] ?? { items: [] }),
      text: () =>
        Promise.resolve({ status: 200, text: "cannot log in: hunter2-hunter2-hunter2\n" }),
    },
  };
  return fake as unknown as Cluster;
}

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

describe("status of runs", () => {
  const backup = object("CronJob", "backup", {
    spec: { schedule: "0 2 * * *", timeZone: "Europe/Berlin", suspend: true },
    status: { lastScheduleTime: "2026-01-02T02:00:00Z" },
  });

  it("has the last success and failure of a schedule, and counts what is running", () => {
    const jobs = [
      complete("b-1", "2026-01-01T02:05:00Z"),
      failed("b-2", "2026-01-02T02:10:00Z"),
      job("b-3", [], { startTime: "2026-01-03T02:00:00Z" }),
      object("Job", "somebody-elses", { status: { startTime: "2027-01-01T00:00:00Z" } }),
    ];
    assert.deepEqual(scheduleStatus(backup, jobs), {
      kind: "CronJob",
      namespace: "lab",
      name: "backup",
      state: "failed",
      schedule: "0 2 * * *",
      timeZone: "Europe/Berlin",
      suspended: true,
      running: 1,
      lastRun: "2026-01-03T02:00:00Z",
      lastSuccess: "2026-01-01T02:05:00Z",
      lastFailure: {
        time: "2026-01-02T02:10:00Z",
        reason: "BackoffLimitExceeded: it failed 4 times",
      },
    });
  });

  it("is ready again after a success, even if its Job is deleted", () => {
    const status = { lastSuccessfulTime: "2026-01-03T02:00:00Z" };
    const jobs = [failed("b-2", "2026-01-02T02:10:00Z")];
    assert.equal(scheduleStatus({ ...backup, status }, jobs).state, "ready");
  });

  it("makes the system not ready by a schedule that failed", async () => {
    const live = [object("CronJob", "backup")];
    const cluster = clusterOf(live) as unknown as {
      discovery: object;
      client: { find?: (path: string) => Promise<unknown> };
    };
    const batch = { apiVersion: "batch/v1", kind: "Job", plural: "jobs", namespaced: true };
    cluster.discovery = { find: () => Promise.resolve(batch) };
    cluster.client.find = (path) => {
      assert.equal(path, "/apis/batch/v1/namespaces/lab/jobs");
      return Promise.resolve({ items: [failed("b-1", "2026-01-02T02:10:00Z")] });
    };
    const wants = { objects: live };
    const status = await readStatus({ stack: "test", cluster: cluster as never, wants });
    assert.equal(status.ready, false);
    assert.match(statusLines(status).join("\n"), /FAILED CronJob lab\/backup .*it failed 4 times/);
  });

  it("has how a Job of the stack ended", () => {
    assert.deepEqual(jobStatus(complete("init", "2026-01-01T00:00:00Z")), {
      kind: "Job",
      namespace: "lab",
      name: "init",
      state: "ready",
      finished: "2026-01-01T00:00:00Z",
    });
    assert.equal(jobStatus(failed("init", "2026-01-01T00:00:00Z")).state, "failed");
    assert.equal(jobStatus(job("init", [])).state, "waiting");
    assert.equal(jobStatus(job("init", [])).finished, null);
  });

  it("says how long ago something was", () => {
    const now = "2026-01-10T12:00:00Z";
    const cases = [
      ["2026-01-10T12:00:07Z", "0 s ago"],
      ["2026-01-10T11:59:01Z", "59 s ago"],
      ["2026-01-10T11:59:00Z", "1 min ago"],
      ["2026-01-10T09:30:00Z", "2 h ago"],
      ["2026-01-07T12:00:00Z", "3 d ago"],
    ] as const;
    for (const [time, text] of cases) assert.equal(since(time, now), text);
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

/** Runs `watch` over some views and returns what was written. */
async function watched(inPlace: boolean, views: readonly View[]): Promise<string> {
  const ended = new AbortController();
  let [text, count] = ["", 0];
  await watch({
    screen: { columns: 12, rows: 4, write: (part: string) => (text += part) },
    inPlace,
    intervalMs: 1,
    signal: ended.signal,
    read: () => {
      const view = views[count];
      count += 1;
      if (count === views.length) ended.abort();
      assert.ok(view);
      return Promise.resolve(view);
    },
  });
  return text;
}

const view = (key: string, ...lines: readonly string[]): View => ({ key, lines });
const escape = String.fromCharCode(27);

describe("live status", () => {
  it("appends what is new where there is no terminal", async () => {
    const views = [
      view("a", "12:00", "web 0"),
      view("a", "12:01", "web 0"),
      view("b", "12:02", "web 1"),
    ];
    assert.equal(await watched(false, views), "12:00\nweb 0\n12:02\nweb 1\n");
  });

  it("redraws in place on a terminal, and leaves the last view behind", async () => {
    const text = await watched(true, [view("a", "one"), view("b", "two")]);
    const [enter, leave] = [`${escape}[?1049h${escape}[?25l`, `${escape}[?25h${escape}[?1049l`];
    const drawn = (line: string): string => `${escape}[H${line}${escape}[K${escape}[J`;
    assert.equal(text, `${enter}${drawn("one")}${drawn("two")}${leave}two\n`);
  });

  it("cuts what does not fit on the terminal", async () => {
    const text = await watched(true, [view("a", "a line that is long", "2", "3", "4", "5")]);
    const [first] = text.split(`${escape}[J`);
    assert.match(first ?? "", /a line that .*\r\n2.*\r\n… 3 more lin/s);
    assert.ok(!first?.includes("is long"));
    assert.ok(text.endsWith("a line that is long\n2\n3\n4\n5\n"));
  });
});
