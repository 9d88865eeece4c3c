import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { noBrowser, openBrowser, shows } from "../support/browser";
import { figure } from "../support/figures";
import { home } from "../support/folders";
import { tryConnections } from "../support/listedConnections";
import { type Answer, ask, exposureOf, NodeStack, small, urlOf } from "../support/nodeStack";
import { nodeKubectl, skipWithoutNode } from "../support/realNode";
import { eventually } from "../support/simulatedNodes";
import { unchanged } from "../support/stackberth";

const name = "test-openml";
const host = "openml.localhost";
const dump = "openml-20261101T020000Z.sql.gz";
const claim = "dumps";

/** A database with the backend's table and one user, as its nightly dump would hold it. */
const database = `
DROP DATABASE IF EXISTS openml;
CREATE DATABASE openml;
USE \`openml\`;
CREATE TABLE users (id int PRIMARY KEY AUTO_INCREMENT, username varchar(100) NOT NULL UNIQUE,
  password varchar(255) NOT NULL, email varchar(254) NOT NULL, first_name varchar(50),
  created_on int NOT NULL, active tinyint);
INSERT INTO users VALUES (1, 'old@example.org', '-', 'old@example.org', 'Old', 0, 1);
-- Dump completed
`.trimStart();

const account = (first: string): object => ({
  email: `${first.toLowerCase()}@example.org`,
  password: "correct horse",
  first_name: first,
});

/** The namespace with a claim that has the dump: without its tables, the backend cannot start. */
async function provideDump(): Promise<void> {
  const encoded = gzipSync(database).toString("base64");
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: claim, namespace: name },
      spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } } },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "copy", namespace: name },
      spec: {
        restartPolicy: "Never",
        containers: [
          {
            name: "copy",
            image: "stackberth.test/debian:1",
            command: ["sh", "-euc", `echo ${encoded} | base64 -d > /dumps/${dump}`],
            volumeMounts: [{ name: "dumps", mountPath: "/dumps" }],
          },
        ],
        volumes: [{ name: "dumps", persistentVolumeClaim: { claimName: claim } }],
      },
    },
  ];
  mkdirSync(home, { recursive: true });
  const file = join(home, "openml-dump.json");
  writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  await nodeKubectl("apply", "-f", file);
  const copied = ["--for=jsonpath={.status.phase}=Succeeded", "--timeout=120s"];
  await nodeKubectl("wait", "-n", name, "pod/copy", ...copied);
  await nodeKubectl("delete", "-n", name, "pod/copy");
}

