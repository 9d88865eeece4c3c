import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { at, type KubeObject, listAt } from "../../../lib/objects";
import { mipSchema } from "../../../systems/mip/schema";
import { mipSecrets } from "../../../systems/mip/secrets";
import { root } from "../../support/folders";
import { imageContract } from "../../support/imageContract";
import {
  aggregation,
  backend,
  container,
  controller,
  deployment,
  env,
  frontend,
  globalworker,
  localworker,
  managed,
  onCluster,
  player,
  ports,
  probe,
  secure,
  volume,
} from "../../support/mipStack";
import { podOf, type SystemStack } from "../../support/systemStack";

const coordinator = deployment("exaflow-smpc-coordinator");
const database = deployment("exaflow-smpc-db");
const userOf = (object: KubeObject): unknown => at(podOf(object), "securityContext", "runAsUser");
const commandOf = (object: KubeObject, index = 0): unknown =>
  at(container(object, index), "command");
const mounted = (object: KubeObject): Record<string, string> =>
  Object.fromEntries(
    listAt(container(object), "volumeMounts").map((each) => [
      String(each["mountPath"]),
      String(each["name"]),
    ]),
  );
const isScratch = (object: KubeObject, path: string): boolean =>
  at(volume(object, mounted(object)[path] ?? ""), "emptyDir") !== undefined;
const isClaim = (object: KubeObject, path: string): boolean =>
  at(volume(object, mounted(object)[path] ?? ""), "persistentVolumeClaim") !== undefined;
const initNames = (object: KubeObject): unknown[] =>
  (at(podOf(object), "initContainers") as KubeObject[]).map((each) => at(each, "name"));

