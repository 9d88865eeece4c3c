import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diff } from "../../../tools/cli/diff";
import { diffRevision } from "../../../tools/diff";
import { asJson } from "../../../tools/diff/json";
import { asMarkdown } from "../../../tools/diff/markdown";
import { asText } from "../../../tools/diff/text";
import { ciphertexts, readStackFile } from "../../../tools/project/stackFile";
import { Repository } from "../../support/repository";
import { root as project } from "../../support/stackberth";

/** What the command prints and exits with. */
async function run(
  root: string,
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  const lines: string[] = [];
  const code = await diff(["--base", "base", ...argv], root, (text) => lines.push(text));
  return { code, output: lines.join("\n") };
}

/** The same report in every format. */
async function written(root: string): Promise<Readonly<Record<string, string>>> {
  const report = await diffRevision({ root, base: "base", stack: "all", allowed: [] });
  return { text: asText(report), markdown: asMarkdown(report), json: asJson(report) };
}

const claim = "PersistentVolumeClaim/openms/workspaces";

describe("diff: the command", function () {
  this.timeout(300_000);
  let repository: Repository;
  let root: string;
  before(() => {
    repository = new Repository(["openms"]);
    root = repository.root;
  });
  afterEach(() => repository.reset());
  after(() => repository.remove());

  it("finds nothing where nothing changed, in every format, and leaves nothing behind", async () => {
    const { TMPDIR } = process.env;
    const temporary = mkdtempSync(join(tmpdir(), "command-"));
    process.env["TMPDIR"] = temporary;
    try {
      for (const [format, output] of Object.entries(await written(root))) {
        const nothing = format === "json" ? '"systems": \\[\\]' : "no difference";
        assert.equal(output.match(new RegExp(nothing, "g"))?.length, 2, format);
      }
      const left = readdirSync(temporary).filter((name) => name.startsWith("stackberth-base-"));
      assert.deepEqual(left, []);
    } finally {
      if (TMPDIR === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = TMPDIR;
      rmSync(temporary, { recursive: true });
    }
  });

  it("shows a changed setting in the stack it is of", async () => {
    repository.set("prod", ["stackberth:openms", "web", "replicas"], 3);
    const { code, output } = await run(root);
    assert.equal(code, 0);
    assert.match(output, /dev: no difference/);
    assert.match(output, /scales\s+web 2 → 3/);
    assert.match(output, /capacity\s+pods 5 → 6 \(\+1\)/);
    assert.match(output, /@@ spec\.replicas @@\n\s+- 2\n\s+\+ 3/);
  });

  it("runs each side with its own code", async () => {
    repository.edit("components/workload.ts", (text) =>
      text.replace("revisionHistoryLimit: 3", "revisionHistoryLimit: 7"),
    );
    const { output } = await run(root, "--stack", "dev");
    assert.doesNotMatch(output, /prod/);
    assert.match(output, /@@ spec\.revisionHistoryLimit @@\n\s+- 3\n\s+\+ 7/);
  });

  it("follows a changed file to the pods that read it", async () => {
    repository.edit("systems/openms/files/start.sh", (text) => `${text}# changed\n`);
    const { output } = await run(root, "--stack", "prod");
    assert.match(output, /Deployment web rolls \(2 pods\): ConfigMap openms-config \(start\.sh\)/);
  });

  it("says when the two sides need different packages", async () => {
    repository.edit("package-lock.json", (text) => text.replace('"version"', '"version" '));
    assert.match((await run(root, "--stack", "dev")).output, /package-lock\.json differs/);
  });

  describe("with a claim that would be replaced", () => {
    beforeEach(() =>
      repository.set("prod", ["stackberth:openms", "workspaces", "storageClassName"], "cephfs"),
    );

    it("shouts in every format", async () => {
      for (const [format, output] of Object.entries(await written(root))) {
        assert.ok(output.includes(claim), format);
        assert.match(output, /manila-nfs → cephfs/);
      }
    });

    it("exits with 0 once somebody consents in writing, and says so", async () => {
      const { code, output } = await run(root, "--stack", "prod", "--allow-replace", claim);
      assert.equal(code, 0);
      assert.match(output, new RegExp(`CONSENTED in prod: ${claim} would be replaced`));
    });

    it("takes no other name for consent, and names the unused one", async () => {
      const other = ["--allow-replace", `${claim}-2`];
      const { code, output } = await run(root, "--stack", "prod", ...other);
      assert.equal(code, 2);
      assert.match(output, new RegExp(`${claim}-2: no such object would be lost`));
    });

    it("exits with 2, and makes a comment with the fields folded", async () => {
      const { code, output } = await run(root, "--stack", "prod", "--format", "markdown");
      assert.equal(code, 2);
      assert.match(output, /^## What deploying this changes/);
      assert.match(output, /> \[!CAUTION\]\n> In prod, \*\*`PersistentVolumeClaim/);
      assert.match(output, /<details><summary>1 object, 1 field<\/summary>/);
    });
  });

  it("says which side does not render, and why", async () => {
    repository.set("prod", ["stackberth:openms", "tier"], "middle");
    await assert.rejects(run(root), /stack prod of this folder does not render:\n.*openms\.tier/s);
    repository.commit();
    await assert.rejects(run(root, "--stack", "prod"), /stack prod of (base|this folder) does not/);
  });

  it("survives a base that cannot even start", async () => {
    repository.edit("index.ts", (text) => `process.exit(3);\n${text}`);
    repository.commit();
    repository.edit("index.ts", (text) => text.replace("process.exit(3);\n", ""));
    await assert.rejects(run(root, "--stack", "dev"), /base does not render: .* exit code 3/);
  });

  it("shows a new stack as created, and one whose file went in a note", async () => {
    const dev = join(root, "Pulumi.dev.yaml");
    renameSync(dev, join(root, "Pulumi.other.yaml"));
    const { code, output } = await run(root);
    assert.equal(code, 0);
    assert.match(output, /other: openms: \d+ created/);
    assert.match(output, /note: stack dev no longer has a file/);
  });
});

describe("diff: secrets", function () {
  this.timeout(300_000);
  const canary = "canary-new-value-7f3";
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  let repository: Repository;
  before(() => (repository = new Repository()));
  after(() => repository.remove());

  /** Gives a stack every secret of dev, encrypted by a passphrase that nobody knows. */
  function plant(stack: string, mark: string): string[] {
    const dev = Object.keys(ciphertexts(readStackFile(repository.root, "dev", "stackberth")));
    return dev.map((key) => {
      const ciphertext = `v1:${base64(key.slice(-12))}:${base64(`${mark} ${stack} ${key}`)}`;
      repository.set(stack, [key], { secure: ciphertext });
      return ciphertext;
    });
  }

  it("prints no ciphertext, and needs no passphrase, in every format", async () => {
    const hidden = [...plant("dev", "old"), ...plant("prod", "old")];
    repository.commit();
    hidden.push(...plant("dev", "new"), ...plant("prod", "new"));
    for (const [format, output] of Object.entries(await written(repository.root))) {
      assert.match(output, /Secret.*redis-auth/);
      assert.match(output, /\[secret [0-9a-f]{8}\]/);
      for (const text of hidden) {
        assert.ok(!output.includes(text), `${format} prints ${text}`);
        assert.ok(!output.includes(base64(text)), format);
      }
    }
    // The test of the test: they are where the command reads.
    const file = readFileSync(join(repository.root, "Pulumi.prod.yaml"), "utf8");
    assert.ok(file.includes(hidden.at(-1) ?? "none"));
  });

  it("says which pods a changed secret rolls", async () => {
    const { output } = await run(repository.root, "--stack", "prod");
    assert.match(
      output,
      /Deployment redis stops, then starts \(1 pod\): Secret redis-auth \(password, url\)/,
    );
  });

  it("does not print a secret that somebody wrote in plain text", async () => {
    repository.set("prod", ["stackberth:openmsRedisPassword"], canary);
    await assert.rejects(run(repository.root), (error: Error) => {
      assert.match(error.message, /openmsRedisPassword: is stored in plain text/);
      assert.ok(!error.message.includes(canary));
      return true;
    });
  });
});

describe("diff: mistakes", () => {
  const cases: readonly [argv: string[], says: RegExp][] = [
    [[], /--base is missing: npm run diff -- --base/],
    [["--base", "no-such-branch"], /no-such-branch: no such revision .*git fetch/],
    [["--base", "--output=x"], /argument is ambiguous|--base/],
    [["--base", "HEAD", "--stack", "nope"], /--stack nope: must be all or one of dev, prod/],
    [["--base", "HEAD", "--format", "html"], /--format html: must be one of text, markdown, json/],
    [["--base", "HEAD", "--colour"], /allowed: --base BASE/],
  ];
  for (const [argv, says] of cases) {
    it(`${argv.join(" ") || "no flag"}: says what is allowed`, async () => {
      await assert.rejects(
        diff(argv, project, () => undefined),
        says,
      );
    });
  }
});
