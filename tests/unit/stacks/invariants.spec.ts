import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isJson, type KubeObject } from "../../../lib/objects";
import { readStackFile, ciphertexts } from "../../../tools/project/stackFile";
import { type Context, invariants } from "../../support/invariants";
import { secretsOf } from "../../support/stackConfig";
import { systemCases } from "../../support/systems";
import type { SystemCases } from "../../support/systems/cases";
import { canary, collectStack, parsedStack, stackNames } from "../../support/stacks";
import { root } from "../../support/stackberth";

const names = Object.keys(invariants) as (keyof typeof invariants)[];
const canaries = secretsOf(Object.keys(systemCases)).map(({ key }) => canary(key));
const redisPassword = canary("openmsRedisPassword");
const openmsAlone = { "stackberth:systems": JSON.stringify(["openms"]) };
const contexts = {
  dev: { stack: "dev", protectData: false, canaries },
  prod: { stack: "prod", protectData: true, canaries },
} as const satisfies Record<string, Context>;

/** Any part of a copied object that a fixture breaks. */
type Part = { [key: string]: Part } & Part[];

/** For each invariant how to break it, and nothing else, in the objects of prod. */
const breaks: Readonly<
  Record<
    (typeof names)[number],
    (find: (kind: string, name: string) => Part, all: KubeObject[]) => void
  >
> = {
  namespaced: (find) => put(find("LimitRange", "limits"), "metadata.namespace", "default"),
  resourced: (find) => drop(find("Deployment", "web"), `${pod}.initContainers.0.resources`),
  probed: (find) => drop(find("Deployment", "worker"), `${pod}.containers.0.livenessProbe`),
  selects: (find) =>
    put(find("Deployment", "worker"), "spec.selector.matchLabels", { version: "1" }),
  served: (find) => {
    const instance = { "app.kubernetes.io/instance": "openms" };
    put(find("Service", "redis"), "spec.selector", instance);
  },
  targeted: (find) => put(find("Service", "redis"), "spec.ports.0.targetPort", "redis-tls"),
  mounted: (find) =>
    put(find("CronJob", "clean-up-workspaces"), cronVolume, { claimName: "missing" }),
  referenced: (find) => {
    put(find("Deployment", "redis"), `${pod}.containers.0.env.0.valueFrom.secretKeyRef.key`, "pw");
  },
  policed: (find) => {
    const nobody = { "app.kubernetes.io/name": "nobody" };
    put(find("NetworkPolicy", "web-clients"), "spec.podSelector.matchLabels", nobody);
  },
  unset: (_find, all) => {
    const scaler = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { ...meta(all), name: "web" },
      spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: 2 },
    };
    all.push(scaler);
  },
  concealed: (find) =>
    put(find("ConfigMap", "openms-config"), "data.url", `redis://:${redisPassword}@`),
  owned: (find) => drop(find("Service", "redis"), "metadata.labels"),
  tokenless: (find) => put(find("Deployment", "web"), `${pod}.automountServiceAccountToken`, true),
  versioned: (find) =>
    put(find("Deployment", "redis"), `${pod}.containers.0.image`, "redis:latest"),
  restricted: (find) => drop(find("Deployment", "worker"), `${pod}.containers.0.securityContext`),
  routed: (find) => {
    const number = "spec.rules.0.http.paths.0.backend.service.port.number";
    put(find("Ingress", "web"), number, 80);
  },
  budgeted: (find) => put(find("Deployment", "worker"), "spec.replicas", 1),
  retained: (find) => drop(find("PersistentVolumeClaim", "workspaces"), "metadata.annotations"),
};

const pod = "spec.template.spec";
const cronVolume = "spec.jobTemplate.spec.template.spec.volumes.0.persistentVolumeClaim";
const meta = (all: readonly KubeObject[]) =>
  all.find(({ kind, metadata }) => kind === "Service" && metadata.name === "redis")?.metadata;

function holderOf(part: Part, path: string): [Part, string] {
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  const inner = steps.reduce((each, step) => {
    const next = each[step];
    assert.ok(next, `no ${path}: the fixture breaks nothing`);
    return next;
  }, part);
  return [inner, last];
}

function put(part: Part, path: string, value: unknown): void {
  const [inner, last] = holderOf(part, path);
  inner[last] = value as Part;
}

