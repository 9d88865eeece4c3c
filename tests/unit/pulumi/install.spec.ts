import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { UserError } from "../../../lib/errors";
import { toolchain } from "../../../tools/cli/toolchain";
import { installFolder, ownEngine } from "../../../tools/pulumi/engine";
import { Sandbox } from "../../support/sandbox";

/** Takes the arguments of Pulumi's installer, and installs a `pulumi` that knows nothing but its version. */
const installer = `
[ "$1 $2 $4" = "--no-edit-path --install-root --version" ] || exit 64
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho v%s\\n' "$5" > "$3/bin/pulumi"
chmod +x "$3/bin/pulumi"
`;

describe("npm run toolchain -- install", () => {
  const sandbox = new Sandbox();
  const { fetch } = globalThis;
  const { log } = console;
  const root = (): string => sandbox.path("project");
  let asked: unknown[] = [];
  let printed: string[] = [];

  beforeEach(() => {
    [asked, printed] = [[], []];
    sandbox.setenv({ PATH: "/usr/bin:/bin", STACKBERTH_HOME: sandbox.path("state") });
    console.log = (line: string) => void printed.push(line);
  });
  afterEach(() => {
    globalThis.fetch = fetch;
    console.log = log;
  });

  /** Has the internet answer whatever is asked for. */
  function answer(give: () => Promise<Response>): void {
    globalThis.fetch = (what) => {
      asked.push(what);
      return give();
    };
  }
  const script = (text: string) => () => Promise.resolve(new Response(text));

  it("runs Pulumi's installer, and commands use what it installed from then on", async () => {
    answer(script(installer));
    assert.equal(await toolchain(["install"], root()), 0);
    assert.deepEqual(asked, ["https://get.pulumi.com/install.sh"]);
    const { version } = JSON.parse(
      readFileSync(require.resolve("@pulumi/pulumi/package.json"), "utf8"),
    ) as { readonly version: string };
    const folder = installFolder(root());
    assert.deepEqual(printed, [
      `downloading the official Pulumi CLI into ${folder}`,
      `installed Pulumi ${version}; commands use it from now on`,
    ]);
    const engine = await ownEngine(root());
    assert.equal(engine?.command, `${folder}/bin/pulumi`);
    assert.equal(engine.title, `Pulumi ${version} (installed here)`);
  });

  it("downloads nothing that is there already", async () => {
    answer(script(installer));
    await toolchain(["install"], root());
    await toolchain(["install"], root());
    assert.equal(asked.length, 1);
  });

  it("installs a whole one over what an interrupted download left", async () => {
    const half = sandbox.write("state/pulumi-cli/bin/pulumi", "half of a prog");
    chmodSync(half, 0o755);
    answer(script(installer));
    assert.equal(await toolchain(["install"], root()), 0);
    assert.equal((await ownEngine(root()))?.command, half);
  });

  const failures: readonly (readonly [string, () => Promise<Response>, string])[] = [
    ["is out of reach", () => Promise.reject(new Error("ENOTFOUND")), "ENOTFOUND"],
    ["refuses", () => Promise.resolve(new Response("", { status: 503 })), "503"],
    ["sends a script that fails", script("echo no disk >&2; exit 9"), "no disk"],
  ];
  for (const [what, give, reason] of failures) {
    it(`says so if the server ${what}, and that commands work without it`, async () => {
      answer(give);
      await assert.rejects(toolchain(["install"], root()), (error) => {
        assert.ok(error instanceof UserError);
        const [first = "", ...rest] = error.message.split("\n");
        assert.match(first, /^cannot download the official Pulumi CLI: (Failed|Command failed)/);
        assert.ok(error.message.includes(reason), error.message);
        assert.equal(rest.at(-1), "Commands work without it: they build Pulumi from Go modules.");
        return true;
      });
      assert.ok(!existsSync(`${installFolder(root())}/bin/pulumi`));
    });
  }
});
