import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "../../../lib/objects";
import { environmentBranches, environments } from "../../support/environmentBranches";
import { root } from "../../support/stackberth";
import { collectStack, stackNames } from "../../support/stacks";

const rooms = ["components", "config", "lib", "systems", "stack", "cluster"];

/** The only branches: they refuse settings of the stack, and change no object. */
const refusals: Readonly<Record<string, number>> = { "config/stackSettings.ts": 2 };

function sourcesOf(folder: string): readonly (readonly [path: string, text: string])[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const paths = files.filter((file) => file.endsWith(".ts")).map((file) => join(folder, file));
  return paths.map((path) => [path, readFileSync(join(root, path), "utf8")]);
}

describe("the program's source", () => {
  it("has no branch by the name of an environment or a stack, except to refuse settings", () => {
    const files = [
      ...rooms.flatMap(sourcesOf),
      ["index.ts", readFileSync(join(root, "index.ts"), "utf8")] as const,
    ];
    assert.ok(files.length > 40, `${files.length}`);
    const found = files.flatMap(([path, text]) =>
      environmentBranches(text).map((branch) => [path, branch] as const),
    );
    const unexpected = found.filter(([path]) => !(path in refusals));
    assert.deepEqual(unexpected, []);
    for (const [path, count] of Object.entries(refusals)) {
      assert.equal(found.filter(([of]) => of === path).length, count, path);
    }
  });

  it("has no branch by a named environment in its tools, which look stacks up by name", () => {
    const files = sourcesOf("tools");
    assert.ok(files.length > 40, `${files.length}`);
    const named = new RegExp(`["'\`](${environments.join("|")})["'\`]`);
    const found = files.flatMap(([, text]) => environmentBranches(text));
    assert.deepEqual(
      found.filter((branch) => named.test(branch)),
      [],
    );
  });
});

describe("a search for branches by environment", () => {
  const broken = [
    'if (stack === "lab") f();',
    "const a = env !== 'dev';",
    'const a = settings.environment == "x";',
    'const a = "production" === process.env.NODE_ENV;',
    "const a = pulumi.getStack() === `lab`;",
    'switch (stackName) { case "lab": f(); }',
    'switch (kind) { case "staging": f(); }',
    "const a = lasting.includes(environment);",
    "const a = lasting.includes(settings.environment as string);",
    'const a = ["dev", "staging"].includes(name);',
    "const a = lasting.has(`${environment}`);",
    "const a = replicas.get(getStack());",
    "const a = replicas[environment];",
    "const a = replicas[pulumi.getStack()];",
    "const a = environment in replicas;",
    'const a = stack.startsWith("pr");',
    "const a = /^prod/.test(stack.toLowerCase());",
    "const a = context.stack.match(/prod/);",
    'const { environment: e } = s; const a = ["prod"].indexOf(e!) >= 0;',
  ];
  for (const text of broken) {
    it(`finds ${text}`, () => assert.notDeepEqual(environmentBranches(text), []));
  }

  const right = [
    'const modes = { production: { ENVIRONMENT: "production" } };',
    'const mode: "development" | "production" = settings.mode; const a = modes[mode];',
    'const environment = z.enum(["dev", "prod"]).default("dev");',
    "const labels = { stack: context.stack, environment: list(environment) };",
    "const a = typeof stack === 'string' && stack.settings.deadlineSeconds === 3;",
    "const a = environment.map((each) => each.name === name);",
  ];
  for (const text of right) {
    it(`leaves ${text}`, () => assert.deepEqual(environmentBranches(text), []));
  }
});

/** Objects without the stack's label, and without the digest of it in the name of a Job. */
function unnamed(objects: readonly KubeObject[], stack: string): unknown {
  const label = `"stackberth.dev/stack":"${stack}"`;
  const text = JSON.stringify(objects).replaceAll(label, '"stackberth.dev/stack":""');
  return JSON.parse(text.replaceAll(/("name":"[a-z0-9-]+)-[0-9a-f]{8}"/g, '$1"'));
}

describe("the name of an environment", () => {
  for (const stack of stackNames) {
    it(`changes no object of ${stack}`, async () => {
      const { objects } = await collectStack(stack);
      assert.ok(objects.length > 100);
      for (const environment of ["dev", "staging", "review", "prod"]) {
        const changed = await collectStack(stack, { "stackberth:environment": environment });
        assert.deepEqual(changed.objects, objects, environment);
      }
    });

    it(`of a stack changes nothing but a label: ${stack}`, async () => {
      const { objects } = await collectStack(stack);
      const other = await collectStack(stack, {}, "other");
      assert.deepEqual(unnamed(other.objects, "other"), unnamed(objects, stack));
    });
  }
});
