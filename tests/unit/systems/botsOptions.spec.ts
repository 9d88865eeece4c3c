import assert from "node:assert/strict";
import { init, queue, web } from "../../support/botsStack";
import { runbookOf } from "../../support/runbook";
import { systemCases } from "../../support/systems";
import { at, keyOf, type KubeObject, listAt, textAt } from "../../../lib/objects";
import {
  containerOf,
  envOf,
  namesOf,
  podOf,
  stackOf,
  type SystemStack,
} from "../../support/systemStack";

const containers = (object: KubeObject): unknown[] =>
  listAt(podOf(object), "containers").map(({ name }) => name);
const file = (stack: SystemStack, name: string): string => {
  const suffix = name === "bots.ini" ? "ini" : "settings";
  return textAt(stack.find("ConfigMap", `bots-config-${suffix}`), "data", name);
};

/** Kind and name of the objects that differ between two stacks; Jobs without their digest. */
function changed(one: SystemStack, other: SystemStack): string[] {
  const texts = (stack: SystemStack) =>
    new Map(stack.objects.map((each) => [keyOf(each), JSON.stringify(each)]));
  const [left, right] = [texts(one), texts(other)];
  const differing = [...left.keys(), ...right.keys()].filter(
    (key) => left.get(key) !== right.get(key),
  );
  const said = differing.map((key) => {
    const [, kind = "", , name = ""] = key.split("|");
    return `${kind} ${kind === "Job" ? name.replace(/-[0-9a-f]{8}$/, "") : name}`;
  });
  return [...new Set(said)].sort();
}

describe("the job queue of bots", () => {
  it("is reached through relays, because bots looks for it only at localhost", async () => {
    const stack = await stackOf("bots");
    const there = containerOf(web(stack), "relay");
    assert.deepEqual(at(there, "command"), [
      "python",
      "/relay/relay.py",
      "127.0.0.1:28082",
      "bots-jobqueue:28082",
    ]);
    const here = containerOf(queue(stack), "relay");
    assert.deepEqual(at(here, "command", 2), "$(POD_IP):28082");
    assert.deepEqual(envOf(here, "POD_IP"), { fieldRef: { fieldPath: "status.podIP" } });
    assert.equal(at(here, "ports", 0, "containerPort"), 28082);
    assert.match(file(stack, "bots.ini"), /^host = localhost$/m);
  });

  it("may be at another host", async () => {
    const stack = await stackOf("bots", {
      jobQueue: { mode: "separate", host: "queue.example.org" },
    });
    assert.equal(at(containerOf(web(stack), "relay"), "command", 3), "queue.example.org:28082");
  });

  it("needs no relay if the image reads the host", async () => {
    const stack = await stackOf("bots", { jobQueue: { mode: "separate", relay: false } });
    assert.deepEqual(containers(web(stack)), ["bots-webserver"]);
    assert.deepEqual(containers(queue(stack)), ["bots-jobqueue"]);
    assert.equal(at(containerOf(queue(stack)), "ports", 0, "containerPort"), 28082);
    assert.match(file(stack, "bots.ini"), /^host = bots-jobqueue$/m);
    assert.ok(!namesOf(stack, "ConfigMap").includes("bots-relay"));
  });

  it("may be a sidecar of the web server, which then has one pod", async () => {
    const settings = { jobQueue: { mode: "sidecar" } };
    const stack = await stackOf("bots", settings);
    assert.deepEqual(namesOf(stack, "Deployment"), ["bots-webserver"]);
    assert.deepEqual(namesOf(stack, "Service"), ["bots-webserver"]);
    assert.deepEqual(containers(web(stack)), ["bots-webserver", "bots-jobqueue"]);
    assert.equal(at(web(stack), "spec", "replicas"), 1);
    assert.deepEqual(at(web(stack), "spec", "strategy"), { type: "Recreate" });
    assert.equal(at(podOf(web(stack)), "terminationGracePeriodSeconds"), 60);
    assert.match(
      JSON.stringify(runbookOf("bots", { ...systemCases["bots"]?.good, ...settings })),
      /deployment\/bots-webserver --container bots-jobqueue/,
    );
  });

  it("counts in the capacity in both modes", async () => {
    const capacity = async (mode: string): Promise<unknown> =>
      at((await stackOf("bots", { jobQueue: { mode } })).outputs["capacity"], "bots");
    // The two relays are the difference.
    assert.deepEqual(await capacity("sidecar"), {
      replicas: 1,
      cpuRequests: "200m",
      cpuLimits: "1500m",
      memoryRequests: "512Mi",
      memoryLimits: "1536Mi",
      storage: "131Gi",
      podSecurity: "restricted",
    });
    assert.equal(at(await capacity("separate"), "cpuRequests"), "220m");
  });
});

