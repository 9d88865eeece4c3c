import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { contents, fillHard } from "../../support/databaseContents";
import { DatabasePod } from "../../support/databasePod";
import { missingFor } from "../../support/databasePrograms";

const day = 86_400_000;
const minute = 60_000;

for (const engine of ["mysql", "postgresql"] as const) {
  describe(`dumps of ${engine} with a real server`, function () {
    this.timeout(300_000);
    let pod: DatabasePod;
    let filled: Record<string, string>;
    let file: string;
    const suffix = { mysql: "sql.gz", postgresql: "dump.gz" }[engine];
    const nameAt = (time: number): string =>
      `lab_data-${new Date(time).toISOString().replace(/[-:]|\.\d+/g, "")}.${suffix}`;
    const files = (): string[] => readdirSync(pod.backups).sort();
    const dumps = (): string[] => files().filter((name) => !name.startsWith("."));
    const path = (name: string): string => join(pod.backups, name);

    /** Runs the backup in a second of its own, and gives the dump's name. */
    async function dump(): Promise<string> {
      const old = dumps();
      const { status, output } = await pod.backup();
      assert.equal(status, 0, output);
      const made = dumps().filter((name) => !old.includes(name));
      assert.equal(made.length, 1, output);
      return made[0] ?? "";
    }

    async function restore(name: string, request?: string): Promise<string> {
      const { status, output } = await pod.restore(name, request);
      assert.equal(status, 0, output);
      return output;
    }

    before(async function () {
      const missing = missingFor(engine);
      if (missing !== "") {
        console.log(`    skipped, ${missing}`);
        this.skip();
      }
      pod = new DatabasePod(engine);
      await pod.start();
      await fillHard(pod);
      filled = await contents(pod);
      file = await dump();
    });
    after(async () => {
      if (missingFor(engine) === "") await pod.remove();
    });
    afterEach(() => {
      for (const shim of readdirSync(pod.bin)) {
        if (shim !== "docker-entrypoint.sh") rmSync(join(pod.bin, shim));
      }
    });

    /** Puts a script before a program; `real` in it is the program's own command. */
    function shim(program: string, script: string): void {
      const real = `PATH="\${PATH#*:}" ${program}`;
      writeFileSync(join(pod.bin, program), `#!/bin/sh\n${script.replaceAll("real", real)}\n`);
      chmodSync(join(pod.bin, program), 0o755);
    }
    const dumper = { mysql: "mysqldump", postgresql: "pg_dump" }[engine];

    it("restore exactly what was lost", async () => {
      const damage = {
        mysql: "SET foreign_key_checks = 0; DROP TABLE kinds; DROP FUNCTION doubled",
        postgresql: `DROP SCHEMA "Other Schema" CASCADE; DROP TABLE kinds CASCADE; SELECT lo_unlink(4242)`,
      }[engine];
      await pod.sql(`${damage}; DELETE FROM history; CREATE TABLE later (a INT)`);
      await assert.rejects(pod.sql("SELECT * FROM kinds"));
      const output = await restore(file);
      assert.deepEqual(await contents(pod), filled);
      await pod.sql("CREATE TABLE mine (a INT); DROP TABLE mine", { user: "app" });
      // The view whose table was gone kept MySQL's present state from being dumped whole.
      const incomplete = dumps().filter((name) => name.startsWith("incomplete-"));
      assert.equal(incomplete.length, engine === "mysql" ? 1 : 0, output);
    });

    it("are compared by their contents: the test detects one changed letter", async () => {
      await pod.sql("UPDATE kinds SET word = 'x' WHERE word = ''");
      assert.notDeepEqual(await contents(pod), filled);
      await restore(file, "letter");
      assert.deepEqual(await contents(pod), filled);
    });

    it("are restored once, and again on request", async () => {
      await pod.sql("CREATE TABLE later (a INT)");
      assert.match(await restore(file), /was restored at .*nothing to do/);
      await pod.sql("SELECT * FROM later");
      await restore(file, "again");
      assert.deepEqual(await contents(pod), filled);
    });

    it("include the current state before it is replaced", async () => {
      await pod.sql("CREATE TABLE later (a INT)");
      const later = await contents(pod);
      const old = dumps();
      await restore(file, "first");
      assert.deepEqual(await contents(pod), filled);
      const [made = "", ...more] = dumps().filter((name) => !old.includes(name));
      assert.deepEqual(more, []);
      await restore(made);
      assert.deepEqual(await contents(pod), later);
      await restore(file, "second");
    });

    it("are made anew where there is no database at all", async () => {
      const old = dumps();
      await pod.sql("DROP DATABASE lab_data", {
        database: { mysql: "mysql", postgresql: "postgres" }[engine],
      });
      await restore(file, "gone");
      assert.deepEqual(await contents(pod), filled);
      assert.deepEqual(dumps(), old);
    });

    it("are restored again into an empty database, whatever was restored into an old one", async () => {
      const database = { mysql: "mysql", postgresql: "postgres" }[engine];
      await restore(file);
      await pod.sql("DROP DATABASE lab_data", { database });
      await pod.sql("CREATE DATABASE lab_data", { database });
      assert.match(await restore(file), /was restored at .*, but lab_data is empty; restoring/);
      assert.deepEqual(await contents(pod), filled);
    });

    const plain = (): Buffer => gunzipSync(readFileSync(path(file)));
    const broken: Readonly<Record<string, () => Buffer | undefined>> = {
      missing: () => undefined,
      empty: () => Buffer.alloc(0),
      "cut off": () => readFileSync(path(file)).subarray(0, -100),
      "with one wrong byte": () => {
        const bytes = readFileSync(path(file));
        bytes[Math.floor(bytes.length / 2)]! ^= 1;
        return bytes;
      },
      "not packed": () => plain(),
      "of something else": () => gzipSync("CREATE TABLE later (a INT);\n"),
      "packed again without its end": () => gzipSync(plain().subarray(0, -200)),
      ...(engine === "mysql" && {
        "of another database": () =>
          gzipSync(plain().toString("latin1").replaceAll("lab_data", "sys_data")),
      }),
    };
    for (const [what, make] of Object.entries(broken)) {
      it(`are refused when ${what}, and nothing changes`, async () => {
        const bytes = make();
        const name = `broken.${suffix}`;
        if (bytes) writeFileSync(path(name), bytes);
        const old = files();
        const { status, output } = await pod.restore(name);
        assert.notEqual(status, 0, output);
        assert.match(
          output,
          bytes ? /is no whole dump of lab_data; nothing was changed/ : /there is no/,
        );
        if (!bytes) assert.ok(output.includes(file), output);
        assert.deepEqual(files(), old);
        assert.deepEqual(await contents(pod), filled);
        rmSync(path(name), { force: true });
      });
    }

    it("leave the database unchanged, or locked, if they cannot be loaded", async () => {
      const name = `unloadable.${suffix}`;
      if (engine === "mysql") {
        const text = plain().toString("latin1");
        const bad = text.replace(
          "-- Dump completed",
          "INSERT INTO nowhere VALUES (1);\n-- Dump completed",
        );
        writeFileSync(path(name), gzipSync(Buffer.from(bad, "latin1")));
      } else {
        await pod.sql("CREATE ROLE ghost; GRANT SELECT ON history TO ghost");
        renameSync(path(await dump()), path(name));
        await pod.sql("REVOKE SELECT ON history FROM ghost; DROP ROLE ghost");
      }
      const present = await contents(pod);
      const { status, output } = await pod.restore(name);
      assert.notEqual(status, 0, output);
      assert.ok(!files().includes(`.restored-${name}`));
      if (engine === "mysql") {
        assert.match(output, /lab is locked until a dump is restored/);
        await assert.rejects(pod.sql("SELECT 1", { user: "app" }), /locked/);
      } else {
        assert.match(output, /could not be loaded; nothing was changed/);
        assert.deepEqual(await contents(pod), present);
        assert.doesNotMatch(await pod.sql("SELECT datname FROM pg_database"), /restoring/);
      }
      await restore(file, "afterwards");
      assert.deepEqual(await contents(pod), filled);
      await pod.sql("SELECT 1", { user: "app" });
      rmSync(path(name));
    });

    it("are deleted after retentionDays, and nothing else is", async () => {
      const now = Date.now();
      const doomed = [nameAt(now - 7 * day - 2 * minute), nameAt(now - 400 * day)];
      const doomedParts = [`.partial-${nameAt(now - 2 * day)}.abcdef`];
      const kept = [
        nameAt(now - 7 * day + 2 * minute),
        nameAt(now + day),
        `lab_data-notes.${suffix}`,
        `other-20200101T000000Z.${suffix}`,
        `incomplete-lab_data-20200101T000000Z.${suffix}`,
        `lab_data-20200101T000000Z.${suffix}.note`,
        `.restored-lab_data-20200101T000000Z.${suffix}`,
        `.partial-${nameAt(now - day / 2)}.abcdef`,
      ];
      const old = files();
      for (const name of [...doomed, ...doomedParts, ...kept]) writeFileSync(path(name), "x");
      const made = await dump();
      assert.deepEqual(files(), [...old, ...kept, made].sort());
      for (const name of kept) rmSync(path(name));
    });

    const failures: Readonly<Record<string, string>> = {
      "fails half-way": 'real "$@" | head -c 2000; exit 2',
      "ends half-way and says nothing": 'real "$@" | head -c 2000',
      "is not there": "exit 127",
    };
    for (const [what, script] of Object.entries(failures)) {
      it(`are not kept, and none is deleted, when the program ${what}`, async () => {
        const ancient = nameAt(Date.now() - 400 * day);
        writeFileSync(path(ancient), "x");
        const old = files();
        shim(dumper, script);
        const { status, output } = await pod.backup();
        assert.notEqual(status, 0, output);
        assert.match(output, /nothing was kept/);
        assert.deepEqual(files(), old);
        rmSync(path(ancient));
      });
    }

    it("are not kept if the server refuses the administrator", async () => {
      const old = files();
      shim("sleep", "exit 0");
      const { status, output } = await pod.backup({ ADMIN_PASSWORD: "wrong-canary" });
      assert.notEqual(status, 0);
      assert.match(output, /does not answer: .*(denied|authentication failed)/);
      assert.ok(!output.includes("wrong-canary"));
      assert.deepEqual(files(), old);
    });

    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      it(`leave no file that looks complete after ${signal}`, async () => {
        const old = files();
        shim(dumper, 'real "$@" | head -c 2000; exec sleep 60');
        const child = await pod.beginBackup();
        const ended = once(child, "close");
        const parts = (): string[] => files().filter((name) => !old.includes(name));
        for (let tries = 0; tries < 300 && parts().length === 0; tries += 1) await sleep(50);
        assert.match(parts()[0] ?? "", /^\.partial-lab_data-/);
        process.kill(-(child.pid ?? 0), signal);
        await ended;
        // Who ends by SIGTERM still cleans up.
        if (signal === "SIGTERM") return assert.deepEqual(files(), old);
        assert.deepEqual(
          dumps(),
          old.filter((name) => !name.startsWith(".")),
        );
        for (const name of parts()) rmSync(path(name));
      });
    }

    it("show no password in any argument", async () => {
      const programs = {
        mysql: ["mysql", "mysqldump"],
        postgresql: ["psql", "pg_dump", "pg_restore"],
      }[engine];
      const log = join(pod.bin, "arguments");
      for (const program of programs) {
        shim(program, `echo "${program} $*" >>${log}\nreal "$@"`);
      }
      writeFileSync(log, "");
      chmodSync(log, 0o666);
      await restore(await dump());
      const seen = readFileSync(log, "utf8");
      for (const program of programs) assert.ok(seen.includes(`${program} `), seen);
      assert.doesNotMatch(seen, /0123456789/);
    });

    it("accept any password of the administrator", async () => {
      await pod.stop();
      pod.secrets = { admin: `p'a"s\\s $x;#` };
      await pod.start();
      await restore(await dump());
      assert.deepEqual(await contents(pod), filled);
    });
  });
}
