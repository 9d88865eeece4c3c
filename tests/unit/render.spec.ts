import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { render as command } from "../../tools/cli/render";
import { forGitOps, syncWaves } from "../../tools/render/gitops";
import { annotation, keyOf, type KubeObject } from "../../lib/objects";
import { collectOffline } from "../../tools/offline/offline";
import { render } from "../../tools/render";
import { Repository } from "../support/repository";
import { root } from "../support/stackberth";
import { collectStack, stackNames } from "../support/stacks";

const waveName = "argocd.argoproj.io/sync-wave";

/** The files below a folder with what they hold. */
function filesIn(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name));
  return Object.fromEntries(
    paths.sort().map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}

describe("render", function () {
  this.timeout(300_000);
  let folder: string;
  const lines: string[] = [];
  const line = (text: string): void => void lines.push(text);
  const written = async (stack: string, out = join(folder, stack)) => {
    lines.length = 0;
    await render({ root, stack, out, secrets: "omit", line });
    return { files: filesIn(out), said: [...lines] };
  };
  const renderings = new Map<string, Awaited<ReturnType<typeof written>>>();
  const renderingOf = (stack: string) => {
    const found = renderings.get(stack);
    assert.ok(found);
    return found;
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "stackberth-render-"));
    for (const stack of stackNames) renderings.set(stack, await written(stack));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const stack of stackNames) {
    it(`writes each object of ${stack} to a file, and lists them in order`, async () => {
      const { "kustomization.yaml": list = "", ...files } = renderingOf(stack).files;
      const { resources } = parse(list) as { readonly resources: string[] };
      assert.deepEqual(resources, Object.keys(files).sort());
      const { objects: wanted } = await collectStack(stack, {
        "stackberth:secretsMode": "existing",
      });
      const objects = Object.values(files).map((text) => parse(text) as KubeObject);
      assert.deepEqual(objects.map(keyOf).sort(), wanted.map(keyOf).sort());
      for (const { kind, metadata } of objects) {
        assert.match(metadata.annotations?.[waveName] ?? "", /^\d+$/, `${kind} ${metadata.name}`);
      }
    });

    it(`writes no Secret and nothing of one in ${stack}, and says which the cluster must have`, async () => {
      const { files, said } = renderingOf(stack);
      const text = Object.values(files).join("\n");
      assert.doesNotMatch(text, /^kind: Secret$/m);
      assert.doesNotMatch(text, /\[secret/);
      const { objects } = await collectStack(stack);
      const secrets = objects.filter(({ kind }) => kind === "Secret");
      assert.ok(secrets.length > 0);
      for (const { metadata, stringData, type } of secrets) {
        const keys = Object.keys(stringData as object)
          .sort()
          .join(", ");
        const of = typeof type === "string" ? ` of type ${type}` : "";
        const due = `Secret ${metadata.namespace}/${metadata.name}${of} with the keys ${keys}`;
        assert.ok(said.includes(`  ${due}`), due);
        assert.ok(files["kustomization.yaml"]?.includes(`# Needs ${due}`), due);
      }
      const { warnings } = await collectStack(stack);
      assert.notEqual(warnings.length, 0);
      for (const warning of warnings) assert.ok(said.includes(`warning: ${warning}`), warning);
    });

    it(`has ${stack} in waves that follow its dependencies`, async () => {
      const { objects, dependencies } = await collectOffline({ root, stack });
      const waves = syncWaves(objects, dependencies);
      let followed = 0;
      for (const object of objects) {
        for (const on of dependencies.get(keyOf(object)) ?? []) {
          const [own = -1, other = -1] = [waves.get(keyOf(object)), waves.get(on)];
          const isClaim = on.startsWith("|PersistentVolumeClaim|");
          assert.ok(isClaim ? own >= other : own > other, `${keyOf(object)} after ${on}`);
          followed += 1;
        }
      }
      assert.ok(followed > objects.length / 2);
    });
  }

  it("is what kustomize builds", function () {
    const { error } = spawnSync("kubectl", ["version", "--client"]);
    if (error !== undefined) {
      console.log("      skipped: no kubectl on PATH, which brings kustomize");
      return this.skip();
    }
    const { files } = renderingOf("prod");
    const options = { encoding: "utf8", maxBuffer: 2 ** 26 } as const;
    const built = execFileSync("kubectl", ["kustomize", join(folder, "prod")], options);
    const objects = parseAllDocuments(built).map((each) => each.toJS() as KubeObject);
    const { "kustomization.yaml": _list, ...rest } = files;
    const expected = Object.values(rest).map((text) => parse(text) as KubeObject);
    const byKey = (all: readonly KubeObject[]) =>
      Object.fromEntries(all.map((each) => [keyOf(each), each]));
    assert.deepEqual(byKey(objects), byKey(expected));
  });

  it("is the same bytes in other time zones, languages and folders, and from files with CRLF", () => {
    const copy = new Repository(undefined, "ein anderer Ordner ");
    const script = join(copy.root, "components", "database", "scripts", "backup.sh");
    copy.checkOutForWindows();
    assert.doesNotMatch(readFileSync(script, "utf8"), /\r/, ".gitattributes keeps LF");
    rmSync(join(copy.root, ".gitattributes"));
    copy.commit();
    copy.checkOutForWindows();
    assert.match(readFileSync(script, "utf8"), /\r\n/);
    const places: readonly [string, NodeJS.ProcessEnv][] = [
      [root, { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" }],
      [copy.root, { TZ: "America/St_Johns", LANG: "C", LC_ALL: "C" }],
    ];
    try {
      const texts = places.map(([from, env], index) => {
        const out = join(folder, `place-${String(index)}`);
        const argv = ["tools/cli/start.cjs", "render", "--stack", "prod", "--out", out];
        execFileSync(process.execPath, argv, { cwd: from, env: { ...process.env, ...env } });
        return filesIn(out);
      });
      assert.ok(Object.keys(texts[0] ?? {}).length > 10);
      assert.deepEqual(texts[0], texts[1]);
    } finally {
      copy.remove();
    }
  });

  it("leaves secrets to an operator, and lists what its store must hold", async () => {
    const copy = new Repository(["openms"]);
    try {
      copy.set("prod", ["stackberth:secretStore"], { name: "vault", keyPrefix: "prod/" });
      const out = join(folder, "external");
      lines.length = 0;
      await render({ root: copy.root, stack: "prod", out, secrets: "external", line });
      const objects = Object.values(filesIn(out)).map((text) => parse(text) as KubeObject);
      const external = objects.filter(({ kind }) => kind === "ExternalSecret");
      assert.ok(external.length >= 2);
      assert.ok(!objects.some(({ kind }) => kind === "Secret"));
      assert.ok(lines.some((each) => /prod\/openmsRedisPassword in .*vault/.test(each)));
      assert.ok(!lines.some((each) => each.includes("with the keys")));
      const unsealed = { root: copy.root, stack: "prod", out, secrets: "sealed" as const, line };
      await assert.rejects(render(unsealed), /openmsRedisPassword: .*missing/);
    } finally {
      copy.remove();
    }
  });

  it("removes its own files that are no longer due, and no others", async () => {
    const out = join(folder, "removal");
    mkdirSync(join(out, "openms"), { recursive: true });
    const [old, other] = ["old.yaml", "other.yaml"].map((name) => join(out, "openms", name));
    writeFileSync(old ?? "", "# Rendered by Stackberth from stack dev\nkind: Old\n");
    writeFileSync(other ?? "", "kind: Other\n");
    const names = Object.keys((await written("dev", out)).files);
    assert.ok(names.includes(join("openms", "other.yaml")));
    assert.ok(!names.includes(join("openms", "old.yaml")));
  });

  it("refuses a folder that is another stack's", async () => {
    const out = join(folder, "shared");
    await written("dev", out);
    await assert.rejects(written("prod", out), /not rendered from stack prod.*--out/);
  });

  it("refuses a secret text outside of Secrets", async () => {
    const copy = new Repository(["openms"]);
    try {
      copy.edit("components/configMap.ts", (text) =>
        text.replace(
          "data: { ...args.data } }",
          'data: { ...args.data, leak: new pulumi.Config().require("openmsRedisPassword") } }',
        ),
      );
      const out = join(folder, "leak");
      const leaky = render({ root: copy.root, stack: "prod", out, secrets: "omit", line });
      await assert.rejects(leaky, /ConfigMap openms\/openms-config contains a secret value/);
    } finally {
      copy.remove();
    }
  });

  const mistakes: readonly [argv: string[], says: RegExp][] = [
    [[], /--out is missing: npm run render/],
    [["--out", "x", "--secrets", "plain"], /--secrets plain: must be one of .*omit/],
    [["--out", "x", "--show-secrets"], /allowed: --out OUT/],
    [["--out", "x", "--stack", "nope"], /no stack "nope"/],
  ];
  for (const [argv, says] of mistakes) {
    it(`${argv.join(" ") || "no flag"}: says what is allowed`, () =>
      assert.rejects(command(argv, root), says));
  }
});

describe("render: waves", () => {
  const make = (kind: string, name: string): KubeObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name },
  });
  const key = (kind: string, name: string): string => keyOf(make(kind, name));
  const wavesOf = (
    objects: readonly KubeObject[],
    on: readonly [user: string, used: string[]][],
  ): Record<string, number> => {
    const waves = syncWaves(objects, new Map(on));
    return Object.fromEntries(
      objects.map((each) => [`${each.kind} ${each.metadata.name}`, waves.get(keyOf(each)) ?? -1]),
    );
  };

  it("are one more than those of what an object waits for", () => {
    const objects = [make("Job", "c"), make("Secret", "b"), make("Namespace", "a")];
    const on: [string, string[]][] = [
      [key("Secret", "b"), [key("Namespace", "a")]],
      [key("Job", "c"), [key("Secret", "b"), key("Namespace", "a")]],
    ];
    assert.deepEqual(wavesOf(objects, on), { "Namespace a": 0, "Secret b": 1, "Job c": 2 });
  });

  it("put a claim with its first user, so that a class that binds late does not block", () => {
    const claim = key("PersistentVolumeClaim", "v");
    const objects = [
      make("PersistentVolumeClaim", "v"),
      make("ConfigMap", "m"),
      make("CronJob", "nightly"),
      make("Deployment", "web"),
    ];
    const on: [string, string[]][] = [
      [key("CronJob", "nightly"), [claim]],
      [key("Deployment", "web"), [claim, key("ConfigMap", "m")]],
    ];
    const expected = {
      "PersistentVolumeClaim v": 1,
      "ConfigMap m": 0,
      // It starts no pod, so it must not hold back the claim's wave.
      "CronJob nightly": 1,
      "Deployment web": 1,
    };
    assert.deepEqual(wavesOf(objects, on), expected);
  });

  it("put a claim last that only a CronJob uses", () => {
    const objects = [
      make("PersistentVolumeClaim", "v"),
      make("CronJob", "nightly"),
      make("ConfigMap", "m"),
      make("Deployment", "web"),
    ];
    const on: [string, string[]][] = [
      [key("CronJob", "nightly"), [key("PersistentVolumeClaim", "v")]],
      [key("Deployment", "web"), [key("ConfigMap", "m")]],
    ];
    assert.equal(wavesOf(objects, on)["PersistentVolumeClaim v"], 1);
  });

  it("keep protected data from being pruned, and annotations that are there", () => {
    const claim: KubeObject = {
      ...make("PersistentVolumeClaim", "v"),
      metadata: { name: "v", annotations: { "stackberth.dev/retain": "true", [waveName]: "7" } },
    };
    const marked = forGitOps(claim, 1);
    assert.equal(annotation(marked, "argocd.argoproj.io/sync-options"), "Prune=false,Delete=false");
    assert.equal(annotation(marked, "kustomize.toolkit.fluxcd.io/prune"), "disabled");
    assert.equal(annotation(marked, waveName), "7");
    const plain = forGitOps(make("ConfigMap", "m"), 1);
    assert.deepEqual(plain.metadata.annotations, { [waveName]: "1" });
  });
});