describe("services of bots", () => {
  it("start after the initialisation, which starts after its NetworkPolicies", async () => {
    const { objects } = await stackOf("bots");
    const place = (kind: string, name: string): number =>
      objects.findIndex((each) => each.kind === kind && each.metadata.name.startsWith(name));
    const job = place("Job", "bots-db-init");
    assert.ok(job > 0);
    for (const name of ["allow-dns", "bots-database-from-bots-db-init"]) {
      assert.ok(place("NetworkPolicy", name) < job, name);
    }
    for (const name of ["bots-webserver", "bots-jobqueue"]) {
      assert.ok(place("Deployment", name) > job, name);
    }
    assert.ok(place("CronJob", "bots-engine") > job);
    assert.ok(place("Job", "bots-create-superuser") > job);
  });

  it("are the only pods that a changed password restarts", async () => {
    const before = await stackOf("bots");
    for (const key of ["botsDatabasePassword", "botsDjangoSecretKey"]) {
      const after = await stackOf("bots", {}, { [`stackberth:${key}`]: `new-${key}` });
      assert.deepEqual(changed(before, after), [
        "Deployment bots-jobqueue",
        "Deployment bots-webserver",
        "Secret bots-edidb-secret",
      ]);
    }
  });

  it("keep running when the administrator's password changes, which a Job sets", async () => {
    const after = await stackOf("bots", {}, { "stackberth:botsSuperuserPassword": "another one" });
    assert.deepEqual(changed(await stackOf("bots"), after), [
      "Job bots-create-superuser",
      "Secret bots-superuser-secret",
    ]);
  });

  for (const files of [
    { botsIni: { settings: { maxdays: 60 } } },
    { settings: { LANGUAGE_CODE: "nl" } },
  ]) {
    it(`restart after the initialisation when ${Object.keys(files).join()} changes, which the next run reads too`, async () => {
      const after = await stackOf("bots", { files });
      const kinds = ["Deployment", "CronJob", "Job"];
      assert.deepEqual(
        changed(await stackOf("bots"), after).filter((each) =>
          kinds.includes(each.split(" ")[0] ?? ""),
        ),
        [
          "CronJob bots-engine",
          "Deployment bots-jobqueue",
          "Deployment bots-webserver",
          "Job bots-create-superuser",
          "Job bots-db-init",
        ],
      );
    });
  }

  it("are initialised again for a new image", async () => {
    const [before, after] = [
      await stackOf("bots"),
      await stackOf("bots", { image: "registry.example.org/edi/bots:4.0.1" }),
    ];
    assert.notEqual(init(before).metadata.name, init(after).metadata.name);
  });

  it("answer to their host names and to the pods' addresses", async () => {
    const hosts = ["bots.example.org", "*.edi.example.org"];
    const tls = { mode: "certManager", issuer: "letsencrypt" };
    const stack = await stackOf("bots", { exposure: { type: "ingress", hosts, tls } });
    const env = (name: string): unknown => envOf(containerOf(web(stack)), name);
    assert.equal(
      env("ALLOWED_HOSTS"),
      "bots.example.org,.edi.example.org,localhost,bots-webserver,bots-webserver.edi",
    );
    assert.equal(env("CSRF_TRUSTED_ORIGINS"), "https://bots.example.org,https://*.edi.example.org");
    assert.equal(env("SECURE_COOKIES"), "true");
    assert.deepEqual(env("POD_IP"), { fieldRef: { fieldPath: "status.podIP" } });
  });

  it("may reach only what they need", async () => {
    const stack = await stackOf("bots", {
      egress: ["198.51.100.0/24"],
      smtp: { host: "mail.example.org", from: "a@example.org", managers: ["b@example.org"] },
    });
    const ends = stack.objects
      .filter(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name.includes("-from-"))
      .map(({ metadata }) => metadata.name)
      .sort();
    const services = ["bots-engine", "bots-jobqueue", "bots-webserver"];
    const each = (edge: string, pods: string[]) => pods.map((pod) => `${edge}-from-${pod}`);
    const jobs = [
      "bots-create-superuser",
      "bots-database-dump",
      "bots-database-restore",
      "bots-db-init",
    ];
    assert.deepEqual(ends, [
      ...each("bots-database", [...jobs, ...services].sort()),
      ...each("bots-mail", services),
      ...each("bots-partners-0", services),
      "bots-queue-from-bots-webserver",
    ]);
    const mail = stack.find("NetworkPolicy", "bots-mail-from-bots-engine");
    assert.equal(at(mail, "spec", "egress", 0, "ports", 0, "port"), 587);
  });

  it("log in to the mail server with a password from a Secret", async () => {
    const smtp = {
      host: "mail.example.org",
      user: "bots",
      from: "a@example.org",
      managers: ["b@example.org", "c@example.org"],
    };
    const password = { "stackberth:botsSmtpPassword": "x" };
    const container = containerOf(web(await stackOf("bots", { smtp }, password)));
    assert.equal(envOf(container, "EMAIL_MANAGERS"), "b@example.org,c@example.org");
    assert.equal(envOf(container, "EMAIL_USE_TLS"), "true");
    assert.deepEqual(envOf(container, "EMAIL_HOST_PASSWORD"), {
      secretKeyRef: { name: "bots-smtp-secret", key: "EMAIL_HOST_PASSWORD" },
    });
  });

  it("may include a directory monitor, which uses the job queue", async () => {
    const directories = [{ path: "/home/bots/.bots/in", route: "orders" }];
    const stack = await stackOf("bots", { dirMonitor: { directories } });
    const monitor = stack.find("Deployment", "bots-dirmonitor");
    assert.deepEqual(at(containerOf(monitor), "args"), ["dirmonitor"]);
    assert.deepEqual(containers(monitor), ["bots-dirmonitor", "relay"]);
    assert.deepEqual(at(monitor, "spec", "strategy"), { type: "Recreate" });
    assert.match(
      file(stack, "bots.ini"),
      /^\[dirmonitor1\]\npath = \/home\/bots\/\.bots\/in\nfilemask = \*\nroute = orders$/m,
    );
    const beside = await stackOf("bots", {
      dirMonitor: { directories },
      jobQueue: { mode: "sidecar" },
    });
    assert.deepEqual(containers(web(beside)), [
      "bots-webserver",
      "bots-jobqueue",
      "bots-dirmonitor",
    ]);
  });
});