/** What each line of the README's table means for the objects that we make. */
const contract: Readonly<Record<string, (stack: SystemStack) => unknown>> = {
  "controller's command": (s) => {
    assert.equal(commandOf(controller(s)), undefined);
    assert.deepEqual(ports(controller(s)), [5000]);
  },
  "controller's probe": (s) => {
    for (const kind of ["startup", "liveness"]) {
      assert.equal(at(probe(controller(s), kind), "httpGet", "path"), "/healthcheck");
    }
  },
  "controller's environment": (s) => {
    assert.equal(env(controller(s), "LOCALWORKERS_DNS"), "exaflow-workers");
    assert.equal(env(controller(s), "LOCALWORKERS_PORT"), "5672");
  },
  "controller's folders": (s) => assert.ok(isClaim(controller(s), "/opt/cleanup")),
  "workers' command": (s) => {
    for (const worker of [localworker(s), globalworker(s)]) {
      assert.equal(commandOf(worker), undefined);
      assert.equal(ports(worker)[0], 5672);
    }
  },
  "workers' probe": (s) => {
    const command = ["python", "-m", "exaflow.worker.healthcheck"];
    for (const worker of [localworker(s), globalworker(s)]) {
      assert.deepEqual(at(probe(worker, "readiness"), "exec", "command"), command);
    }
  },
  "workers' environment": (s) => {
    for (const worker of [localworker(s), globalworker(s)])
      assert.equal(env(worker, "GRPC_MAX_WORKERS"), "20");
  },
  "workers' folders": (s) => {
    for (const worker of [localworker(s), globalworker(s)]) {
      assert.equal(env(worker, "DATA_PATH"), "/opt/csvs");
      assert.equal(env(worker, "DUCKDB_PATH"), "/opt/data/data_models.duckdb");
      assert.ok("/opt/csvs" in mounted(worker) && isScratch(worker, "/opt/data"));
      const readOnly = at(container(worker), "securityContext", "readOnlyRootFilesystem");
      assert.equal(readOnly, false);
    }
  },
  "aggregation server's probe": (s) =>
    assert.equal(at(probe(aggregation(s), "readiness"), "grpc", "port"), 50051),
  "Exaflow's user": (s) => {
    const all = [controller(s), localworker(s), globalworker(s), aggregation(s)];
    assert.deepEqual(all.map(userOf), [10001, 10001, 10001, 10001]);
  },
  "front end's user": (s) => {
    assert.equal(userOf(frontend(s)), 101);
    const sysctl = { name: "net.ipv4.ip_unprivileged_port_start", value: "0" };
    assert.deepEqual(at(podOf(frontend(s)), "securityContext", "sysctls"), [sysctl]);
  },
  "front end's folders": (s) => {
    for (const path of ["/etc/nginx/conf.d", "/usr/share/nginx/html"]) {
      assert.ok(isScratch(frontend(s), path), path);
      const script = String(at(podOf(frontend(s)), "initContainers", 0, "command", 2));
      assert.ok(script.includes(`cp -R ${path}/. /copy${path}/`), path);
    }
  },
  "front end's environment": (s) => {
    assert.equal(env(frontend(s), "PLATFORM_BACKEND_SERVER"), "portalbackend:8080");
    assert.equal(env(frontend(s), "NOTEBOOK_ENABLED"), "0");
    // A host that exists without notebooks too.
    assert.equal(env(frontend(s), "JUPYTER_SERVER"), "portalbackend:8080");
    assert.ok(s.find("Service", "portalbackend"));
  },
  // See mipNotebook.spec.ts.
  "notebooks' path": () => {
    const machines = { ...managed, notebook: true, exposure: { type: "nodePort" } };
    const settings = { managedCluster: true, federations: [machines] };
    assert.ok(!mipSchema.safeParse(settings).success);
    const later = { ...settings, images: { frontend: "hbpmip/platform-ui:1.3.0" } };
    assert.ok(mipSchema.safeParse(later).success);
  },
  "portal backend's probe": (s) => {
    assert.equal(at(probe(backend(s), "startup"), "httpGet", "path"), "/services/actuator/health");
    assert.equal(ports(backend(s))[0], 8080);
  },
  "portal backend's configuration": (s) => {
    assert.equal(env(backend(s), "APP_CONFIG_LOCATION"), "/tmp/application.yml");
    assert.equal(env(backend(s), "SPRING_CONFIG_LOCATION"), "file:/tmp/application.yml");
    assert.ok(isScratch(backend(s), "/tmp"));
  },
  "portal backend's login": async (s) => {
    assert.equal(env(backend(s), "AUTHENTICATION"), "1");
    const open = await onCluster({ keycloakClientId: undefined }, { keycloak: { enabled: false } });
    assert.equal(env(backend(open), "AUTHENTICATION"), "0");
  },
  "portal backend's folders": (s) => {
    for (const path of ["/opt/platform/api", "/var/log/platform-backend"]) {
      assert.ok(isClaim(backend(s), path), path);
    }
  },
  "SMPC coordinator's command": (s) => {
    assert.deepEqual(commandOf(coordinator(s)), ["python", "coordinator.py"]);
    assert.deepEqual(ports(coordinator(s)), [12314]);
  },
  "SMPC players' command": (s) => {
    assert.deepEqual(commandOf(player(2)(s)), ["python", "player.py", "2"]);
    assert.deepEqual(ports(player(2)(s)), [6002, 7002, 14002]);
  },
  "SMPC players' folders": (s) => {
    for (const number of [0, 1, 2]) {
      const found = player(number)(s);
      assert.deepEqual(initNames(found), ["copy-smpc-data", "copy-smpc-certificates"]);
      for (const [index, path] of ["/SCALE-MAMBA/Data", "/SCALE-MAMBA/Cert-Store"].entries()) {
        assert.ok(isScratch(found, path), path);
        const copy = at(podOf(found), "initContainers", index);
        assert.ok((at(copy, "command") as string[]).includes(path));
        assert.equal(at(copy, "image"), at(container(found), "image"));
        assert.equal(at(copy, "volumeMounts", 0, "name"), mounted(found)[path]);
      }
      assert.equal(userOf(found), 1000);
    }
  },
  "SMPC client's command": (s) => {
    assert.deepEqual(commandOf(localworker(s), 1), ["python", "client.py"]);
    assert.equal(at(container(localworker(s), 1), "ports", 0, "containerPort"), 9000);
  },
  "SMPC database's user": (s) => assert.equal(userOf(database(s)), 999),
};

