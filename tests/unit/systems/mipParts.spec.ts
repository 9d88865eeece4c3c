import assert from "node:assert/strict";
import { at, type KubeObject, listAt, textAt } from "../../../lib/objects";
import {
  antiAffinity,
  backend,
  claimOf,
  container,
  controller,
  deployment,
  env,
  field,
  globalworker,
  ingress,
  initEnv,
  localworker,
  machines,
  managed,
  onCluster,
  onMachines,
  player,
  ports,
  probe,
  secure,
  stackOf,
} from "../../support/mipStack";
import { podOf, type SystemStack } from "../../support/systemStack";

describe("MIP", () => {
  it("leaves the owner of the machines' files alone, and lets pods write to all other folders", async () => {
    const stack = await onMachines();
    const spec = (claim: string) => at(stack.find("PersistentVolume", `mip-demo-${claim}`), "spec");
    for (const claim of ["csvs-exaflow-localworker-0", "credentials-exaflow-localworker-0"]) {
      assert.equal(at(spec(claim), "hostPath", "type"), "Directory", claim);
    }
    for (const claim of ["db-exaflow-localworker-0", "portal-db-data", "exaflow-cleanup"]) {
      assert.ok(at(spec(claim), "local"), claim);
    }
    const all = JSON.stringify(stack.objects.filter(({ kind }) => kind !== "PersistentVolume"));
    assert.ok(
      !all.includes("hostPath"),
      "a pod mounts hostPath, which Pod Security restricted refuses",
    );
  });

  it("labels nodes only with labelNodes, one set of labels per node", async () => {
    const none = await onMachines(secure);
    assert.ok(!none.objects.some(({ kind }) => kind === "Node"));
    const federations = [
      { ...machines, ...secure },
      {
        ...machines,
        name: "local",
        localnodes: 1,
        nodes: { master: "vm-1", workers: ["vm-9"] },
        nodePorts: { frontend: 31080, frontendTls: 31443, controller: 31000 },
      },
    ];
    const stack = await stackOf({ managedCluster: false, labelNodes: true, federations });
    const labels = (node: string) => {
      const { metadata } = stack.find("Node", node);
      return Object.keys(metadata.labels ?? {}).filter((key) => !key.includes("/"));
    };
    assert.deepEqual(labels("vm-0"), ["master"]);
    assert.deepEqual(labels("vm-1").sort(), ["master", "smpc_player", "worker"]);
    assert.deepEqual(labels("vm-9"), ["worker"]);
  });

  it("runs one worker on the master as a local deployment", async () => {
    const stack = await onMachines(
      { localnodes: 1, nodes: { master: "vm-0", workers: ["vm-0"] } },
      { labelNodes: true },
    );
    const { metadata } = stack.find("Node", "vm-0");
    assert.equal(metadata.labels?.["master"], "true");
    assert.equal(metadata.labels["worker"], "true");
    assert.equal(at(localworker(stack), "spec", "replicas"), 1);
    assert.ok(!stack.objects.some(({ kind }) => kind === "PodDisruptionBudget"));
  });

  it("lets a drain evict one worker at a time", async () => {
    const budget = (await onCluster()).find("PodDisruptionBudget", "exaflow-localworker");
    assert.equal(at(budget, "spec", "maxUnavailable"), 1);
  });

  it("validates each worker's data before the worker starts, and again with a new dataRevision", async () => {
    const jobs = async (changes: object) => {
      const { objects } = await onCluster({ pathologies: ["tbi", "dementia"], ...changes });
      return objects.filter(({ kind }) => kind === "Job");
    };
    const first = await jobs({});
    assert.equal(first.length, 3);
    for (const job of first) {
      const command = at(container(job), "command") as string[];
      assert.deepEqual(command.slice(2), ["/data", "tbi", "dementia"]);
      assert.equal(at(container(job), "volumeMounts", 1, "readOnly"), true);
      assert.equal(at(job, "spec", "backoffLimit"), 0);
    }
    const claims = first.map((job) => at(podOf(job), "volumes", 1, "persistentVolumeClaim"));
    assert.equal(new Set(claims.map((each) => JSON.stringify(each))).size, 3);
    const names = (found: readonly KubeObject[]) => found.map(({ metadata }) => metadata.name);
    assert.deepEqual(names(await jobs({})), names(first));
    const changed = names(await jobs({ dataRevision: "2026-11-21" }));
    assert.equal(changed.length, 3);
    assert.ok(changed.every((name) => !names(first).includes(name)));
  });

  it("runs three SMPC players on three nodes, without a literal password", async () => {
    const stack = await onCluster(secure);
    for (const number of [0, 1, 2]) {
      const object = player(number)(stack);
      assert.deepEqual(ports(object), [6000 + number, 7000 + number, 14000 + number]);
      const apart = at(podOf(object), ...antiAffinity, 0, "labelSelector", "matchLabels");
      assert.deepEqual(apart, { "stackberth.dev/apart": "exaflow-smpc-player" });
      assert.deepEqual(env(object, "DB_PSWD"), {
        secretKeyRef: { name: "exaflow-smpc-db-auth", key: "password" },
      });
    }
    const leader = deployment("exaflow-smpc-coordinator")(stack);
    assert.equal(env(leader, "DB_URL"), "exaflow-smpc-db:27017");
    assert.equal(env(leader, "REDIS_HOST"), "exaflow-smpc-queue");
    assert.equal(env(leader, "PLAYER_REPO_2"), "http://exaflow-smpc-player2:7002");
    assert.equal(env(localworker(stack), "SMPC_CLIENT_ADDRESS"), "http://$(GRPC_IP):9000");
    assert.deepEqual(env(localworker(stack), "ID", 1), field("spec.nodeName"));
    const text = JSON.stringify(stack.objects);
    for (const literal of ["123qwe", "agora", "easytoken"]) assert.ok(!text.includes(literal));
  });

  it("lets workers and players share nodes if it may, and calls workers by their pods then", async () => {
    const stack = await onCluster(secure, { shareNodes: true });
    for (const object of [localworker(stack), player(0)(stack), player(1)(stack), player(2)(stack)])
      assert.equal(at(podOf(object), ...antiAffinity), undefined);
    for (const [variable, index] of [
      ["WORKER_IDENTIFIER", 0],
      ["SMPC_CLIENT_ID", 0],
      ["ID", 1],
    ] as const)
      assert.deepEqual(env(localworker(stack), variable, index), field("metadata.name"));
    assert.equal(env(globalworker(stack), "WORKER_IDENTIFIER"), "globalworker");
  });

  it("gives workers and the controller six minutes for images and data, and goes on as soon as they are up", async () => {
    const stack = await onCluster();
    for (const object of [controller(stack), localworker(stack), globalworker(stack)]) {
      const { initialDelaySeconds, periodSeconds, failureThreshold } = probe(
        object,
        "startup",
      ) as Readonly<Record<string, number>>;
      assert.equal(initialDelaySeconds, undefined);
      assert.equal(periodSeconds, 5);
      assert.equal(Number(failureThreshold) * 5, 360);
    }
  });

  it("has no SMPC objects without smpc.enabled", async () => {
    const { objects } = await onCluster();
    assert.ok(!objects.some(({ metadata }) => metadata.name.includes("smpc")));
  });

  it("creates the claims whose names the StatefulSet expects", async () => {
    const stack = await onMachines();
    const templates = listAt(localworker(stack), "spec", "volumeClaimTemplates");
    const names = templates.map((each) => textAt(each, "metadata", "name"));
    assert.deepEqual(names, ["csvs", "db", "credentials"]);
    for (const name of names) claimOf(`${name}-exaflow-localworker-2`)(stack);
    const policy = at(localworker(stack), "spec", "persistentVolumeClaimRetentionPolicy");
    assert.equal(at(policy, "whenDeleted"), "Retain");
  });

  it("gives each federation its own namespace, secrets and URL", async () => {
    const other = { ...managed, name: "stroke", namespace: "elsewhere", exposure: ingress };
    const stack = await stackOf({ managedCluster: true, federations: [managed, other] });
    assert.deepEqual(at(stack.outputs, "namespaces", "mip"), ["mip-demo", "elsewhere"]);
    const urls = at(stack.outputs, "urls", "mip") as string[];
    assert.equal(urls.length, 2);
    assert.match(urls[0] ?? "", /port-forward --namespace mip-demo service\/frontend/);
    assert.equal(urls[1], "https://mip.example.org");
    const password = (namespace: string) =>
      textAt(stack.find("Secret", "portal-db-auth", namespace), "stringData", "password");
    assert.match(password("mip-demo"), /mipDemoPortalDbPassword/);
    assert.match(password("elsewhere"), /mipStrokePortalDbPassword/);
  });

  it("asks for a login unless keycloak.enabled is false", async () => {
    assert.equal(env(backend(await onCluster()), "AUTHENTICATION"), "1");
    const open = await onCluster({}, { keycloak: { enabled: false } });
    assert.equal(env(backend(open), "AUTHENTICATION"), "0");
    assert.ok(!JSON.stringify(open.objects).includes("keycloak-credentials"));
  });

  it("passes publicUrl or the exposure's URL to the portal", async () => {
    const url = (s: SystemStack): unknown => env(backend(s), "PLATFORM_UI_BASE_URL");
    assert.equal(url(await onCluster({ exposure: ingress })), "https://mip.example.org");
    assert.equal(url(await onMachines()), "http://vm-0:30080");
    const publicUrl = "https://mip.example.net";
    assert.equal(url(await onMachines({ publicUrl })), publicUrl);
  });

  it("makes the portal's role a superuser with portalDb.superuser", async () => {
    const stack = await onCluster({}, { portalDb: { superuser: true } });
    assert.equal(initEnv(stack, "PORTAL_DB_SUPERUSER"), "true");
  });

  it("opens the controller's API to everyone only as a node port", async () => {
    const from = (s: SystemStack): unknown =>
      at(s.find("NetworkPolicy", "to-controller"), "spec", "ingress", 0, "from");
    assert.equal(from(await onMachines()), undefined);
    assert.equal((from(await onCluster()) as unknown[]).length, 3);
  });

  it("creates no Secret with secretsMode existing", async () => {
    const stack = await stackOf(
      { managedCluster: true, federations: [{ ...managed, ...secure }] },
      { "stackberth:secretsMode": "existing" },
    );
    assert.ok(!stack.objects.some(({ kind }) => kind === "Secret"));
  });

  for (const [mode, more] of [
    ["existing", {}],
    ["external", { "stackberth:secretStore": JSON.stringify({ name: "vault" }) }],
    ["sealed", {}],
  ] as const) {
    it(`refuses notebooks with secretsMode ${mode}, which hides their keys from the program`, async () => {
      const federations = [{ ...managed, notebook: true, exposure: ingress }];
      await assert.rejects(
        stackOf({ managedCluster: true, federations }, { "stackberth:secretsMode": mode, ...more }),
        new RegExp(
          "stackberth:mip\\.federations\\[0\\]\\.notebook.*takes mipDemoNotebookProxyToken, " +
            "mipDemoNotebookCookieSecret, mipDemoNotebookCryptKey, mipDemoNotebookClientSecret in clear" +
            `.*secretsMode ${mode}.*npm run secrets -- --stack dev`,
          "s",
        ),
      );
    });
  }

  it("refuses notebooks offline, and names the setting", async () => {
    await assert.rejects(
      onCluster({ notebook: true, exposure: ingress }),
      /mip\.federations\[\]\.notebook is the Helm chart jupyterhub.*cannot be rendered offline/s,
    );
  });
});
