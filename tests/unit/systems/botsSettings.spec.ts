import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { botsIni, djangoSettings } from "../../../systems/bots/parts/config";
import { botsSchema } from "../../../systems/bots/schema";
import { needsPython, python } from "../../support/python";
import { systemCases } from "../../support/systems";

const settings = (changes: object = {}) =>
  botsSchema.parse({ ...systemCases["bots"]?.good, ...changes });

const environment = {
  DJANGO_SECRET_KEY: "k".repeat(50),
  DB_ENGINE: "mysql",
  DB_HOST: "db.example.org",
  DB_NAME: "botsedi_data",
  DB_USER: "botsedi",
  DB_PASSWORD: 'it\'s "secret"',
  ALLOWED_HOSTS: "bots.example.org, localhost",
  POD_IP: "198.51.100.7",
  CSRF_TRUSTED_ORIGINS: "https://bots.example.org",
  SECURE_COOKIES: "true",
};

describe("settings.py of bots", () => {
  let folder = "";
  before(function () {
    needsPython(this);
    folder = mkdtempSync(join(tmpdir(), "stackberth-bots-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Imports the files as a service would, and returns all settings. */
  async function imported(
    changes: object = {},
    env: Readonly<Record<string, string>> = environment,
  ): Promise<Record<string, unknown>> {
    const { code, output } = await tried(changes, env);
    assert.equal(code, 0, output);
    return JSON.parse(output) as Record<string, unknown>;
  }

  function tried(changes: object, env: Readonly<Record<string, string>>) {
    const parsed = settings(changes);
    writeFileSync(join(folder, "bots.ini"), botsIni(parsed));
    writeFileSync(join(folder, "settings.py"), djangoSettings(parsed));
    const program = [
      `import sys, json; sys.path.insert(0, ${JSON.stringify(folder)}); import settings`,
      "print(json.dumps({k: v for k, v in vars(settings).items() if k.isupper() and k[0] != '_'}))",
    ].join("\n");
    return python(["-c", program], env);
  }

  it("takes everything that differs between stacks from the environment", async () => {
    const found = await imported();
    assert.equal(found["SECRET_KEY"], environment.DJANGO_SECRET_KEY);
    assert.equal(found["DEBUG"], false);
    assert.deepEqual(found["ALLOWED_HOSTS"], ["bots.example.org", "localhost", "198.51.100.7"]);
    assert.deepEqual(found["CSRF_TRUSTED_ORIGINS"], ["https://bots.example.org"]);
    assert.equal(found["SESSION_COOKIE_SECURE"], true);
    assert.equal(found["CSRF_COOKIE_SECURE"], true);
    assert.deepEqual(found["DATABASES"], {
      default: {
        ENGINE: "django.db.backends.mysql",
        NAME: "botsedi_data",
        USER: "botsedi",
        PASSWORD: environment.DB_PASSWORD,
        HOST: "db.example.org",
        PORT: "3306",
        OPTIONS: {
          connect_timeout: 10,
          charset: "utf8mb4",
          init_command: "SET sql_mode='STRICT_TRANS_TABLES'",
        },
      },
    });
    assert.equal(found["BOTSSYS"], "/home/bots/.bots/env/default/botssys");
  });

  it("allows the pod's address as a probe's URL has it", async () => {
    const hosts = async (POD_IP: string) =>
      (await imported({}, { ...environment, POD_IP }))["ALLOWED_HOSTS"];
    const named = ["bots.example.org", "localhost"];
    assert.deepEqual(await hosts("198.51.100.7"), [...named, "198.51.100.7"]);
    assert.deepEqual(await hosts("2001:db8::7"), [...named, "[2001:db8::7]"]);
    assert.deepEqual(await hosts(""), named);
  });

  it("supports both database servers and their ports", async () => {
    const { default: postgresql } = (
      await imported({}, { ...environment, DB_ENGINE: "postgresql" })
    )["DATABASES"] as { default: Record<string, unknown> };
    assert.equal(postgresql["ENGINE"], "django.db.backends.postgresql");
    assert.equal(postgresql["PORT"], "5432");
    const { default: moved } = (await imported({}, { ...environment, DB_PORT: "3307" }))[
      "DATABASES"
    ] as {
      default: Record<string, unknown>;
    };
    assert.equal(moved["PORT"], "3307");
  });

  it("sends mail to the configured server", async () => {
    const mail = {
      EMAIL_HOST: "mail.example.org",
      EMAIL_PORT: "587",
      EMAIL_USE_TLS: "true",
      EMAIL_HOST_USER: "bots",
      EMAIL_HOST_PASSWORD: "x",
      EMAIL_FROM: "bots@example.org",
      EMAIL_MANAGERS: "a@example.org,b@example.org",
    };
    const found = await imported({}, { ...environment, ...mail });
    assert.equal(found["EMAIL_PORT"], 587);
    assert.equal(found["EMAIL_USE_TLS"], true);
    assert.deepEqual(found["MANAGERS"], [
      ["a@example.org", "a@example.org"],
      ["b@example.org", "b@example.org"],
    ]);
  });

  it("logs to the container's output", async () => {
    const { handlers, root: logger } = (await imported())["LOGGING"] as Record<
      string,
      Record<string, unknown>
    >;
    assert.equal((handlers?.["stdout"] as Record<string, unknown>)["stream"], "ext://sys.stdout");
    assert.deepEqual(logger?.["handlers"], ["stdout"]);
  });

  it("names a missing or wrong variable", async () => {
    for (const name of ["DJANGO_SECRET_KEY", "DB_HOST", "DB_NAME", "DB_USER", "DB_PASSWORD"]) {
      const { code, output } = await tried({}, { ...environment, [name]: "" });
      assert.equal(code, 1);
      assert.ok(output.includes(`the environment variable ${name} is not set`), output);
    }
    const { code, output } = await tried({}, { ...environment, DB_ENGINE: "sqlite" });
    assert.equal(code, 1);
    assert.match(output, /DB_ENGINE is sqlite; allowed: mysql, postgresql/);
  });

  it("applies the stack's own values last, whatever characters they contain", async () => {
    const values = {
      LANGUAGE_CODE: "nl",
      SESSION_COOKIE_AGE: 60,
      USE_I18N: false,
      EMAIL_SUBJECT_PREFIX: "'''\"\\n\u{1F4E6} ",
      AUTH_PASSWORD_VALIDATORS: [],
    };
    const found = await imported({ files: { settings: values } });
    for (const [name, value] of Object.entries(values)) assert.deepEqual(found[name], value, name);
  });
});

describe("bots.ini", () => {
  before(function () {
    needsPython(this);
  });

  /** What Python's parser, which bots uses, reads in it. */
  async function read(changes: object = {}): Promise<Record<string, Record<string, string>>> {
    const folder = mkdtempSync(join(tmpdir(), "stackberth-bots-"));
    try {
      const file = join(folder, "bots.ini");
      writeFileSync(file, botsIni(settings(changes)));
      const program =
        "import configparser, json, sys; c = configparser.RawConfigParser(); c.read(sys.argv[1]);" +
        "print(json.dumps({s: dict(c.items(s)) for s in c.sections()}))";
      const { code, output } = await python(["-c", program, file]);
      assert.equal(code, 0, output);
      return JSON.parse(output) as Record<string, Record<string, string>>;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it("has the sections that bots reads, and the ports of the Services", async () => {
    const found = await read();
    for (const section of [
      "settings",
      "webserver",
      "jobqueue",
      "dirmonitor",
      "directories",
      "charsets",
    ]) {
      assert.ok(found[section], section);
    }
    assert.equal(found["webserver"]?.["port"], "8080");
    assert.equal(found["jobqueue"]?.["enabled"], "True");
    assert.equal(found["jobqueue"]?.["port"], "28082");
    assert.equal(found["jobqueue"]?.["host"], "localhost");
    assert.equal(found["directories"]?.["botssys"], "/home/bots/.bots/env/default/botssys");
    const { directories } = await read({ environment: "edi_2" });
    assert.deepEqual(directories, {
      botssys: "/home/bots/.bots/env/edi_2/botssys",
      usersys: "/home/bots/.bots/env/edi_2/usersys",
    });
  });

  it("takes the stack's own values, in new sections too", async () => {
    const botsIniValues = {
      settings: { maxdays: 7, debug: true },
      custommenus: { menuname: "Reports" },
      partners: { first: "a" },
    };
    const found = await read({ files: { botsIni: botsIniValues } });
    assert.equal(found["settings"]?.["maxdays"], "7");
    assert.equal(found["settings"]?.["debug"], "true");
    assert.equal(found["settings"]?.["maxdayspersist"], "30");
    assert.deepEqual(found["custommenus"], { menuname: "Reports" });
    assert.deepEqual(found["partners"], { first: "a" });
  });

  it("tells the directory monitor which folders to watch", async () => {
    const directories = [
      { path: "/home/bots/.bots/a" },
      { path: "/home/bots/.bots/b", filemask: "*.xml", route: "r" },
    ];
    const found = await read({ dirMonitor: { directories } });
    assert.deepEqual(found["dirmonitor1"], {
      path: "/home/bots/.bots/a",
      filemask: "*",
      route: "",
    });
    assert.deepEqual(found["dirmonitor2"], {
      path: "/home/bots/.bots/b",
      filemask: "*.xml",
      route: "r",
    });
  });
});
