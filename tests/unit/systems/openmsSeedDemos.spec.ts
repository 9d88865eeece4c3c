import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { at, listAt } from "../../../lib/objects";
import { collectStack } from "../../support/stacks";

/** What the image has: awkward names, and beside these files an empty folder and a link to nowhere. */
const demos: Readonly<Record<string, string>> = {
  "first/params.json": "{}",
  "first/mzML-files/a b'$c.mzML": "spectra",
  "first/.hidden": "h",
  "second/ids.tsv": "1\t2\n",
};
const busybox = spawnSync("sh", ["-c", "command -v busybox"], { encoding: "utf8" }).stdout.trim();

for (const kind of ["the machine's tools", "busybox"] as const) {
  describe(`OpenMS' seed-demos, run with ${kind}`, function () {
    this.timeout(20_000);
    let command: readonly string[] = [];
    let root = "";
    const volume = (...path: readonly string[]): string => join(root, "volume", ...path);
    const image = (...path: readonly string[]): string => join(root, "image", ...path);

    before(async function () {
      if (kind === "busybox" && busybox === "") {
        console.log("    skipped, no busybox: apt-get install -y busybox-static");
        this.skip();
      }
      const { objects } = await collectStack("dev");
      const web = objects.find((it) => it.kind === "Deployment" && it.metadata.name === "web");
      const all = listAt(web, "spec", "template", "spec", "initContainers");
      const init = all.find(({ name }) => name === "seed-demos");
      command = at(init, "command") as string[];
    });
    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), "seed-demos-"));
      for (const folder of [volume(), image("empty"), join(root, "tools")]) {
        mkdirSync(folder, { recursive: true });
      }
      for (const [path, text] of Object.entries(demos)) write(image(path), text);
      symlinkSync("nowhere", image("link"));
      if (kind === "the machine's tools") return;
      for (const tool of ["cp", "find", "mkdir", "mv", "rm", "sh"]) {
        symlinkSync(busybox, join(root, "tools", tool));
      }
    });
    afterEach(() => rmSync(root, { recursive: true, force: true }));

    function write(path: string, text: string): void {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }

    /**
     * Runs the manifest's command in a process group of its own, its two folders replaced by ours.
     * @param faults Shell functions that take the place of tools.
     */
    function seed(pod = "web-1", faults = ""): Promise<number | NodeJS.Signals | null> {
      const [shell = "", flags = "", script = "", name = "", ...folders] = command;
      assert.deepEqual(folders, [
        "/app/example-data/workspaces",
        "/workspaces-streamlit-template/.demos",
      ]);
      const text = `uname() { echo ${pod}; }\n${faults}\n${script}`;
      const PATH = kind === "busybox" ? join(root, "tools") : process.env["PATH"];
      const child = spawn(shell, [flags, text, name, image(), volume(".demos")], {
        env: { PATH },
        detached: true,
      });
      return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code, signal) => resolve(signal ?? code));
      });
    }

    /** Every file below a folder with its text. */
    function filesIn(folder: string): Record<string, string> {
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
      return Object.fromEntries(
        paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
      );
    }

    function assertSeeded(): void {
      assert.deepEqual(filesIn(volume(".demos")), demos);
      assert.ok(lstatSync(volume(".demos", "empty")).isDirectory());
      assert.equal(readlinkSync(volume(".demos", "link")), "nowhere");
      assert.deepEqual(readdirSync(volume()), [".demos"]);
    }

    it("copies everything, and leaves nothing else behind", async () => {
      assert.equal(await seed(), 0);
      assertSeeded();
    });

    it("never overwrites, and brings what a newer image adds", async () => {
      assert.equal(await seed(), 0);
      write(volume(".demos", "first", "params.json"), "changed by a user");
      write(image("first", "params.json"), "changed in the image");
      write(image("third", "new.tsv"), "new");
      assert.equal(await seed("web-2"), 0);
      assert.deepEqual(filesIn(volume(".demos")), {
        ...demos,
        "first/params.json": "changed by a user",
        "third/new.tsv": "new",
      });
    });

    it("is completed by the next run when it was killed in the middle of a file", async () => {
      assert.equal(await seed("web-1", 'cp() { printf half > "$3"; kill -9 0; }'), "SIGKILL");
      assert.deepEqual(filesIn(volume()), { ".demos-partial-web-1/file": "half" });
      assert.equal(await seed(), 0);
      assertSeeded();
    });

    it("may run in several pods at once", async () => {
      const pods = ["web-1", "web-2", "web-3"];
      assert.deepEqual(await Promise.all(pods.map((pod) => seed(pod))), [0, 0, 0]);
      assertSeeded();
    });

    it("takes no harm when another pod puts a file there first", async () => {
      // With coreutils 9.2 to 9.4 `mv -n` then fails; before, it does not.
      for (const code of [0, 1]) {
        const late = `mv() { echo other > "$3"; return ${code}; }`;
        assert.equal(await seed("web-1", late), 0);
        assert.equal(filesIn(volume(".demos"))["second/ids.tsv"], "other\n");
        rmSync(volume(".demos"), { recursive: true });
      }
    });

    it("fails when a file cannot be copied or renamed, or the image has no folder", async () => {
      for (const tool of ["cp", "mv"]) {
        assert.notEqual(await seed("web-1", `${tool}() { return 1; }`), 0);
      }
      rmSync(image(), { recursive: true });
      assert.notEqual(await seed(), 0);
    });
  });
}
