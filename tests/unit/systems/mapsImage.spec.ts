import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { anywhere } from "../../../lib/cidr";
import { at, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { root } from "../../support/folders";
import { imageContract } from "../../support/imageContract";
import { invariants } from "../../support/invariants";
import { filledIn, ofSource as own, ownPod } from "../../support/maps";
import {
  containerOf,
  envOf,
  mountOf,
  podOf,
  stackOf,
  type SystemStack,
} from "../../support/systemStack";

const backendImage = own.backend.image;
const runnerImage = own.runner.image;
const smtp = { host: "mail.example.org", user: "maps", from: "maps@example.org" };
const mail = { "stackberth:mapsSmtpPassword": "x" };
const exposure = { type: "ingress", hosts: ["maps.example.org"] };

const backend = (stack: SystemStack): KubeObject => stack.find("Deployment", "maps-backend");
const main = (stack: SystemStack): unknown => containerOf(backend(stack));
const initOf = (stack: SystemStack, name: string): unknown =>
  listAt(podOf(backend(stack)), "initContainers").find((each) => each["name"] === name);
const valueOf = (stack: SystemStack, name: string): unknown => {
  const reference = at(envOf(main(stack), name), "configMapKeyRef");
  const config = stack.find("ConfigMap", "maps-config");
  return reference && at(config, "data", textAt(reference, "key"));
};
const secretOf = (stack: SystemStack, name: string): unknown =>
  at(envOf(main(stack), name), "secretKeyRef", "name");
const mountAt = (stack: SystemStack, path: string): unknown[] => {
  const mount = listAt(main(stack), "volumeMounts").find((each) => each["mountPath"] === path);
  return [mount?.["name"], mount?.["subPath"]];
};
const templated = (): Promise<SystemStack> => stackOf("maps");
const templatedRunner = async (): Promise<unknown> => {
  const config = (await templated()).find("ConfigMap", "maps-runner-pod");
  return filledIn(textAt(config, "data", "runner-pod.yaml"), "42");
};
const pod = (): unknown => ownPod("42", runnerImage);

/** What each line of the README's table means for the objects that we make. */
const contract: Readonly<Record<string, (stack: SystemStack) => unknown>> = {
  "backend's command": async (stack) => {
    assert.equal(at(main(stack), "command"), undefined);
    const command = ["python", "-m", "uvicorn", "backend.app:app"];
    const changed = await stackOf("maps", {
      ...own,
      backend: { ...own.backend, container: { command } },
    });
    assert.deepEqual(at(main(changed), "command"), command);
  },
  "backend's port": (stack) => {
    assert.equal(at(main(stack), "ports", 0, "containerPort"), 8080);
    const service = stack.find("Service", "maps-backend");
    assert.deepEqual(at(service, "spec", "ports", 0, "port"), 8000);
    assert.equal(at(service, "spec", "ports", 0, "targetPort"), "http");
  },
  "backend's user": (stack) => {
    assert.equal(at(podOf(backend(stack)), "securityContext", "runAsUser"), 1000);
    assert.equal(at(podOf(backend(stack)), "securityContext", "fsGroup"), 1000);
  },
  "init containers' commands": (stack) => {
    for (const each of listAt(podOf(backend(stack)), "initContainers")) {
      assert.equal(each["image"], backendImage);
      assert.equal(at(each, "command", 0), "sh");
    }
  },
  "read: the image's files": async (stack) => {
    for (const name of ["library", "assets"]) {
      const fill = initOf(stack, `fill-${name}`);
      assert.equal(mountOf(fill, "/volume"), `maps-${name}`);
      // Not mounted over the image's folder, which it reads.
      assert.equal(mountOf(fill, `/app/${name}`), undefined);
      assert.deepEqual((at(fill, "command") as string[]).slice(-2), [`/app/${name}`, "/volume/."]);
    }
    const volumes = { assets: { fill: false }, logs: { fill: true } };
    const names = listAt(
      podOf(backend(await stackOf("maps", { ...own, volumes }))),
      "initContainers",
    );
    assert.deepEqual(
      names.map(({ name }) => name),
      ["prepare-data", "fill-library", "fill-logs"],
    );
  },
  "written: volumes": (stack) => {
    for (const name of ["outputs", "assets", "library", "logs", "data"]) {
      assert.deepEqual(mountAt(stack, `/app/${name}`), [`maps-${name}`, undefined]);
    }
  },
  "written: scripts of users": (stack) => {
    assert.deepEqual(mountAt(stack, "/app/user_scripts"), ["maps-data", "user_scripts"]);
    assert.deepEqual(mountAt(stack, "/deploy"), ["maps-data", "deploy"]);
  },
  "written: lists": (stack) => {
    for (const name of ["users.json", "user_jobs.json"]) {
      assert.deepEqual(mountAt(stack, `/app/${name}`), ["maps-data", name]);
    }
  },
  "written: database": async (stack) => {
    assert.equal(valueOf(stack, "DATABASE_PATH"), "/app/data/maps_helper.db");
    const prepare = at(initOf(stack, "prepare-data"), "command") as string[];
    assert.equal(prepare.at(-1), "maps_helper.db");
    const variables = { DATABASE_PATH: "/app/logs/own.db" };
    const changed = await stackOf("maps", { ...own, backend: { ...own.backend, variables } });
    assert.equal(valueOf(changed, "DATABASE_PATH"), "/app/logs/own.db");
    assert.ok(!JSON.stringify(initOf(changed, "prepare-data")).includes('"maps_helper.db"'));
  },
  "written: elsewhere": (stack) => {
    assert.equal(at(main(stack), "securityContext", "readOnlyRootFilesystem"), true);
    assert.equal(mountOf(main(stack), "/tmp"), "tmp");
  },
  "environment: runs": (stack) => {
    const wanted = {
      EXECUTION_RUNTIME: "kubernetes",
      KUBERNETES_NAMESPACE: "maps-python",
      RUNNER_IMAGE: runnerImage,
      SCRIPT_TIMEOUT: "600",
      RUNNER_SERVICE_ACCOUNT: "tfstack-maps-data-analysis",
      PYTHONUNBUFFERED: "1",
    };
    for (const [name, value] of Object.entries(wanted)) assert.equal(valueOf(stack, name), value);
  },
  "environment: secrets": (stack) => {
    for (const name of ["GOOGLE_API_KEY", "OPENAI_API_KEY"]) {
      assert.equal(secretOf(stack, name), "maps-api-keys", name);
    }
    for (const name of ["JWT_SECRET", "ADMIN_PASSWORD"]) {
      assert.equal(secretOf(stack, name), "maps-auth", name);
    }
  },
  "environment: mail": async (stack) => {
    assert.equal(envOf(main(stack), "SMTP_HOST"), undefined);
    const sending = await stackOf("maps", { ...own, smtp, exposure }, mail);
    const wanted = {
      SMTP_HOST: "mail.example.org",
      SMTP_PORT: "587",
      SMTP_USER: "maps",
      SMTP_FROM: "maps@example.org",
      APP_BASE_URL: "http://maps.example.org",
    };
    for (const [name, value] of Object.entries(wanted)) assert.equal(valueOf(sending, name), value);
    assert.equal(secretOf(sending, "SMTP_PASSWORD"), "maps-smtp");
    const policy = sending.find("NetworkPolicy", "mail-from-maps-backend");
    assert.deepEqual(at(policy, "spec", "egress"), [
      {
        to: anywhere.map((cidr) => ({ ipBlock: { cidr } })),
        ports: [{ port: 587, protocol: "TCP" }],
      },
    ]);
    const direct = await stackOf(
      "maps",
      { ...own, smtp: { ...smtp, appUrl: "https://a.b" } },
      mail,
    );
    assert.equal(valueOf(direct, "APP_BASE_URL"), "https://a.b");
  },
  "environment: template": async (stack) => {
    assert.equal(envOf(main(stack), "RUNNER_POD_TEMPLATE"), undefined);
    assert.equal(mountOf(main(stack), "/etc/maps"), undefined);
    const other = await templated();
    assert.equal(valueOf(other, "RUNNER_POD_TEMPLATE"), "/etc/maps/runner-pod.yaml");
    assert.equal(mountOf(main(other), "/etc/maps"), "maps-runner-pod");
  },
  probe: (stack) => {
    const health = { path: "/health", port: "http" };
    assert.deepEqual(at(main(stack), "startupProbe", "httpGet"), health);
    for (const probe of ["readinessProbe", "livenessProbe"]) {
      assert.deepEqual(at(main(stack), probe, "tcpSocket"), { port: "http" });
    }
  },
  "API calls": (stack) => {
    assert.equal(at(podOf(backend(stack)), "automountServiceAccountToken"), true);
    const rules = stack.find("Role", "maps-backend-role")["rules"];
    assert.deepEqual(rules, [
      { apiGroups: [""], resources: ["pods"], verbs: ["create", "get", "list", "watch", "delete"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
      { apiGroups: [""], resources: ["configmaps"], verbs: ["create", "get", "delete"] },
    ]);
  },
  "runner's command": async () => {
    for (const made of [pod(), await templatedRunner()]) {
      const command = at(made, "spec", "containers", 0, "command");
      assert.deepEqual(command, ["python", "-u", "/work/job_runner.py"]);
    }
  },
  "runner's paths": async (stack) => {
    for (const made of [pod(), await templatedRunner()]) {
      const container = at(made, "spec", "containers", 0);
      assert.equal(at(container, "workingDir"), "/outputs/42");
      assert.equal(mountOf(container, "/code"), "code");
    }
    stack.find("PersistentVolumeClaim", "maps-outputs");
  },
  "runner's environment": async () => {
    for (const made of [pod(), await templatedRunner()]) {
      const container = at(made, "spec", "containers", 0);
      assert.equal(envOf(container, "JOB_ID"), "42");
      assert.equal(envOf(container, "MPLCONFIGDIR"), "/outputs/42/result/.matplotlib");
    }
    assert.equal(
      envOf(at(pod(), "spec", "containers", 0), "MAPS_SCRIPT_PARAMETERS"),
      "threshold=3",
    );
  },
  "runner's user": async (stack) => {
    assert.equal(at(pod(), "spec", "securityContext"), undefined);
    const level = (of: SystemStack): unknown =>
      of.find("Namespace", "maps-python").metadata.labels?.["pod-security.kubernetes.io/enforce"];
    assert.deepEqual([level(stack), level(await templated())], ["baseline", "restricted"]);
    assert.equal(at(await templatedRunner(), "spec", "securityContext", "runAsUser"), 1000);
  },
};

describe("the public source of MAPS", () => {
  const readme = readFileSync(join(root, "systems/maps/README.md"), "utf8");
  let stack: SystemStack;
  before(async () => {
    stack = await stackOf("maps", own);
  });

  it("has a check for each line of the README's table, and no other", () => {
    assert.deepEqual(imageContract("maps"), Object.keys(contract));
  });

  for (const [item, check] of Object.entries(contract)) {
    it(`is given what it needs: ${item}`, () => check(stack));
  }

  it("has in both stacks' files what the README says it needs", () => {
    const [, yaml = ""] = readme.split("```yaml\n");
    const [text = ""] = yaml.split("```");
    const wanted = at(parse(text), "stackberth:maps") as Record<string, object>;
    for (const name of ["dev", "prod"]) {
      const file: unknown = parse(readFileSync(join(root, `Pulumi.${name}.yaml`), "utf8"));
      const maps = at(file, "config", "stackberth:maps");
      assert.equal(at(maps, "podSecurity"), wanted["podSecurity"]);
      for (const part of ["runner", "cleanUp"]) {
        const found = at(maps, part) as object;
        assert.deepEqual({ ...found, ...wanted[part] }, found, `${name}: ${part}`);
      }
    }
  });

  it("has one pod at a time", () => {
    assert.equal(at(backend(stack), "spec", "strategy", "type"), "Recreate");
    assert.equal(at(backend(stack), "spec", "replicas"), 1);
  });

  it("has runners whose account has no token and no rights", () => {
    const account = stack.find("ServiceAccount", "tfstack-maps-data-analysis");
    assert.equal(account["automountServiceAccountToken"], false);
    const bindings = stack.objects.filter(({ kind }) => kind === "RoleBinding");
    assert.ok(!JSON.stringify(bindings).includes("tfstack"));
  });

  it("has a network policy for the pods that the guard admits, and for no others", () => {
    const context = { stack: "dev", protectData: false, canaries: [] };
    assert.deepEqual(invariants.policed(stack.objects, context), []);
    const broken = JSON.parse(
      JSON.stringify(stack.objects).replaceAll('== \\"maps-runner\\"', '== \\"other\\"'),
    ) as KubeObject[];
    assert.equal(invariants.policed(broken, context).length, 1);
  });

  it("has no quota that goes by a deadline", () => {
    const quotas = stack.objects.filter(({ kind }) => kind === "ResourceQuota");
    assert.deepEqual(
      quotas.map(({ metadata, spec }) => [metadata.name, spec]),
      [
        ["all-pods", { hard: { pods: "18" } }],
        ["jobs", { hard: { "count/configmaps": "1020" } }],
      ],
    );
  });

  it("has a guard that asks for no deadline and no explicit token, but for no privileges", () => {
    const guard = stack.find("ValidatingAdmissionPolicy", "maps-python-runner-pods");
    const rules = listAt(guard, "spec", "validations").map((each) => textAt(each, "expression"));
    assert.equal(rules.length, 8);
    const all = rules.join("\n");
    assert.doesNotMatch(all, /activeDeadlineSeconds/);
    assert.match(all, /automountServiceAccountToken\.orValue\(false\) == false/);
    for (const part of ["hostNetwork", "hostPID", "hostIPC", "privileged", "capabilities"]) {
      assert.ok(all.includes(`?${part}`), part);
    }
  });
});