function drop(part: Part, path: string): void {
  const [inner, last] = holderOf(part, path);
  assert.ok(last in inner, `no ${path}: the fixture breaks nothing`);
  Reflect.deleteProperty(inner, last);
}

for (const stack of stackNames) {
  describe(`objects of ${stack}`, () => {
    let objects: readonly KubeObject[] = [];
    before(async () => {
      ({ objects } = await collectStack(stack));
    });

    it("are many, and of the kinds that the invariants are about", () => {
      const kinds = new Set(objects.map(({ kind }) => kind));
      for (const kind of ["Deployment", "Service", "CronJob", "Ingress", "Secret", "ConfigMap"]) {
        assert.ok(kinds.has(kind), kind);
      }
      const secrets = objects.filter(({ kind }) => kind === "Secret");
      // The canaries are really used: their absence elsewhere then means something.
      assert.ok(JSON.stringify(secrets).includes(redisPassword));
    });

    for (const name of names) {
      it(`keep: ${name}`, () => {
        assert.deepEqual(invariants[name](objects, contexts[stack]), []);
      });
    }
  });
}

describe("invariants", () => {
  let objects: readonly KubeObject[] = [];
  before(async () => {
    ({ objects } = await collectStack("prod", openmsAlone));
  });

  for (const name of names) {
    it(`notice, and alone notice, what breaks: ${name}`, () => {
      const broken = structuredClone(objects) as KubeObject[];
      breaks[name]((kind, wanted) => {
        const found = broken.find((each) => each.kind === kind && each.metadata.name === wanted);
        assert.ok(found, `${kind} ${wanted}`);
        return found as unknown as Part;
      }, broken);
      const noticed = names.filter((each) => invariants[each](broken, contexts.prod).length > 0);
      assert.deepEqual(noticed, [name]);
    });
  }
});

/** Paths of all values of a map, lists as one value. */
function paths(value: unknown, prefix = ""): string[] {
  if (!isJson(value)) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) =>
    paths(inner, prefix === "" ? key : `${prefix}.${key}`),
  );
}

/** Whole paths of settings that the systems' cases list. */
const pathsOf = (pick: (cases: SystemCases) => readonly string[]): string[] =>
  Object.entries(systemCases).flatMap(([name, cases]) =>
    pick(cases).map((path) => `stackberth:${name}.${path}`),
  );

describe("stack files", () => {
  const config = (stack: string): unknown => {
    const file = readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8");
    return (parse(file) as { config: unknown }).config;
  };
  const plain = (stack: string): string[] =>
    paths(config(stack)).filter((path) => !path.endsWith(".secure"));

  it("have the same keys but where their certificates come from", () => {
    const [dev, prod] = [plain("dev"), plain("prod")];
    assert.ok(dev.length > 10);
    const allowed = pathsOf(({ onlyInProd }) => onlyInProd);
    assert.deepEqual(
      dev.filter((path) => !prod.includes(path)),
      [],
    );
    assert.deepEqual(prod.filter((path) => !dev.includes(path)).sort(), allowed.sort());
  });

  it("differ in nothing but these values", () => {
    const at = (stack: string) =>
      new Map(plain(stack).map((path) => [path, JSON.stringify(valueAt(config(stack), path))]));
    const [dev, prod] = [at("dev"), at("prod")];
    const differing = [...dev.keys()].filter((path) => dev.get(path) !== prod.get(path));
    const allowed = [
      "stackberth:environment",
      "stackberth:protectData",
      "stackberth:deadlineSeconds",
      ...pathsOf(({ differs }) => differs),
    ];
    assert.deepEqual(differing.sort(), allowed.sort());
  });

  it("are right", () => {
    for (const stack of stackNames) assert.deepEqual(parsedStack(stack).problems, []);
  });

  it("share no secret: prod has none yet, nor the passphrase of dev", () => {
    const [dev, prod] = stackNames.map((stack) => readStackFile(root, stack, "stackberth"));
    assert.ok(dev && Object.keys(ciphertexts(dev)).length >= 3);
    assert.ok(prod && prod.encryptionsalt === undefined);
    assert.deepEqual(ciphertexts(prod), {});
  });
});

function valueAt(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((inner, step) => (isJson(inner) ? inner[step] : undefined), value);
}
