import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { diff } from "../../../tools/cli/diff";
import { Repository } from "../../support/repository";
import { root as project } from "../../support/stackberth";

const update = process.env["GOLDEN_UPDATE"] === "1";
const folder = join(project, "docs", "diff");

/** Three changes that teams make, and what the command exits with. */
const samples: Readonly<
  Record<string, { readonly code: number; readonly make: (repository: Repository) => void }>
> = {
  "image-bump": {
    code: 0,
    make: (repository) => {
      const image = "ghcr.io/openms/streamlit-template:0a1b2c3-full";
      for (const stack of ["dev", "prod"]) {
        repository.set(stack, ["stackberth:openms", "image"], image);
      }
    },
  },
  "new-host": {
    code: 0,
    make: (repository) => {
      const path = ["stackberth:openms", "exposure", "hosts", 2];
      repository.set("prod", path, "openms.example.com");
    },
  },
  "storage-class": {
    code: 2,
    make: (repository) => {
      const path = ["stackberth:openms", "workspaces", "storageClassName"];
      repository.set("prod", path, "cephfs");
    },
  },
};

describe("diff: the comments shown in docs/diff", function () {
  this.timeout(300_000);
  let repository: Repository;
  before(() => {
    const ci = (process.env["CI"] ?? "") !== "" && process.env["CI"] !== "false";
    assert.ok(!(update && ci), "CI never rewrites the samples; run npm run golden and commit them");
    repository = new Repository(["openms"]);
  });
  afterEach(() => repository.reset());
  after(() => repository.remove());

  for (const [name, { code, make }] of Object.entries(samples)) {
    it(`${name} is what the command says; else run: npm run golden`, async () => {
      make(repository);
      const lines: string[] = [];
      const argv = ["--base", "base", "--format", "markdown"];
      assert.equal(await diff(argv, repository.root, (text) => lines.push(text)), code);
      const path = join(folder, `${name}.md`);
      const now = `${lines.join("\n")}\n`;
      if (update) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(path, now);
      }
      assert.equal(existsSync(path) ? readFileSync(path, "utf8") : "", now);
    });
  }

  it("are all made by a test", () => {
    const made = Object.keys(samples).map((name) => `${name}.md`);
    assert.deepEqual(readdirSync(folder).sort(), made.sort());
  });
});
