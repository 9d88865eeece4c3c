import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { clickUntil, noBrowser, openBrowser, shows } from "../support/browser";
import { home, root } from "../support/folders";
import { figure, timed } from "../support/figures";
import { tryConnections } from "../support/listedConnections";
import { exposureOf, NodeStack, small, urlOf } from "../support/nodeStack";
import { nodeKubectl, skipWithoutNode } from "../support/realNode";
import { eventually, until } from "../support/simulatedNodes";
import { unchanged } from "../support/stackberth";

const name = "test-node";

const host = "openms.localhost";

describe("OpenMS in real containers", function () {
  this.timeout(30 * 60_000);
  let stack: NodeStack;
  let web = "";
  const workspace = "many";
  const mzml = "/tmp/example.mzML";
  const volumes = join(home, "node", "real", "volumes");
  const inPod = (pod: string, script: string): Promise<string> =>
    stack.kubectl("exec", pod, "--", "bash", "-c", script);

  before(async function () {
    skipWithoutNode(this);
    stack = new NodeStack(name, "openms");
    stack.set(["stackberth:openms", "exposure"], exposureOf(host));
    stack.set(["stackberth:openms", "web"], { replicas: 2, resources: small("2", "2Gi") });
    const worker = { replicas: 2, resources: small("2", "2Gi"), jobTimeoutSeconds: 60 };
    stack.set(["stackberth:openms", "worker"], worker);
    // Else rq lists a job as failed that Redis leaves with a worker that has not begun it.
    const retried = { settings: { queue_settings: { retries: 1 } } };
    stack.set(["stackberth:openms", "files"], retried);
    const [, took] = await timed(stack.succeed("up"));
    figure("The first `up` of OpenMS, until it is ready", took);
    web = (await stack.podsOf("web"))[0] ?? "";
  });
  after(async () => {
    await stack?.takeDown();
  });

  it("starts each container once, whatever starts first", async () => {
    assert.deepEqual(await stack.restarted(), []);
  });

  it("has the image's demo workspace", async () => {
    const demo = await inPod(web, "cat $WORKSPACES_DIR/.demos/demo/params.json");
    assert.deepEqual(JSON.parse(demo), { "image-format": "svg" });
  });

  it("changes nothing the second time", async () => {
    assert.match(await stack.succeed("up"), unchanged);
  });

  describe("in a browser, through the Ingress", () => {
    let browser: Browser;
    let page: Page;
    before(async function () {
      const reason = noBrowser();
      if (reason !== undefined) {
        console.log(`    skipped: ${reason}`);
        this.skip();
      }
      browser = await openBrowser();
      page = await browser.newPage();
      await page.setViewport({ width: 1000, height: 1150 });
    });
    after(async () => {
      await browser?.close();
    });

    it("runs a workflow on an uploaded file through the queue, and shows its results", async () => {
      const file = join(home, "example.mzML");
      const script = `python3 -m src.example ${mzml} >&2 && cat ${mzml}`;
      mkdirSync(home, { recursive: true });
      writeFileSync(file, await inPod(web, script));
      await page.goto(urlOf(host));
      const input = await page.waitForSelector("input[type=file]", { timeout: 60_000 });
      assert.ok(input !== null);
      await input.uploadFile(file);
      await shows(page, "Run workflow");
      await clickUntil(page, "Run workflow", "Job ");
      await shows(page, "20 spectra");
      await page.waitForFunction(
        "[...document.images].some((image) => image.complete && image.naturalWidth > 300)",
      );
      if (process.env["SCREENSHOT_UPDATE"] === "1")
        await page.screenshot({ path: join(root, "docs", "images", "openms.png") });
    });

    it("stays on one pod", async () => {
      const servers = new Set<string>();
      for (let visit = 0; visit < 5; visit += 1) {
        await page.reload();
        await shows(page, "served by");
        const text = String(await page.evaluate("document.body.innerText"));
        servers.add(/served by (\S+)/.exec(text)?.[1] ?? "");
      }
      assert.equal(servers.size, 1, [...servers].join());
    });
  });

  // Nested, so that the pods that the browser meets are still there.
  describe("on its pods", () => {
    it("lets connections through as its table of the network says, and no other", async () => {
      const { count, open, listed, outside } = await tryConnections(stack);
      assert.deepEqual(open, listed);
      // Two web pods and two workers, each to Redis.
      assert.equal(listed.length, 4, listed.join("\n"));
      const web = (await stack.podsOf("web")).map((pod) => pod.replace("pod/", ""));
      const reachable = ["the API server 443", ...web.map((pod) => `${pod} 8501`)];
      assert.deepEqual(outside, reachable.sort());
      figure(
        "Connections between pods of OpenMS, the API server and a pod outside",
        `${count} of ${count} as the network table says`,
      );
    });

    it("deletes workspaces that nobody used for a week, and only those", async () => {
      const folder = "$WORKSPACES_DIR";
      const kept = ["used-yesterday", "used-six-days-ago"];
      const old = ["unused-for-eight-days", "unused for a year"];
      const days = [1, 6, 8, 365];
      const make = [...kept, ...old].map(
        (each, index) =>
          `mkdir "${folder}/${each}" && touch -d "${days[index]} days ago" "${folder}/${each}"`,
      );
      const list = `find ${folder} -mindepth 1 -maxdepth 1 -printf '%f\\n' | sort`;
      const before = await inPod(web, list);
      await inPod(web, make.join("\n"));
      await inPod(web, `touch -d "1 year ago" ${folder}/.demos`);
      const log = await stack.completed(await stack.operate("clean up workspaces now"));
      for (const each of old) assert.match(log, new RegExp(`^deleted ${each}$`, "m"));
      const after = (await inPod(web, list)).split("\n").filter(Boolean);
      const wanted = [...before.split("\n").filter(Boolean), ...kept];
      assert.deepEqual(after.sort(), wanted.sort());
      figure(
        "Clean-up of OpenMS, where two of four workspaces are unused for a week",
        "those two deleted",
      );
    });

    it("loses no job, and completes none twice, while its pods go one by one", async () => {
      const count = 200;
      await inPod(web, `python3 -m src.example ${mzml}`);
      const copy = `mkdir -p $WORKSPACES_DIR/${workspace}/mzML && cp ${mzml} $WORKSPACES_DIR/${workspace}/mzML/`;
      await inPod(web, copy);
      const file = `$WORKSPACES_DIR/${workspace}/mzML/example.mzML`;
      const ids = await inPod(web, `python3 -m src.workflow ${workspace} ${file} ${count}`);
      const jobs = ids.split("\n").filter(Boolean);
      assert.equal(jobs.length, count);
      const lines = `cd $WORKSPACES_DIR/${workspace}/jobs && grep -c end *.log || true`;
      const ended = async (): Promise<Map<string, number>> => {
        const pod = (await stack.podsOf("web")).at(-1) ?? "";
        const printed = await inPod(pod, lines).catch(() => "");
        const pairs = printed.split("\n").filter(Boolean);
        return new Map(
          pairs.map((line): [string, number] => {
            const [job = "", times] = line.split(":");
            return [job.replace(".log", ""), Number(times)];
          }),
        );
      };
      const done = async (): Promise<number> =>
        [...(await ended()).values()].filter((times) => times > 0).length;
      const began = Date.now();
      for (const [component, enough] of [
        ["worker", 20],
        ["redis", 60],
        ["web", 100],
      ] as const) {
        await until(`${enough} jobs that are done`, async () => (await done()) >= enough);
        const [pod = ""] = await stack.podsOf(component);
        await stack.kubectl("delete", pod, "--wait=false");
      }
      const all = async (): Promise<true | undefined> =>
        (await done()) === count ? true : undefined;
      await eventually("all jobs done", all, 600);
      const times = await ended();
      assert.deepEqual([...times].sort(), jobs.map((job): [string, number] => [job, 1]).sort());
      const seconds = ((Date.now() - began) / 1000).toFixed(0);
      figure(
        "200 jobs of OpenMS on two workers, while a worker, Redis and a web server are deleted",
        `200 completed, none twice, in ${seconds} s`,
      );
    });

    describe("while a change rolls out", () => {
      const changes: readonly [string, string, unknown][] = [
        ["a change of the container", "web", { replicas: 2, resources: small("2", "3Gi") }],
        ["a change of the configuration", "files", { settings: { "app-name": "Renamed" } }],
      ];
      for (const [title, key, value] of changes) {
        it(`answers every request: ${title}`, async () => {
          const old = await stack.podsOf("web");
          stack.set(["stackberth:openms", key], value);
          const { code, output, count, failed } = await stack.upUnderLoad(host);
          assert.equal(code, 0, output);
          assert.deepEqual(failed, []);
          assert.ok(count > 50, `only ${String(count)} requests were sent`);
          await until("pods that the change reached", async () =>
            (await stack.podsOf("web")).every((pod) => !old.includes(pod)),
          );
          figure(
            `Requests while ${title} rolls out over two web servers`,
            `${String(count)} answered, none failed`,
          );
        });
      }

      it("goes on as it is while the new image does not exist, and says so", async () => {
        const old = await stack.podsOf("web");
        stack.set(["stackberth:openms", "image"], "stackberth.test/openms:absent");
        stack.set(["stackberth:deadlineSeconds"], 30);
        const [{ code, output, count, failed }, took] = await timed(stack.upUnderLoad(host));
        assert.equal(code, 1, output);
        // Both have the image; a busy node may take until the deadline to begin with the pod of one of them.
        const named =
          /FAILED: Deployment test-node\/(web|worker)\b|^Deployment test-node\/(web|worker): .*progress/m;
        assert.match(output, named);
        assert.match(output, /stackberth\.test\/openms:absent/);
        assert.match(output, /ErrImagePull|ImagePullBackOff/);
        assert.deepEqual(failed, []);
        const now = await stack.podsOf("web");
        assert.deepEqual(
          old.filter((pod) => !now.includes(pod)),
          [],
          "old pods that are gone",
        );
        figure(
          "A new image that does not exist, with `deadlineSeconds` 30",
          `\`up\` fails after ${took}, names it, and ${String(count)} requests are answered, none failed`,
        );
      });
    });

    describe("when it goes", () => {
      it("leaves no data behind", async () => {
        const path = `{.items[?(@.spec.claimRef.namespace=="${name}")].spec.local.path}`;
        const paths = (
          await nodeKubectl("get", "persistentvolumes", "-o", `jsonpath=${path}`)
        ).split(" ");
        const folders = paths.map((each) => join(volumes, basename(each)));
        assert.ok(folders.length === 2 && folders.every(existsSync), folders.join());
        await stack.succeed("down");
        await until("volumes that are gone", () => Promise.resolve(!folders.some(existsSync)));
      });
    });
  });
});
