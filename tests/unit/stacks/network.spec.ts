import assert from "node:assert/strict";
import { systemOf } from "../../../cluster/ownership";
import { usualDns } from "../../../lib/dns";
import { at, describe as nameOf, type Json, type KubeObject, listAt } from "../../../lib/objects";
import { drawObjects } from "../../../tools/graph";
import {
  disagreements,
  linesOf,
  outsidersOf,
  podsOf,
  portsOf,
  strangersOf,
  type Subject,
} from "../../support/networkEnds";
import { needsOf, unmet } from "../../support/networkNeeds";
import { Policies } from "../../support/networkPolicies";
import { machines, managed } from "../../support/mipStack";
import { collectStack, stackNames } from "../../support/stacks";
import { systemCases } from "../../support/systems";
import { systemStack } from "../../support/systemStack";

/** The lines of the tables that `npm run graph` would write for these objects. */
const tables = (objects: readonly KubeObject[]) =>
  drawObjects(objects, "any").flatMap(({ system, network }) => {
    const own = objects.filter((each) => each.kind === "Namespace" && systemOf(each) === system);
    return linesOf(network, own.map(({ metadata }) => metadata.name).sort());
  });

/** Open connections of pods that are in the stack's namespaces, but of no workload, beside name resolution. */
const isResolver = ({ name, pod }: Subject): boolean =>
  usualDns.addresses.includes(name) || pod?.namespace === usualDns.namespace;

const strangersOpen = (objects: readonly KubeObject[]): readonly string[] => {
  const policies = new Policies(objects);
  const others = [...podsOf(objects), ...outsidersOf(objects)];
  const ports = portsOf(objects);
  return strangersOf(objects).flatMap((stranger) =>
    others.flatMap((other) =>
      ports
        .filter(({ port }) => port !== usualDns.port || !isResolver(other))
        .filter((it) => policies.allow(stranger, other, it) || policies.allow(other, stranger, it))
        .map(({ port, protocol }) => `${stranger.name}, ${other.name}, ${port}/${protocol}`),
    ),
  );
};

const isPolicy = ({ kind }: KubeObject): boolean => kind === "NetworkPolicy";
const without = (objects: readonly KubeObject[], name: string): readonly KubeObject[] => {
  const rest = objects.filter((each) => !(isPolicy(each) && each.metadata.name === name));
  assert.ok(rest.length < objects.length, `no NetworkPolicy ${name}: the fixture breaks nothing`);
  return rest;
};
const peersOf = ({ spec }: KubeObject): readonly Json[] => [
  ...listAt(spec, "ingress").flatMap((rule) => listAt(rule, "from")),
  ...listAt(spec, "egress").flatMap((rule) => listAt(rule, "to")),
];

/** Why there are policies that open nothing that an object of the stack asks for. */
const unasked: Readonly<Record<string, (policy: KubeObject) => boolean>> = {
  "they only deny": ({ spec }) => !at(spec, "ingress") && !at(spec, "egress"),
  "the stack file names the addresses": (policy) =>
    peersOf(policy).some((peer) => peer["ipBlock"] !== undefined),
  "Flower's server tells its address": ({ metadata }) => metadata.name.startsWith("to-flower"),
  // Its egress to any address holds name resolution too, with some network plugins.
  "openml may connect to any address": ({ metadata }) =>
    metadata.name === "allow-dns" && metadata.namespace?.startsWith("openml") === true,
};