describe("OpenML in real containers", function () {
  this.timeout(30 * 60_000);
  let stack: NodeStack;

  before(async function () {
    skipWithoutNode(this);
    stack = new NodeStack(name, "openml");
    stack.set(["stackberth:openml", "exposure"], exposureOf(host));
    stack.set(["stackberth:openml", "backend", "replicas"], 2);
    stack.set(["stackberth:openml", "backend", "resources"], small("1", "2Gi"));
    stack.set(["stackberth:openml", "database"], {
      type: "managed",
      restoreFrom: dump,
      backup: { existingClaim: claim },
      resources: small("1", "1Gi"),
    });
    stack.set(["stackberth:openml", "config", "REACT_APP_URL_SITE_BACKEND"], urlOf(host));
    // Without a mail, accounts are active at once.
    stack.set(["stackberth:openml", "config", "SEND_EMAIL"], "False");
    await stack.succeed("secrets");
    await provideDump();
    await stack.succeed("up");
  });
  after(async () => {
    await stack?.takeDown();
  });

  const post = async (path: string, json: object): Promise<Readonly<Record<string, string>>> => {
    const { status, body } = await ask(host, path, { json });
    assert.equal(status, 200, body);
    return JSON.parse(body) as Readonly<Record<string, string>>;
  };

  it("changes nothing the second time", async () => {
    assert.match(await stack.succeed("up"), unchanged);
  });

  it("starts on what its dump holds", async () => {
    assert.deepEqual(await post("/signup", account("Old")), { msg: "User already exists" });
  });

  it("shows the page, filled in, which signs a user in through the API", async function () {
    const reason = noBrowser();
    if (reason !== undefined) {
      console.log(`    skipped: ${reason}`);
      this.skip();
    }
    assert.deepEqual(await post("/signup", account("Ada")), { msg: "User created" });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(urlOf(host));
      await shows(page, "API: https://test.openml.org/api/");
      await page.type("input[name=email]", "ada@example.org");
      await page.type("input[name=password]", "correct horse");
      await page.locator("::-p-text(Sign in)").click();
      await shows(page, "Welcome, Ada");
    } finally {
      await browser.close();
    }
  });

  it("answers from both pods, each of which takes the other's tokens", async () => {
    await post("/signup", account("Grace"));
    const { access_token: token } = await post("/login", account("Grace"));
    const headers = { authorization: `Bearer ${token}` };
    const wanted = (await stack.podsOf("openml-backend")).map((pod) => pod.replace("pod/", ""));
    assert.equal(wanted.length, 2);
    const seen = new Set<unknown>();
    await eventually("answers of both pods", async () => {
      const answer = await ask(host, "/profile", { headers });
      assert.equal(answer.status, 200, answer.body);
      assert.match(answer.body, /"first_name": ?"Grace"/);
      seen.add(answer.headers["x-served-by"]);
      return seen.size === 2 ? true : undefined;
    });
    assert.deepEqual([...seen].sort(), [...wanted].sort());
  });

  it("lets connections through as its table of the network says, and no other", async () => {
    const { count, open, listed, outside } = await tryConnections(stack);
    assert.deepEqual(open, listed);
    assert.ok(listed.length >= 2, listed.join("\n"));
    assert.ok(outside.includes("the API server 443"), outside.join("\n"));
    figure(
      "Connections between pods of OpenML, the API server and a pod outside",
      `${count} of ${count} as the network table says`,
    );
  });

  it("answers every request while a change rolls out", async () => {
    stack.set(["stackberth:openml", "backend", "container"], { env: { ROLLED: "out" } });
    const { code, output, count, failed } = await stack.upUnderLoad(host);
    assert.equal(code, 0, output);
    assert.match(output, /updated +Deployment test-openml\/openml-backend/);
    assert.deepEqual(failed, []);
    assert.ok(count > 50, `only ${String(count)} requests were sent`);
    figure(
      "Requests while a change rolls out over two backends of OpenML",
      `${String(count)} answered, none failed`,
    );
  });

  it("keeps its rows when the database restarts, and finds it again", async () => {
    await post("/signup", account("Barbara"));
    const [before = ""] = await stack.podsOf("openml-database");
    const uid = async (): Promise<string> =>
      await stack.kubectl("get", before, "--output", "jsonpath={.metadata.uid}");
    const first = await uid();
    await stack.kubectl("delete", before);
    await stack.kubectl("rollout", "status", "statefulset/openml-database", "--timeout=180s");
    assert.notEqual(await uid(), first);
    const signedIn = async (): Promise<true | undefined> => {
      const answer: Answer = await ask(host, "/login", { json: account("Barbara") });
      return answer.status === 200 && answer.body.includes("access_token") ? true : undefined;
    };
    await eventually("a login after the restart", signedIn);
    // Nothing was restored again.
    assert.deepEqual(await post("/signup", account("Barbara")), { msg: "User already exists" });
    assert.ok((await stack.podsOf("openml-backend")).length > 1);
    assert.deepEqual(await stack.restarted(), []);
    figure("OpenML's database deleted under two backends", "all rows kept, no backend restarted");
  });

  /** The claims of the stack's own that are there. */
  const claims = async (): Promise<readonly string[]> => {
    const printed = await stack.kubectl("get", "persistentvolumeclaims", "--output", "name");
    return printed.split("\n").filter((each) => each !== "" && !each.endsWith(`/${claim}`));
  };

  it("uses protected data again, after down and up", async () => {
    stack.set(["stackberth:protectData"], true);
    await stack.succeed("up");
    const before = await claims();
    const down = await stack.succeed("down");
    for (const each of before) {
      const named = each.replace(/^persistentvolumeclaim\//, "");
      assert.match(down, new RegExp(`kept +PersistentVolumeClaim ${name}/${named}$`, "m"));
    }
    assert.deepEqual(await claims(), before);
    assert.deepEqual(await stack.podsOf("openml-database"), []);
    await stack.succeed("up");
    assert.deepEqual(await post("/signup", account("Barbara")), { msg: "User already exists" });
    figure("OpenML taken down and deployed again, data protected", "all rows kept and used");
  });

  it("starts from its dump again once its data was not protected", async () => {
    stack.set(["stackberth:protectData"], false);
    await stack.succeed("up");
    await stack.succeed("down");
    assert.deepEqual(await claims(), []);
    await stack.succeed("up");
    assert.deepEqual(await post("/signup", account("Barbara")), { msg: "User created" });
    assert.deepEqual(await post("/signup", account("Old")), { msg: "User already exists" });
    figure(
      "OpenML taken down and deployed again, data not protected",
      "nothing of the old is left",
    );
  });
});