describe("MIP's images", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await onCluster(secure);
  });

  it("have a check for each line of the README's table, and no other", () => {
    assert.deepEqual(imageContract("mip"), Object.keys(contract));
  });

  for (const [item, check] of Object.entries(contract)) {
    it(`are given what they need: ${item}`, () => check(stack));
  }

  it("are in the files of both stacks", () => {
    const { images } = mipSchema.parse({ managedCluster: true, federations: [managed] });
    for (const name of ["dev", "prod"]) {
      const file = readFileSync(join(root, `Pulumi.${name}.yaml`), "utf8");
      for (const [role, image] of Object.entries(images)) {
        assert.ok(file.includes(`      ${role}: ${image}\n`), `${name}: ${role}`);
      }
    }
  });
});

const remote = {
  workersDns: ["exaflow-workers.mip-demo.svc.clusterset.local"],
  workersCidrs: ["10.3.0.0/16"],
};
const elsewhere = [{ ipBlock: { cidr: "10.3.0.0/16" } }];

describe("MIP's workers in other clusters", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await onCluster(remote);
  });

  it("are queried after those of this cluster", () => {
    const names = `exaflow-workers,${remote.workersDns[0]}`;
    assert.equal(env(controller(stack), "LOCALWORKERS_DNS"), names);
  });

  it("may be reached by the controller alone, at their port", () => {
    const policies = stack.objects.filter(
      (each) =>
        each.kind === "NetworkPolicy" &&
        JSON.stringify(at(each, "spec", "egress") ?? "").includes("10.3."),
    );
    assert.equal(policies.length, 1);
    const [policy] = policies;
    const name = at(policy, "spec", "podSelector", "matchLabels", "app.kubernetes.io/name");
    assert.equal(name, "exaflow-controller");
    assert.deepEqual(at(policy, "spec", "egress"), [
      { to: elsewhere, ports: [{ port: 5672, protocol: "TCP" }] },
    ]);
  });

  it("may reach the controller, the aggregation server and Flower", () => {
    for (const name of ["to-controller", "to-aggregation", "to-flower"]) {
      const from = JSON.stringify(
        at(stack.find("NetworkPolicy", name), "spec", "ingress", 0, "from"),
      );
      assert.ok(from.includes("10.3.0.0/16"), name);
    }
  });
});

describe("a stack's changes to MIP's containers", () => {
  const roles: Readonly<Record<string, (stack: SystemStack) => KubeObject>> = {
    controller,
    localworker,
    globalworker,
    aggregationServer: aggregation,
    frontend,
    portalbackend: backend,
    smpcCoordinator: coordinator,
    smpcPlayer: player(1),
    smpcDb: database,
    dataImport: (s) => s.objects.find(({ kind }) => kind === "Job") as KubeObject,
  };

  it("reach each role, and no other", async () => {
    const changes = (role: string) => ({ env: { ROLE: role }, secretEnv: { TOKEN: "mipToken" } });
    const containers = Object.fromEntries(Object.keys(roles).map((role) => [role, changes(role)]));
    const stack = await onCluster(secure, { containers });
    for (const [role, find] of Object.entries(roles)) {
      assert.equal(env(find(stack), "ROLE"), role);
      assert.deepEqual(env(find(stack), "TOKEN"), {
        secretKeyRef: { name: "mip-demo-environment", key: "mipToken" },
      });
    }
    assert.ok(stack.find("Secret", "mip-demo-environment", "mip-demo"));
  });

  it("declare their secrets once, for all federations", () => {
    const federations = [managed, { ...managed, name: "other" }];
    const containers = { frontend: { secretEnv: { TOKEN: "mipToken" } } };
    const settings = mipSchema.parse({ managedCluster: true, federations, containers });
    const declared = mipSecrets(settings).filter(({ key }) => key === "mipToken");
    assert.deepEqual(
      declared.map(({ kind, namespace }) => [kind, namespace]),
      [["user", "mip-demo"]],
    );
  });

  it("may run an SMPC player as root under Pod Security baseline", async () => {
    const containers = { smpcPlayer: { runAsUser: 0 } };
    const stack = await onCluster(secure, { podSecurity: "baseline", containers });
    assert.equal(userOf(player(0)(stack)), 0);
    assert.equal(userOf(coordinator(stack)), 1000);
  });
});
