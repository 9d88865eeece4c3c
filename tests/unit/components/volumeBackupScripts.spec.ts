import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needsPython, python, type PythonRun } from "../../support/python";

const script = (name: string): string => join(__dirname, "../../../components/files", name);

describe("the scripts of VolumeBackup's copies", () => {
  let root = "";
  const volumes = () => join(root, "volumes");
  const archives = (of: string) => join(root, "backups", of);
  const run = (name: string, env: Record<string, string>): Promise<PythonRun> =>
    python([script(name)], { VOLUMES_DIR: volumes(), BACKUPS_DIR: join(root, "backups"), ...env });
  const pack = (keep = 2) => run("pack_volumes.py", { KEEP: String(keep) });
  const unpack = (archive = "") => run("unpack_volumes.py", { ARCHIVE: archive });
  const write = (path: string, text: string): void => {
    mkdirSync(join(volumes(), path, ".."), { recursive: true });
    writeFileSync(join(volumes(), path), text);
  };
  /** As if the archives had been made on that day. */
  const older = (of: string, ...stamps: string[]): void => {
    mkdirSync(archives(of), { recursive: true });
    for (const stamp of stamps) writeFileSync(join(archives(of), `${stamp}.tar.gz`), "old");
  };

  beforeEach(function () {
    needsPython(this);
    root = mkdtempSync(join(tmpdir(), "volume-backup-"));
    mkdirSync(volumes());
    mkdirSync(join(root, "backups"));
  });
  afterEach(() => {
    if (root !== "") rmSync(root, { recursive: true, force: true });
  });

  it("restore all files, with modes, links and odd names", async () => {
    write("data/job-1/result/a file\nwith ü.txt", "ü\n");
    write("data/.hidden", "h");
    write("data/empty/x", "");
    chmodSync(join(volumes(), "data/.hidden"), 0o640);
    symlinkSync("../.hidden", join(volumes(), "data/job-1/link"));
    mkdirSync(join(volumes(), "logs"));
    const packed = await pack();
    assert.equal(packed.code, 0, packed.output);
    for (const name of ["data", "logs"]) {
      rmSync(join(volumes(), name), { recursive: true });
      mkdirSync(join(volumes(), name));
    }
    write("data/newer", "stays");
    const unpacked = await unpack();
    assert.equal(unpacked.code, 0, unpacked.output);
    const read = (path: string) => readFileSync(join(volumes(), path), "utf8");
    assert.equal(read("data/job-1/result/a file\nwith ü.txt"), "ü\n");
    assert.equal(read("data/newer"), "stays");
    assert.equal(read("data/empty/x"), "");
    assert.equal(statSync(join(volumes(), "data/.hidden")).mode & 0o777, 0o640);
    assert.equal(readlinkSync(join(volumes(), "data/job-1/link")), "../.hidden");
    assert.ok(lstatSync(join(volumes(), "data/job-1/link")).isSymbolicLink());
    assert.deepEqual(readdirSync(join(volumes(), "logs")), []);
  });

  it("keep the newest archives of each volume", async () => {
    write("data/a", "a");
    write("logs/a", "a");
    older("data", "20200101T000000Z", "20200102T000000Z", "20200103T000000Z");
    older("logs", "20200101T000000Z");
    const { code, output } = await pack(2);
    assert.equal(code, 0, output);
    const data = readdirSync(archives("data")).sort();
    assert.equal(data.length, 2);
    assert.equal(data[0], "20200103T000000Z.tar.gz");
    assert.equal(readdirSync(archives("logs")).length, 2);
  });

  it("restore a chosen archive", async () => {
    write("data/a", "first");
    assert.equal((await pack()).code, 0);
    const [name = ""] = readdirSync(archives("data"));
    // Newer by its name, and no archive at all.
    older("data", "29990101T000000Z");
    write("data/a", "second");
    assert.equal((await unpack(name.replace(".tar.gz", ""))).code, 0);
    assert.equal(readFileSync(join(volumes(), "data/a"), "utf8"), "first");
    assert.notEqual((await unpack()).code, 0);
  });

  it("restore nothing if one archive is missing", async () => {
    write("data/a", "first");
    assert.equal((await pack()).code, 0);
    write("data/a", "second");
    mkdirSync(join(volumes(), "logs"));
    const { code, output } = await unpack();
    assert.equal(code, 1);
    assert.match(output, /no archive at all of logs/);
    assert.equal(readFileSync(join(volumes(), "data/a"), "utf8"), "second");
  });

  it("never leave a partial archive, even when killed", async () => {
    write("data/a", "a");
    mkdirSync(archives("data"));
    writeFileSync(join(archives("data"), "20200101T000000Z.tar.gz.partial"), "half");
    assert.equal((await pack()).code, 0);
    const names = readdirSync(archives("data"));
    assert.equal(names.length, 1);
    assert.match(names[0] ?? "", /^\d{8}T\d{6}Z\.tar\.gz$/);
  });

  it("skip what only root can read at the top of a volume", async () => {
    write("data/lost+found/inode", "x");
    write("data/deeper/lost+found/mine", "y");
    assert.equal((await pack()).code, 0);
    rmSync(join(volumes(), "data"), { recursive: true });
    mkdirSync(join(volumes(), "data"));
    assert.equal((await unpack()).code, 0);
    assert.ok(!existsSync(join(volumes(), "data/lost+found")));
    assert.ok(existsSync(join(volumes(), "data/deeper/lost+found/mine")));
  });

  it("back up the other volumes if one fails, keep its old archives, and report it", async () => {
    write("data/a", "a");
    write("logs/a", "a");
    older("logs", "20200101T000000Z");
    // A file where the folder of the archives should be.
    writeFileSync(archives("data"), "in the way");
    const { code, output } = await pack(1);
    assert.equal(code, 1);
    assert.match(output, /^data: /m);
    const [only = ""] = readdirSync(archives("logs"));
    assert.notEqual(only, "20200101T000000Z.tar.gz");
    assert.match(output, /wrote .*logs/);
  });
});
