import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { at } from "../../lib/objects";
import { kubectl } from "../support/kubectl";
import {
  inPlace,
  leaving,
  refused,
  rigidClass,
  stackName,
  systemsOfStack,
  write,
  writeBase,
} from "../support/liveChanges";
import { until } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { apply, live, testCluster, versions } from "../support/testCluster";

const ofStack = `stackberth.dev/stack=${stackName}`;
const openms = `${stackName}-openms`;
const bots = `${stackName}-bots`;
const mip = `${stackName}-demo`;

async function succeed(command: "up" | "preview"): Promise<string> {
  const { code, output } = await run(command, "--stack", stackName);
  assert.equal(code, 0, output);
  return output;
}

/** The replicas that are asked for, of each Deployment of a namespace, as they change. */
async function watchReplicas(namespace: string) {
  const { embedded } = await testCluster();
  const [program = "", ...rest] = embedded.kubectl;
  const path = 'jsonpath={.metadata.name} {.spec.replicas}{"\\n"}';
  const watch = spawn(program, [
    ...rest,
    ...["get", "deployments", "-n", namespace, "--watch", "-o", path],
  ]);
  let text = "";
  watch.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const of = (name: string): number[] =>
    text
      .split("\n")
      .map((line) => line.split(" "))
      .flatMap(([each, count]) => (each === name ? [Number(count)] : []));
  await until("a watch that has begun", () => Promise.resolve(text !== ""));
  return { of, end: () => watch.kill() };
}

const uidsOf = (kind: string, namespace: string, selector: string): Promise<string> =>
  kubectl("get", kind, "-n", namespace, "-l", selector, "-o", "jsonpath={.items[*].metadata.uid}");

const sizeOf = async (namespace: string, claim: string): Promise<unknown> =>
  at(await live("PersistentVolumeClaim", namespace, claim), "status", "capacity", "storage");

const secretOf = async (name: string): Promise<string> =>
  JSON.stringify((await live("Secret", openms, name))["data"]);

describe("changes of a deployed stack, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  let stack: TestStack;
  const watches: { of: (name: string) => number[]; end: () => void }[] = [];
  let claims = "";

  before(async () => {
    await testCluster();
    stack = new TestStack(stackName, "dev", systemsOfStack);
    await apply({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: rigidClass },
      provisioner: "simulated.stackberth.dev",
      volumeBindingMode: "Immediate",
    });
    writeBase(stack);
    await succeed("up");
  });
  after(async () => {
    for (const { end } of watches) end();
    await run("down", "--stack", stackName);
    await kubectl("delete", "namespace", "-l", ofStack);
    await kubectl("delete", "storageclass", rigidClass);
    stack.remove();
  });

  for (const group of refused) {
    const titles = [...new Set(group.map(({ setting }) => setting))].join("; ");
    it(`refuses ${titles}, before anything changes`, async () => {
      const before = await versions(stackName);
      write(stack, group, "to");
      try {
        const { code, output } = await run("preview", "--stack", stackName);
        assert.equal(code, 1, output);
        assert.match(output, /nothing was changed/);
        for (const each of group) if (each.refused) assert.match(output, each.refused);
      } finally {
        write(stack, group, "from");
      }
      assert.deepEqual(await versions(stackName), before);
    });
  }

  it("makes the others in place, and asks for no fewer pods", async () => {
    for (const each of [openms, bots]) watches.push(await watchReplicas(each));
    const pods = await uidsOf("pods", mip, "app.kubernetes.io/name=exaflow-localworker");
    claims = await uidsOf("pvc", mip, ofStack);
    write(stack, inPlace, "to");
    stack.set(["stackberth:openmsAdminPassword"], undefined);
    const admin = await secretOf("streamlit-secrets");
    const output = await succeed("up");
    assert.doesNotMatch(output, /^(replaced|deleted) +(Persistent|StatefulSet|Deployment|Secret)/m);
    assert.notEqual(await secretOf("streamlit-secrets"), admin);
    assert.equal(await uidsOf("pods", mip, "app.kubernetes.io/name=exaflow-localworker"), pods);
    assert.equal(await sizeOf(mip, "csvs-exaflow-localworker-0"), "5Gi");
    assert.deepEqual(
      [
        ...["web", "worker"].map((name) => watches[0]?.of(name)),
        watches[1]?.of("bots-webserver"),
      ].map((all) => Math.min(...(all ?? []))),
      [3, 3, 3],
    );
  });

  it("resets nothing later", async () => {
    await kubectl("scale", "deployment", "web", "-n", openms, "--replicas=5");
    assert.match(await succeed("up"), unchanged);
    assert.equal(at(await live("Deployment", openms, "web"), "spec", "replicas"), 5);
  });

  it("replaces a volume by the command of the refusal", async () => {
    stack.set(["stackberth:openms", "redis", "size"], "1Gi");
    const { code, output } = await run("preview", "--stack", stackName);
    assert.equal(code, 1, output);
    const commands = /redis-data: .*run `([^`]*)`/.exec(output)?.[1]?.split(" && ") ?? [];
    assert.equal(commands.length, 2, output);
    for (const command of commands) {
      const [program, ...argv] = command.split(" ");
      assert.equal(program, "kubectl");
      await kubectl(...argv);
    }
    const gone = async (): Promise<boolean> =>
      !(await kubectl("get", "pvc", "-n", openms, "-o", "name")).includes("redis-data");
    await until("a claim that is gone", gone);
  });

  it("makes them in place on the way back, and keeps what a system leaves", async () => {
    const back = inPlace.filter(({ setting }) => !setting.startsWith("a volume"));
    write(stack, [...back], "from");
    write(stack, leaving, "to");
    const made = await run("secrets", "--stack", stackName);
    assert.equal(made.code, 0, made.output);
    const kept = await uidsOf("pvc", `${stackName}-openml`, ofStack);
    const output = await succeed("up");
    assert.match(output, /^kept +PersistentVolumeClaim test-changes-openml\/openml-data$/m);
    assert.match(output, /^kept +PersistentVolumeClaim test-changes-bots\/bots-database-data$/m);
    assert.equal(await uidsOf("pvc", `${stackName}-openml`, ofStack), kept);
    assert.equal(await uidsOf("pvc", mip, ofStack), claims);
    assert.equal(await sizeOf(openms, "redis-data"), "1Gi");
    const replicas = ["web", "worker"].map(async (name) =>
      at(await live("Deployment", openms, name), "spec", "replicas"),
    );
    assert.deepEqual(await Promise.all(replicas), [3, 3]);
    assert.match(await succeed("up"), unchanged);
  });
});
