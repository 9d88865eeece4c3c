import assert from "node:assert/strict";
import type { Page } from "puppeteer-core";
import { noBrowser, openBrowser, shows } from "../support/browser";
import { figure } from "../support/figures";
import { tryConnections } from "../support/listedConnections";
import { ask, NodeStack, small, urlOf } from "../support/nodeStack";
import { onNode, skipWithoutNode } from "../support/realNode";
import { eventually } from "../support/simulatedNodes";
import { unchanged } from "../support/stackberth";

const name = "test-bots";
const host = "bots.localhost";
const web = "bots-webserver";
const environment = "/home/bots/.bots/env/default";
const inbox = `${environment}/botssys/infile/orders`;
const outbox = `${environment}/botssys/outfile/orders`;
const head = "order,buyer,article,quantity";

/** A line of an order, as the image's grammar translates it. */
const translated = (order: number, quantity: number): string => `UNH+1+ORDERS:D:96A:UN'
BGM+220+${order}+9'
NAD+BY+4012345000009::9'
LIN+1++4000862141404:EN'
QTY+21:${quantity}'
UNT+6+1'
`;

describe("bots in real containers", function () {
  this.timeout(30 * 60_000);
  let stack: NodeStack;

  before(function () {
    skipWithoutNode(this);
    stack = new NodeStack(name, "bots");
    for (const part of ["web", "jobQueue", "engine", "database"])
      stack.set(["stackberth:bots", part, "resources"], small("1", "1Gi"));
    // The tests run it.
    stack.set(["stackberth:bots", "engine", "suspend"], true);
    stack.set(["stackberth:bots", "init", "backoffLimit"], 0);
  });
  after(async () => {
    await stack?.takeDown();
  });

  const inWeb = (script: string): Promise<string> => stack.inside(`deployment/${web}`, web, script);

  /** Puts a file into the inbox, whole at any time. */
  const drop = async (file: string, text: string): Promise<void> => {
    const partial = `${inbox}/.${file}`;
    await inWeb(`mkdir -p ${inbox}; printf '${text}' > ${partial}; mv ${partial} ${inbox}/${file}`);
  };
  const order = (number: number, quantity: number): string =>
    `${head}\\n${number},4012345000009,4000862141404,${quantity}\\n`;

  /** The names of the objects of some kinds. */
  const namesOf = async (kinds: string): Promise<readonly string[]> =>
    (await stack.kubectl("get", kinds, "--output", "name")).split("\n").filter(Boolean);

  it("starts nothing when its initialisation fails, and says why", async () => {
    stack.set(["stackberth:bots", "files", "settings"], { INSTALLED_APPS: ["no_such_app"] });
    const { code, output } = await onNode("up", "--stack", name);
    assert.equal(code, 1, output);
    assert.match(output, /bots-db-init/);
    assert.match(output, /No module named 'no_such_app'/);
    assert.deepEqual(await namesOf("deployments"), []);
    const workloads = await namesOf("jobs,cronjobs");
    for (const each of ["engine", "create-superuser"])
      assert.ok(!workloads.some((workload) => workload.includes(each)), workloads.join());
  });

  it("starts everything once its initialisation succeeds, and then changes nothing", async () => {
    stack.set(["stackberth:bots", "files", "settings"], undefined);
    await stack.succeed("up");
    const answer = await ask(host, "/bots/health/startup");
    assert.equal(answer.status, 200, answer.body);
    assert.match(await stack.succeed("up"), unchanged);
  });

  it("translates a file of the inbox in a run of the engine", async () => {
    await drop("first.csv", order(4711, 12));
    const log = await stack.completed(await stack.operate("run the engine now"));
    assert.match(log, /^first\.csv: done/m);
    assert.equal(await inWeb(`cat ${outbox}/first.edi`), translated(4711, 12));
    assert.equal(await inWeb(`ls ${inbox}`), "");
  });

  it("fails a run for a file with errors, without a second try", async () => {
    await drop("wrong.csv", "order,buyer\\n1,2\\n");
    const run = await stack.operate("run the engine now");
    await assert.rejects(stack.completed(run), /wrong\.csv: error/);
    const job = /^job\.batch\/(\S+)/.exec(run)?.[1];
    const pods = ["get", "pods", "--selector", `job-name=${job}`, "--output", "name"];
    assert.equal((await stack.kubectl(...pods)).trim().split("\n").length, 1);
    assert.equal(await inWeb(`ls ${outbox}`), "first.edi\n");
  });

  describe("in a browser, through the Ingress", () => {
    let page: Page;
    let close: () => Promise<void>;

    before(async function () {
      const reason = noBrowser();
      if (reason !== undefined) {
        console.log(`    skipped: ${reason}`);
        this.skip();
      }
      const browser = await openBrowser();
      close = () => browser.close();
      page = await browser.newPage();
    });
    after(async () => {
      await close?.();
    });

    it("lets the administrator in, whose run of the engine goes through the job queue", async () => {
      await drop("second.csv", order(4712, 3));
      await page.goto(`${urlOf(host)}bots/home`);
      await page.type("input[name=username]", "admin");
      const password = await stack.secret("bots-superuser-secret", "SUPERUSER_PASSWORD");
      await page.type("input[name=password]", password);
      await page.keyboard.press("Enter");
      await shows(page, "first.csv");
      await page.locator("::-p-text(Run engine)").click();
      await shows(page, "The job was added to the queue.");
      await eventually("the translated file", async () => {
        await page.reload();
        const text = String(await page.evaluate("document.body.innerText"));
        return text.includes("second.csv") ? true : undefined;
      });
      assert.equal(await inWeb(`cat ${outbox}/second.edi`), translated(4712, 3));
    });
  });

  it("finishes the jobs of its queue before the queue stops", async () => {
    const queue = (await stack.podsOf("bots-jobqueue"))[0] ?? "";
    const task = `["bots-engine", "-c${environment}/config", "--new"]`;
    const add = `python -c 'import xmlrpc.client
print(xmlrpc.client.ServerProxy("http://localhost:28082").addjob(${task}, 5))'`;
    // A file that the engine can read no further than the test has written it.
    await inWeb(`mkfifo ${inbox}/held.csv`);
    assert.equal(await inWeb(add), "0\n");
    await eventually("a job that reads the file", async () =>
      (await inWeb(`ls ${inbox}`)) === "" ? true : undefined,
    );
    await drop("waiting.csv", order(4714, 2));
    assert.equal(await inWeb(add), "0\n");
    await stack.kubectl("delete", queue, "--wait=false");
    const state = ["get", queue, "--output", "jsonpath={.metadata.deletionTimestamp}"];
    assert.notEqual(await stack.kubectl(...state), "");
    await inWeb(`printf '${order(4715, 7)}' > $(find ${environment}/botssys/data -type p)`);
    await stack.kubectl("wait", "--for=delete", queue, "--timeout=120s");
    assert.equal(await inWeb(`cat ${outbox}/held.edi`), translated(4715, 7));
    assert.equal(await inWeb(`cat ${outbox}/waiting.edi`), translated(4714, 2));
    await inWeb(`find ${environment}/botssys/data -type p -delete`);
    figure("The job queue of bots deleted with one job running and one waiting", "both finished");
  });

  it("lets connections through as its table of the network says, and no other", async () => {
    const { count, open, listed, outside } = await tryConnections(stack);
    assert.deepEqual(open, listed);
    assert.ok(listed.length >= 3, listed.join("\n"));
    const web = (await stack.podsOf("bots-webserver")).map((pod) => pod.replace("pod/", ""));
    assert.deepEqual(outside, [...web.map((pod) => `${pod} 8080`), "the API server 443"].sort());
    figure(
      "Connections between pods of bots, the API server and a pod outside",
      `${count} of ${count} as the network table says`,
    );
  });

  it("comes back from its backups, file by file and row by row", async () => {
    const files = `cd ${environment}; find . -type f ! -path './botssys/logging/*' ! -path './config/*' |
      sort | xargs sha256sum`;
    const tables = ["channel", "routes", "ta", "mutex", "auth_user", "django_migrations"];
    const sql = async (statement: string): Promise<string> =>
      await stack.inside(
        "statefulset/bots-database",
        "bots-database",
        `MYSQL_PWD="$DATABASE_PASSWORD" mysql -h 127.0.0.1 -u "$DATABASE_USER" -BN -e "${statement}" "$DATABASE_NAME"`,
      );
    const checksums = `CHECKSUM TABLE ${tables.join(", ")}`;
    const [filesBefore, rowsBefore] = [await inWeb(files), await sql(checksums)];
    assert.match(filesBefore, /first\.edi/);
    await stack.completed(await stack.operate("back up the data volume now"));
    const dumped = await stack.completed(await stack.operate("back up the database now"));
    const dump = /to (\S+\.sql\.gz),/.exec(dumped)?.[1];

    await inWeb(
      `rm -r ${environment}/botssys/outfile ${environment}/botssys/data ${environment}/usersys`,
    );
    await sql("DELETE FROM ta; DROP TABLE routes");
    assert.notEqual(await inWeb(files), filesBefore);

    await stack.operate("stop everything that writes, before a restore");
    await stack.kubectl("wait", "--for=delete", "pod", "-l", `app.kubernetes.io/name=${web}`);
    await stack.completed(await stack.operate("restore the data volume from its newest backup"));
    stack.set(["stackberth:bots", "database", "restoreFrom"], dump);
    await stack.succeed("up");
    await stack.operate("start everything again, after a restore");
    await stack.operate("wait until all services are ready");

    assert.equal(await inWeb(files), filesBefore);
    assert.equal(await sql(checksums), rowsBefore);
    const restored = filesBefore.trim().split("\n").length;
    figure(
      "bots backed up, emptied and restored by its runbook",
      `${String(restored)} files and ${String(tables.length)} tables with the same checksums`,
    );
    await drop("third.csv", order(4713, 1));
    await stack.completed(await stack.operate("run the engine now"));
    assert.equal(await inWeb(`cat ${outbox}/third.edi`), translated(4713, 1));
  });
});
