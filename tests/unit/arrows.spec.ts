import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../support/stackberth";

/** What the rules of `npm run lint` say of some files. */
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
  ["stack", "tools"],
];

describe("arrows between the rooms", function () {
  this.timeout(60_000);

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

  it("may not run in a circle", () => {
    const { code, output } = cruise({
      "lib/a.ts": 'import { b } from "./b";\nexport const a = (): number => b();\n',
      "lib/b.ts": 'import { a } from "./a";\nexport const b = (): number => a();\n',
    });
    assert.notEqual(code, 0);
    assert.match(output, /no-circle/);
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
