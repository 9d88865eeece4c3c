import assert from "node:assert/strict";
import { listAt } from "../../lib/objects";
import { ownPod } from "../support/maps";
import { figure, timed } from "../support/figures";
import {
  connectionsOf,
  type Shell,
  sizeOf,
  startStranger,
  type Target,
} from "../support/connections";
import { MapsNode, modes, script, timeoutSeconds } from "../support/mapsNode";
import { ask } from "../support/nodeStack";
import { OutsideHost } from "../support/outsideHost";
import { askServer, nodeKubectl, skipWithoutNode } from "../support/realNode";
import { eventually, until } from "../support/simulatedNodes";
import { unchanged } from "../support/stackberth";

const outside = new OutsideHost([80, 443]);

describe("MAPS in real containers", function () {
  this.timeout(30 * 60_000);
  let source: MapsNode;
  let template: MapsNode;
  let stranger: Shell;
  let targets: Readonly<Record<string, Target>> = {};

  before(async function () {
    skipWithoutNode(this);
    [source, template] = [new MapsNode("source"), new MapsNode("template")];
    const [, took] = await timed(source.stack.succeed("up"));
    figure("The first `up` of MAPS, until it is ready", took);
    await template.stack.succeed("up");
    await outside.start();
    stranger = await startStranger("stranger-to-maps", modes.source.runner.image);
    const database = ["pod/database", "--namespace", "default"];
    await nodeKubectl("run", "database", "--namespace", "default", "--image=redis:7-alpine");
    await nodeKubectl("wait", "--for=condition=Ready", ...database);
    const address = await nodeKubectl("get", ...database, "-o", "jsonpath={.status.podIP}");
    targets = {
      "a database": [address, 6379],
      "the API server": ["10.96.0.1", 443],
      "the internet, 443": [outside.address, 443],
      "the internet, 80": [outside.address, 80],
    };
  });
  after(async () => {
    outside.stop();
    await both(async (app) => (app as MapsNode | undefined)?.stack.takeDown());
  });

  /** Does something with both at the same time. */
  const both = <T>(work: (app: MapsNode) => Promise<T>): Promise<[T, T]> =>
    Promise.all([work(source), work(template)]);

  /** A run that asks for no more than it may have. */
  const succeeds = async (name: string, parameters: string): Promise<void> => {
    for (const { status, printed } of await both((app) => app.run(name, parameters)))
      assert.equal(status, 200, printed);
  };

  it("starts each container once, and then changes nothing", async () => {
    const started = { restarted: [], ready: "1" };
    assert.deepEqual(await both((app) => app.state()), [started, started]);
    for (const app of [source, template]) assert.match(await app.stack.succeed("up"), unchanged);
  });

  it("has what the image brings for its volumes", async () => {
    const library = { images: [{ id: "discs", name: "Twelve discs" }] };
    assert.deepEqual(await both((app) => app.get("/library/images")), [library, library]);
  });

  for (const [threshold, count] of [
    [100, 12],
    [180, 4],
  ] as const) {
    it(`runs a user's script with the parameter ${threshold}, and hands out its result`, async () => {
      await both(async (app) => {
        const { status, printed, job, files } = await app.run("count", String(threshold));
        assert.equal(status, 200, printed);
        assert.match(printed, new RegExp(`^${count} discs$`, "m"));
        assert.deepEqual(files, [`/outputs/${job}/result/count.json`]);
        assert.deepEqual(await app.get(files[0] ?? ""), { count });
        assert.equal(await app.podField(job, ".status.phase"), "Succeeded");
      });
    });
  }

  describe("against a script that attacks", () => {
    it("closes every way out before it starts, or as soon as the network can", async () => {
      const all: Readonly<Record<string, Target>> = {
        ...targets,
        "the kubelet": ["198.18.0.1", 10250],
        source: await source.target(),
        template: await template.target(),
      };
      const parameters = JSON.stringify(all);
      const code = Buffer.from(script("knock")).toString("base64");
      const free = await stranger(
        `echo ${code} | base64 -d | MAPS_SCRIPT_PARAMETERS='${parameters}' python3 -`,
      );
      const names = Object.keys(all).sort();
      // The proof that all of it can be reached, and a token be had.
      assert.deepEqual(JSON.parse(free), { early: names, late: names, token: true });
      const seen = await both(async (app) => {
        const { printed } = await app.run("knock", parameters);
        const line = printed.split("\n").find((each) => each.startsWith("{"));
        return JSON.parse(line ?? "{}") as { early: string[]; late: string[]; token: boolean };
      });
      for (const { late, token } of seen)
        assert.deepEqual({ late, token }, { late: [], token: false });
      const [early, never] = seen;
      assert.deepEqual(never.early, []);
      figure(
        "Ways out for a script of MAPS: the API server, the kubelet, the internet, a database, other pods",
        `${names.length} of ${names.length} without a policy, none with the template; with the source's own pods ${early.early.length} in the first moment, then none`,
      );
    });

    it("lets nobody use the backend's token, which the app hands out through a link, for more", async () => {
      const { files } = await source.run("link");
      const { status, body: token } = await ask(source.host, files[0] ?? "");
      assert.equal(status, 200);
      const namespace = `/api/v1/namespaces/${source.stack.name}`;
      // The proof that it is a good one.
      assert.equal((await askServer(`${namespace}/pods`, token)).status, 200);
      assert.equal((await askServer(`${namespace}/secrets`, token)).status, 403);
      const pod = ownPod("stolen", modes.source.runner.image);
      const [container] = listAt(pod, "spec", "containers");
      Object.assign(container ?? {}, { envFrom: [{ secretRef: { name: "maps-auth" } }] });
      const { body } = await askServer(`${namespace}/pods`, token, pod);
      assert.match(body, /a runner takes no environment variables from Secrets/);
    });

    it("stops a script that starts processes without end, and goes on", async () => {
      await succeeds("fork", "100");
      const ended = await both(async (app) => {
        const bomb = await app.run("fork", "100000");
        assert.equal(bomb.status, 400, bomb.printed);
        const killed = ".status.containerStatuses[0].state.terminated.reason";
        const reason = await app.podField(bomb.job, killed);
        assert.ok(reason === "OOMKilled" || /killed, with/.test(bomb.printed), bomb.printed);
        assert.deepEqual(await app.state(), { restarted: [], ready: "1" });
        return Math.max(...(bomb.printed.match(/^\d+$/gm) ?? []).map(Number));
      });
      figure(
        "A script of MAPS that starts processes without end, with 1Gi of memory",
        `killed with ${Math.max(...ended)} processes; the app goes on`,
      );
    });

    it("evicts a script that fills the disk", async () => {
      await succeeds("fill", "50");
      const times = await both(async (app) => {
        const earlier = await app.jobs();
        const answered = app.run("fill", "600");
        const job = await eventually("a job", async () =>
          (await app.jobs()).find((each) => !earlier.includes(each)),
        );
        const began = Date.now();
        // Its log goes with its container, so the kubelet's word is what is left.
        await until("an eviction", async () => (await app.podField(job, ".status.reason")) !== "");
        const seconds = (Date.now() - began) / 1000;
        assert.equal(await app.podField(job, ".status.reason"), "Evicted");
        assert.match(await app.podField(job, ".status.message"), /exceed/);
        assert.ok([400, 504].includes((await answered).status));
        return seconds;
      });
      figure(
        "A script of MAPS that writes 600 MiB where it may write 100",
        `evicted ${times[1].toFixed(0)} s after its pod is made; with the source's own pods after ${times[0].toFixed(0)} s`,
      );
    });

    describe("that never ends", () => {
      let jobs: readonly [string, string] = ["", ""];
      let answers: Promise<readonly { readonly status: number }[]>;

      before(async () => {
        answers = both((app) => app.run("listen"));
        jobs = await both((app) => app.jobThatPrinted("listening"));
      });

      it("lets connections through as its table of the network says, and no other", async () => {
        const [job] = jobs;
        const address = await source.podField(job, ".status.podIP");
        const label = ".spec.jobTemplate.spec.template.metadata.labels";
        const labels = JSON.parse(
          await source.stack.kubectl(
            "get",
            "cronjob/clean-up-runners",
            "-o",
            `jsonpath={${label}}`,
          ),
        ) as Readonly<Record<string, string>>;
        const list = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
        // The clean-up's own pods end at once.
        await source.stack.kubectl(
          ...["run", "clean-up", `--image=${modes.source.runner.image}`, "--restart=Never"],
          ...[`--labels=${list.join()}`, "--command", "--", "sleep", "infinity"],
        );
        await source.stack.kubectl("wait", "--for=condition=Ready", "pod/clean-up");
        const dns = await nodeKubectl(
          ...["get", "service/kube-dns", "-n", "kube-system", "-o", "jsonpath={.spec.clusterIP}"],
        );
        const columns: Readonly<Record<string, Target>> = {
          ...targets,
          backend: await source.target(),
          names: [dns, 53],
          "the runner": [address, 8080],
        };
        const rows = {
          backend: source.backendShell,
          "clean-up": source.shell("pod/clean-up"),
          runner: source.shell(`pod/runner-${job}`),
          stranger,
        };
        const api = ["the API server", "the internet, 443"];
        assert.deepEqual(await connectionsOf(rows, columns), {
          // To itself, which no policy concerns.
          backend: ["backend", "names", ...api],
          "clean-up": ["names", ...api],
          runner: ["the runner"],
          stranger: ["a database", "backend", "names", ...api, "the internet, 80"],
        });
        const size = sizeOf(rows, columns);
        figure(
          "Connections between pods of MAPS, the API server, the internet and a pod outside",
          `${size} of ${size} as the network table says`,
        );
      });

      it("does not take the app away from others, who wait", async () => {
        const [meanwhile] = await both((app) => ask(app.host, "/api/executions"));
        assert.equal(meanwhile.status, 200, meanwhile.body);
        for (const { status } of await answers) assert.equal(status, 504);
        const still = { restarted: [], ready: "1" };
        assert.deepEqual(await both((app) => app.state()), [still, still]);
      });

      it("ends at its deadline, or at the next clean-up after it", async () => {
        const [own, templated] = jobs;
        const early = await source.stack.completed(
          await source.stack.operate("clean up runners now"),
        );
        assert.doesNotMatch(early, new RegExp(own));
        assert.equal(await source.podField(own, ".status.phase"), "Running");
        await eventually("the deadline", async () =>
          (await template.podField(templated, ".status.reason")) === "DeadlineExceeded"
            ? true
            : undefined,
        );
        const started = Date.parse(await source.podField(own, ".status.startTime"));
        await until("its time is over", () =>
          Promise.resolve(Date.now() - started > timeoutSeconds * 1000),
        );
        const late = await source.stack.completed(
          await source.stack.operate("clean up runners now"),
        );
        assert.match(late, new RegExp(`^deleted pods/runner-${own}$`, "m"));
        await until("a pod that is gone", async () => (await source.podField(own, ".kind")) === "");
      });
    });
  });

  describe("when it changes", () => {
    it("answers a running script before it stops, and stops before the next one starts", async () => {
      const { stack } = source;
      const before = await source.executions();
      const answered = source.run("slow");
      await source.jobThatPrinted("slow");
      const [pod = ""] = await stack.podsOf("maps-backend");
      const stops = ["get", pod, "--output", "jsonpath={.metadata.deletionTimestamp}"];
      await stack.operate("restart");
      await until("a pod that stops", async () => (await stack.kubectl(...stops)) !== "");
      assert.deepEqual(await stack.podsOf("maps-backend"), [pod]);
      const { status, job } = await answered;
      assert.equal(status, 200);
      await stack.operate("wait until everything is ready");
      // The Ingress controller hears of the new pod a moment later.
      const ready = async (): Promise<true | undefined> =>
        (await ask(source.host, "/health")).status === 200 ? true : undefined;
      await eventually("an answer of the new pod", ready);
      assert.deepEqual(await source.executions(), { ...before, [job]: "success" });
    });

    it("is away for some seconds", async () => {
      const [before] = await source.stack.podsOf("maps-backend");
      source.stack.set(["stackberth:maps", "backend", "variables"], { ROLLED: "out" });
      const { code, output, count, failed } = await source.stack.upUnderLoad(source.host);
      assert.equal(code, 0, output);
      const after = await source.stack.podsOf("maps-backend");
      assert.equal(after.length, 1);
      assert.notEqual(after[0], before);
      const times = failed.map((each) => Date.parse(each.split(" ")[0] ?? ""));
      const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
      assert.ok(failed.length > 0 && seconds < 60, failed.join("\n"));
      figure(
        "Requests while a change of the configuration rolls out over the one pod of MAPS",
        `${count - failed.length} of ${count} answered; away for ${seconds.toFixed(1)} s`,
      );
    });
  });
});
