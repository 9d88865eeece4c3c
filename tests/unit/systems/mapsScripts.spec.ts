import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { at, listAt } from "../../../lib/objects";
import { root } from "../../support/folders";
import { ofSource as own } from "../../support/maps";
import { containerOf, envOf, podOf, stackOf, type SystemStack } from "../../support/systemStack";
import { needsPython, python } from "../../support/python";

const initOf = (stack: SystemStack, name: string): unknown =>
  listAt(podOf(stack.find("Deployment", "maps-backend")), "initContainers").find(
    (each) => each["name"] === name,
  );

/** A stand-in of the image's `/app` and of a volume, and the init containers' own commands on them. */
class Disk {
  readonly folder = mkdtempSync(join(tmpdir(), "maps-"));

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  run(container: unknown): void {
    const command = (at(container, "command") as string[]).map((each) =>
      each
        .replaceAll(/(?<![\w.$])\/volume/g, join(this.folder, "volume"))
        .replaceAll(/(?<![\w.$])\/app/g, join(this.folder, "app")),
    );
    const { status, stderr } = spawnSync(command[0] ?? "", command.slice(1), { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  }
}

describe("the init containers of MAPS", () => {
  let disk: Disk;
  let stack: SystemStack;
  beforeEach(async () => {
    stack = await stackOf("maps", own);
    disk = new Disk();
    mkdirSync(join(disk.folder, "volume"));
    mkdirSync(join(disk.folder, "app"));
  });
  afterEach(() => rmSync(disk.folder, { recursive: true }));
  const prepare = (): void => disk.run(initOf(stack, "prepare-data"));

  it("begin with the image's database and lists", () => {
    disk.write("app/maps_helper.db", "scripts");
    disk.write("app/users.json", '{"a":1}');
    prepare();
    assert.equal(disk.read("volume/maps_helper.db"), "scripts");
    assert.equal(disk.read("volume/users.json"), '{"a":1}');
    assert.equal(disk.read("volume/user_jobs.json"), "{}\n");
    const names = ["deploy", "maps_helper.db", "user_jobs.json", "user_scripts", "users.json"];
    assert.deepEqual(readdirSync(join(disk.folder, "volume")).sort(), names);
  });

  it("overwrite nothing, and leave a database that the image does not have to the app", () => {
    disk.write("volume/users.json", '{"kept":1}');
    disk.write("app/users.json", "{}");
    disk.write("volume/user_scripts/a.json", "kept");
    prepare();
    prepare();
    assert.equal(disk.read("volume/users.json"), '{"kept":1}');
    assert.equal(disk.read("volume/user_scripts/a.json"), "kept");
    assert.ok(!existsSync(join(disk.folder, "volume/maps_helper.db")));
  });

  it("finish a copy that was interrupted", () => {
    disk.write("app/maps_helper.db", "whole");
    disk.write("volume/maps_helper.db.new", "wh");
    prepare();
    assert.equal(disk.read("volume/maps_helper.db"), "whole");
    assert.ok(!existsSync(join(disk.folder, "volume/maps_helper.db.new")));
  });

  it("fill a volume with what it lacks, and leave no traces", () => {
    disk.write("app/library/images/a.png", "new");
    disk.write("app/library/images/b.png", "new");
    disk.write("volume/images/a.png", "old");
    disk.run(initOf(stack, "fill-library"));
    assert.equal(disk.read("volume/images/a.png"), "old");
    assert.equal(disk.read("volume/images/b.png"), "new");
    assert.deepEqual(readdirSync(join(disk.folder, "volume")), ["images"]);
  });

  it("leave a volume alone where the image has no such folder", () => {
    disk.run(initOf(stack, "fill-assets"));
    assert.deepEqual(readdirSync(join(disk.folder, "volume")), []);
  });
});

describe("the clean-up of runners without a deadline", () => {
  it("is told how long they may run, and others are not", async () => {
    const time = (stack: SystemStack): unknown =>
      envOf(containerOf(stack.find("CronJob", "clean-up-runners")), "RUN_SECONDS");
    assert.equal(time(await stackOf("maps", own)), "600");
    assert.equal(time(await stackOf("maps")), undefined);
  });

  it("takes what runs longer than that, and what has finished it leaves to the other rule", async function () {
    needsPython(this);
    const program = `
import sys, types, json
stub = types.ModuleType("kubernetes_api"); stub.Api = stub.ApiError = None
sys.modules["kubernetes_api"] = stub
sys.path.insert(0, sys.argv[1])
from clean_up_runners import ran_too_long
pod = lambda phase, **more: {"metadata": {"creationTimestamp": "1970-01-01T00:00:00Z"}, "status": {"phase": phase, **more}}
late = {"startTime": "1970-01-01T00:09:00Z"}
cases = [(pod("Running"), 700, 600), (pod("Running"), 500, 600), (pod("Running"), 700, None),
  (pod("Running", **late), 700, 600), (pod("Pending"), 700, 600), (pod("Succeeded"), 700, 600)]
print(json.dumps([ran_too_long(*each) for each in cases]))`;
    const run = await python(["-c", program, join(root, "systems/maps/files")]);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(JSON.parse(run.output), [true, false, false, false, true, false]);
  });
});