for (const stack of stackNames) {
  describe(`network of ${stack}`, () => {
    let objects: readonly KubeObject[];
    let openms: readonly KubeObject[];
    before(async () => {
      ({ objects } = await collectStack(stack));
      openms = objects.filter((each) => systemOf(each) === "openms");
    });

    it("is open exactly where the tables say so", () => {
      assert.ok(podsOf(objects).length > 20 && tables(objects).length > 20);
      assert.deepEqual(disagreements(objects, tables(objects)), []);
    });

    it("is open wherever a workload needs it", () => assert.deepEqual(unmet(objects), []));

    it("has no policy that nothing needs", () => {
      const needs = needsOf(objects);
      const idle = objects.filter(isPolicy).filter(
        (policy) =>
          unmet(
            objects.filter((each) => each !== policy),
            needs,
          ).length === 0,
      );
      const reasons = Object.values(unasked);
      assert.ok(
        reasons.every((fits) => idle.some(fits)),
        "a reason that is none",
      );
      assert.deepEqual(
        idle.filter((policy) => !reasons.some((fits) => fits(policy))).map(nameOf),
        [],
      );
    });

    it("denies by default in every namespace", () => {
      const namespaces = objects.filter(({ kind }) => kind === "Namespace");
      assert.ok(strangersOf(objects).length >= namespaces.length);
      assert.deepEqual(strangersOpen(objects), []);
      for (const { metadata } of namespaces) {
        const inside = objects.filter(
          (each) => metadata.name === (each.metadata.namespace ?? each.metadata.name),
        );
        assert.notDeepEqual(strangersOpen(without(inside, "default-deny")), [], metadata.name);
      }
    });

    it("would be found open, or closed, where the table is wrong", () => {
      const lines = tables(openms);
      const closed = disagreements(without(openms, "redis-clients"), lines);
      assert.deepEqual(closed.map((text) => text.replace(/.* to /, "")).sort(), [
        "openms/redis 6379/TCP is in the table, but closed",
        "openms/redis 6379/TCP is in the table, but closed",
      ]);
      const open = structuredClone(openms).map((each) =>
        each.metadata.name === "redis-clients"
          ? { ...each, spec: { ...(each["spec"] as object), ingress: [{}] } }
          : each,
      );
      const found = disagreements(open, lines);
      assert.ok(
        found.includes("the internet to openms/redis 6379/TCP is open, but not in the table"),
      );
      assert.ok(found.every((text) => text.includes("to openms/redis")));
    });

    it("would be found closed where a workload needs it", () => {
      assert.deepEqual(unmet(without(openms, "redis-clients-from-worker")), [
        "openms/worker to openms/redis 6379 (REDIS_URL)",
        "openms/worker to openms/redis 6379 (RQ_REDIS_URL)",
        "openms/worker to openms/redis 6379 (args)",
      ]);
      assert.deepEqual(unmet(without(openms, "web-clients")).slice(0, 1), [
        "an ingress controller to openms/web 8501 (Ingress)",
      ]);
    });
  });
}

const cases = (system: string): object => systemCases[system]?.good ?? {};
const smtp = { host: "mail.example.org", from: "a@example.org", managers: ["a@example.org"] };
const monitored = [{ path: "/home/bots/.bots/botssys/infile", route: "in" }];
const own = { ...machines, smpc: { enabled: true } };
const elsewhere = { workersDns: ["worker.example.org"], workersCidrs: ["203.0.113.0/24"] };

/** Settings that open connections which neither stack has. */
const options: readonly (readonly [what: string, system: string, settings: object])[] = [
  [
    "a scaler that measures the queue",
    "openms",
    { worker: { queueScaling: { minReplicas: 1, maxReplicas: 3 } } },
  ],
  [
    "a managed database, a mail server and a directory monitor",
    "bots",
    {
      database: { type: "managed", engine: "postgresql" },
      smtp,
      dirMonitor: { directories: monitored },
    },
  ],
  [
    "a front end and a managed database",
    "openml",
    { database: { type: "managed", restoreFrom: "dump.sql.gz" }, exposure: { type: "nodePort" } },
  ],
  ["node ports and SMPC", "mip", { managedCluster: false, federations: [own] }],
  ["workers elsewhere", "mip", { federations: [{ ...managed, ...elsewhere }] }],
];

describe("network of other settings", () => {
  for (const [what, system, settings] of options) {
    it(`${system} with ${what}: is open where the table says so, and where it must be`, async () => {
      const { objects } = await systemStack(system, "dev", { ...cases(system), ...settings });
      assert.deepEqual(disagreements(objects, tables(objects)), []);
      assert.deepEqual(unmet(objects), []);
    });
  }
});
