import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at, type KubeObject, listAt } from "../../../lib/objects";
import { root } from "../../support/folders";
import { imageContract } from "../../support/imageContract";
import { needsPython } from "../../support/python";
import {
  containerOf,
  podOf,
  type SystemStack,
  systemStack,
  variableOf,
  volumeAt,
} from "../../support/systemStack";

const python = "python3";
const image = "openml/frontend:v2.1.1";
const stackOf = (settings: object = {}) =>
  systemStack("openml", "dev", { image, database: { type: "sqlite" }, ...settings });
const backend = (s: SystemStack): KubeObject => s.find("Deployment", "openml-backend");
const frontend = (s: SystemStack): KubeObject => s.find("Deployment", "openml-frontend");
const server = "/app/server";
const copied = { name: "server", emptyDir: { sizeLimit: "2Gi" } };

/** What each line of the README's table means for the objects that we make. */
const contract: Readonly<Record<string, (stack: SystemStack) => unknown>> = {
  "backend's command": (stack) => {
    const { command, args } = containerOf(backend(stack)) as Record<string, unknown>;
    assert.deepEqual(command, ["python", "/etc/openml/start.py", server]);
    assert.deepEqual(args, [
      ...["gunicorn", "--bind", "0.0.0.0:5000", "--chdir", "/app", "autoapp:app"],
    ]);
  },
  workers: (stack) => {
    assert.equal(variableOf(backend(stack), "WEB_CONCURRENCY"), "4");
    assert.equal(variableOf(backend(stack), "GUNICORN_CMD_ARGS"), "--timeout 120");
  },
  "web app": (stack) => {
    assert.deepEqual(volumeAt(backend(stack), server), copied);
    const [copy] = listAt(podOf(backend(stack)), "initContainers");
    assert.equal(at(copy, "image"), image);
    assert.deepEqual((at(copy, "command") as string[]).slice(-2), [server, "/stackberth/copy"]);
    assert.deepEqual(at(copy, "volumeMounts", 0), {
      name: "server",
      mountPath: "/stackberth/copy",
    });
  },
  SQLite: async (stack) => {
    assert.equal(variableOf(backend(stack), "SQLITE_FILE"), "/app/data/openml.db");
    assert.equal(variableOf(backend(stack), "DATABASE_URI"), "sqlite:////app/data/openml.db");
    assert.equal(variableOf(backend(stack), "TESTING"), "False");
    const testing = await stackOf({ testing: true });
    assert.equal(variableOf(backend(testing), "TESTING"), "True");
  },
  MySQL: async () => {
    const managed = { type: "managed", restoreFrom: "openml-20261101T020000Z.sql.gz" };
    const stack = await stackOf({ database: managed });
    const { stringData } = stack.find("Secret", "openml-database-auth");
    assert.match(String(at(stringData, "uri")), /^mysql\+pymysql:\/\//);
    assert.equal(variableOf(backend(stack), "SQLITE_FILE"), undefined);
    const restore = stack.objects.find(({ metadata }) => /database-restore-/.test(metadata.name));
    assert.equal(restore?.kind, "Job");
  },
  written: (stack) => {
    assert.deepEqual(volumeAt(backend(stack), "/app/cache"), {
      name: "cache",
      emptyDir: { sizeLimit: "1Gi" },
    });
    assert.ok(volumeAt(backend(stack), "/tmp"));
    assert.ok(volumeAt(backend(stack), "/app/data"));
    assert.equal(variableOf(backend(stack), "HOME"), "/app/cache");
  },
  user: async (stack) => {
    assert.equal(at(podOf(backend(stack)), "securityContext", "runAsUser"), 1000);
    const both = await stackOf({ frontend: { image } });
    assert.equal(at(podOf(frontend(both)), "securityContext", "runAsUser"), 1001);
  },
  ports: async (stack) => {
    assert.equal(at(containerOf(backend(stack)), "ports", 0, "containerPort"), 5000);
    const both = await stackOf({ frontend: { image } });
    assert.equal(at(containerOf(frontend(both)), "ports", 0, "containerPort"), 3050);
  },
  "probe: API": (stack) => {
    assert.deepEqual(at(containerOf(backend(stack)), "startupProbe", "exec", "command"), [
      ...["python", "/etc/openml/check_api.py", "http://localhost:5000/login"],
    ]);
  },
  "probe: pages": (stack) => {
    for (const kind of ["readiness", "liveness"]) {
      const probe = at(containerOf(backend(stack)), `${kind}Probe`, "httpGet", "path");
      assert.equal(probe, "/health");
    }
  },
  "front end's logins": async () => {
    const database = { host: "mysql.example.org", user: "openml" };
    const own = await stackOf({ frontend: { image, database, githubId: "g" } });
    assert.equal(variableOf(frontend(own), "MYSQL_HOST"), "mysql.example.org");
    assert.equal(variableOf(frontend(own), "GITHUB_ID"), "g");
    for (const secret of ["NEXTAUTH_SECRET", "MYSQL_PASSWORD", "GITHUB_SECRET"]) {
      assert.deepEqual(variableOf(frontend(own), secret), {
        secretKeyRef: { name: "openml-frontend-secrets", key: secret },
      });
    }
    const managed = { type: "managed", restoreFrom: "openml-20261101T020000Z.sql.gz" };
    const shared = await stackOf({ frontend: { image }, database: managed });
    assert.deepEqual(variableOf(frontend(shared), "MYSQL_PASSWORD"), {
      secretKeyRef: { name: "openml-database-auth", key: "password" },
    });
    assert.ok(shared.find("NetworkPolicy", "frontend-to-database-from-openml-frontend"));
  },
};

describe("what OpenML's images must offer", () => {
  const listed = imageContract("openml");

  it("is listed in the README, each line with a check", () => {
    assert.ok(listed.length >= 10);
    assert.deepEqual(listed, Object.keys(contract));
  });

  for (const [item, check] of Object.entries(contract)) {
    it(item, async () => check(await stackOf()));
  }
});

describe("the start of OpenML's backend", () => {
  before(function () {
    needsPython(this);
  });
  let folder: string;
  const build = (): string =>
    join(folder, "server", "src", "client", "app", "build", "static", "js");
  const script = join(root, "systems", "openml", "files", "start.py");
  const start = (env: Record<string, string>, ...command: string[]) =>
    spawnSync(python, [script, join(folder, "server"), ...command], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
      encoding: "utf8",
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackberth-openml-"));
    mkdirSync(build(), { recursive: true });
    mkdirSync(join(folder, "data"));
    writeFileSync(join(folder, "server", "openml.db"), "shipped");
    writeFileSync(join(build(), "main.js"), 'a="<REACT_APP_URL_API>";b="<REACT_APP_URL_MINIO>"');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("fills in the web app's placeholders, whatever is in a value, or as the image would", () => {
    const url = "https://example.org/a*b&c\\1|'\"";
    for (let time = 0; time < 2; time += 1) {
      const { status, stderr } = start({ REACT_APP_URL_API: url }, "true");
      assert.equal(status, 0, stderr);
      assert.equal(
        readFileSync(join(build(), "main.js"), "utf8"),
        `a="${url}";b="http://localhost:8000/data/"`,
      );
    }
  });

  it("makes SQLite's file from the image's, once", () => {
    const file = join(folder, "data", "openml.db");
    assert.equal(start({ SQLITE_FILE: file }, "true").status, 0);
    assert.equal(readFileSync(file, "utf8"), "shipped");
    writeFileSync(file, "with users");
    assert.equal(start({ SQLITE_FILE: file }, "true").status, 0);
    assert.equal(readFileSync(file, "utf8"), "with users");
    assert.ok(lstatSync(join(folder, "server", "openml.db")).isFile());
  });

  it("with TESTING, leads the image's own path to the file on the volume", () => {
    const file = join(folder, "data", "openml.db");
    for (let time = 0; time < 2; time += 1) {
      const { status, stderr } = start({ SQLITE_FILE: file, TESTING: "True" }, "true");
      assert.equal(status, 0, stderr);
    }
    writeFileSync(join(folder, "server", "openml.db"), "written by the app");
    assert.equal(readFileSync(file, "utf8"), "written by the app");
  });

  it("says which file it could not write", () => {
    const file = join(folder, "missing", "openml.db");
    const { status, stderr } = start({ SQLITE_FILE: file }, "true");
    assert.equal(status, 1);
    assert.match(stderr, /^start\.py: user \d+: .*missing/);
  });

  it("gives its place to the command, so that signals reach it", async () => {
    const child = spawn(python, [script, join(folder, "server"), "sh", "-c", "echo $$; exec cat"]);
    const pid = await new Promise<string>((resolve) =>
      child.stdout.once("data", (data: Buffer) => resolve(data.toString().trim())),
    );
    assert.equal(pid, String(child.pid));
    const ended = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
    child.kill("SIGTERM");
    assert.equal(await ended, "SIGTERM");
  });
});

describe("the check of OpenML's API", () => {
  before(function () {
    needsPython(this);
  });
  let answer: { status: number; body: string };
  let backendServer: Server;
  const asked: unknown[] = [];

  before(async () => {
    backendServer = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        asked.push([request.method, request.url, JSON.parse(body)]);
        response.writeHead(answer.status, { "Content-Type": "application/json" });
        response.end(answer.body);
      });
    });
    await new Promise<void>((resolve) => backendServer.listen(0, "127.0.0.1", resolve));
  });
  after(() => backendServer.close());

  const check = async (given: typeof answer): Promise<[code: number, said: string]> => {
    answer = given;
    const { port } = backendServer.address() as AddressInfo;
    const script = join(root, "systems", "openml", "files", "check_api.py");
    const child = spawn(python, [script, `http://127.0.0.1:${port}/login`]);
    let said = "";
    child.stderr.on("data", (data: Buffer) => (said += data.toString()));
    return new Promise((resolve) => child.once("exit", (code) => resolve([code ?? -1, said])));
  };

  it("passes where a login is refused, which took the database", async () => {
    const [code] = await check({ status: 200, body: '{"msg":"Wrong username or password"}' });
    assert.equal(code, 0);
    assert.deepEqual(asked.at(-1), [
      ...["POST", "/login", { email: "stackberth-probe", password: "" }],
    ]);
  });

  for (const [title, given] of [
    ["a page for every path", { status: 200, body: "<!doctype html>" }],
    ["an error of the database", { status: 500, body: "{}" }],
    ["a login that was let in", { status: 200, body: '{"access_token":"t"}' }],
  ] as const) {
    it(`fails at ${title}`, async () => {
      const [code, said] = await check(given);
      assert.equal(code, 1);
      assert.match(said, /^check_api\.py: /);
      assert.doesNotMatch(said, /"t"/);
    });
  }
});