describe("the engine of bots", () => {
  it("has a CronJob for each route", async () => {
    const settings = { engine: { routes: ["orders", "Invoices_out"] } };
    const stack = await stackOf("bots", settings);
    const jobs = namesOf(stack, "CronJob").filter((name) => name.includes("engine"));
    assert.deepEqual(jobs, ["bots-engine-invoices-out", "bots-engine-orders"]);
    const args = (name: string): unknown => at(containerOf(stack.find("CronJob", name)), "args");
    assert.deepEqual(args("bots-engine-orders"), ["engine", "--new", "orders"]);
    assert.deepEqual(args("bots-engine-invoices-out"), ["engine", "--new", "Invoices_out"]);
    const runbook = runbookOf("bots", { ...systemCases["bots"]?.good, ...settings });
    assert.match(
      runbook["run bots-engine-orders now"] ?? "",
      /--from cronjob\/bots-engine-orders$/,
    );
  });

  it("follows the stack's time zone and can be suspended", async () => {
    const stack = await stackOf("bots", { timeZone: "Europe/Berlin", engine: { suspend: true } });
    const { spec } = stack.find("CronJob", "bots-engine");
    assert.equal(at(spec, "timeZone"), "Europe/Berlin");
    assert.equal(at(spec, "suspend"), true);
    assert.equal(envOf(containerOf(web(stack)), "TZ"), "Europe/Berlin");
  });
});
