import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { roomPictures } from "../../tools/docs/rooms";
import { root } from "../support/folders";

/** What dependency-cruiser, with the rules of `npm run lint`, says about some files. */
function cruise(files: Readonly<Record<string, string>>): { code: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), "arrows-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    symlinkSync(join(root, "tsconfig.json"), join(folder, "tsconfig.json"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const program = join(
      root,
      "node_modules",
      "dependency-cruiser",
      "bin",
      "dependency-cruise.mjs",
    );
    const config = join(root, ".dependency-cruiser.mjs");
    const argv = [program, "--config", config, ...Object.keys(files)];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      cwd: folder,
      encoding: "utf8",
    });
    return { code: status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const above: readonly [from: string, to: string][] = [
  ["lib", "config"],
  ["config", "systems"],
  ["cluster", "stack"],
  ["components", "systems"],
  ["systems", "stack"],
  ["stack", "policies"],
  ["policies", "systems"],
];

describe("imports between rooms", () => {
  it("may run down", () => {
    const { code, output } = cruise({
      "lib/b.ts": "export const b = 1;\n",
      "systems/a.ts": 'import { b } from "../lib/b";\nexport const a = b;\n',
    });
    assert.equal(code, 0, output);
  });

  for (const [from, to] of above) {
    it(`may not run from ${from} up to ${to}, not even for a type`, () => {
      const { code, output } = cruise({
        [`${to}/b.ts`]: "export type B = 1;\n",
        [`${from}/a.ts`]: `import type { B } from "../${to}/b";\nexport const a: B = 1;\n`,
      });
      assert.notEqual(code, 0);
      assert.match(output, new RegExp(`${from}-knows-only-what-is-below: ${from}/a.ts`));
    });
  }

  it("may not run in a circle of files", () => {
    const { code, output } = cruise({
      "lib/a.ts": 'import { b } from "./b";\nexport const a = (): number => b();\n',
      "lib/b.ts": 'import { a } from "./a";\nexport const b = (): number => a();\n',
    });
    assert.notEqual(code, 0);
    assert.match(output, /no-circle: lib/);
  });

  it("may not run in a circle of rooms", () => {
    const { code, output } = cruise({
      "tools/a/one.ts": 'import { b } from "../b/one";\nexport const a = b;\n',
      "tools/a/two.ts": "export const a = 2;\n",
      "tools/b/one.ts": "export const b = 1;\n",
      "tools/b/two.ts": 'import { a } from "../a/two";\nexport const b = a;\n',
    });
    assert.notEqual(code, 0);
    assert.match(output, /no-circle-of-rooms: tools\/a/);
    assert.doesNotMatch(output, /no-circle:/);
  });
});

/** `FROM TO` of each arrow in Mermaid; `a & b --> c` are two. */
const arrowsIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/^ *([^\n]*?) *-->(?:\|[^|]*\|)? *(.*)$/gm)].flatMap(
      ([, from = "", to = ""]) => nodesIn(from).flatMap((a) => nodesIn(to).map((b) => `${a} ${b}`)),
    ),
  );
const nodesIn = (side: string): readonly string[] =>
  side.split(" & ").map((node) => /^\w+/.exec(node)?.[0] ?? "");

describe("pictures of the rooms", () => {
  let drawn: ReadonlySet<string>;
  before(async () => (drawn = arrowsIn(await roomPictures(root))));

  it("show the arrows that the imports make, and no other", () => {
    for (const arrow of ["index_ts stack", "stack systems", "systems components", "tools stack"]) {
      assert.ok(drawn.has(arrow), arrow);
    }
    assert.ok(drawn.has("tools_render tools_offline"));
    assert.ok(!drawn.has("lib config"));
  });

  it("agree with the README's", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const rooms = new Set([...drawn].flatMap((arrow) => arrow.split(" ")));
    const shown = [...arrowsIn(readme.replaceAll("index", "index_ts"))];
    const imports = shown.filter((arrow) => arrow.split(" ").every((room) => rooms.has(room)));
    assert.ok(imports.length >= 8, imports.join(", "));
    // The tools load index.ts by its path.
    const unknown = imports.filter((arrow) => !drawn.has(arrow) && arrow !== "tools index_ts");
    assert.deepEqual(unknown, []);
  });

  it("may not run in a circle, not even for a type", () => {
    const { code, output } = cruise({
      "lib/a.ts": 'import { b } from "./b";\nexport type A = number;\nexport const a: A = b;\n',
      "lib/b.ts": 'import type { A } from "./a";\nexport const b: A = 1;\n',
    });
    assert.notEqual(code, 0);
    assert.match(output, /no-circle/);
  });
});
