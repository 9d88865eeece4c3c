import fc, { type Arbitrary } from "fast-check";
import type { z } from "zod";
import type { SecretDeclaration } from "../../../config/secretDeclaration";
import { messageOf } from "../../../lib/errors";
import type { KubeObject } from "../../../lib/objects";
import { parseStack, type ParseResult, type RawConfig } from "../../../stack/parse";
import { declaredSecrets } from "../../../stack/secrets";
import { systems } from "../../../systems";
import type { System } from "../../../systems/system";
import { collectRun } from "../../../tools/offline/collect";
import { withoutStackTraces } from "../../../tools/project/stackTraces";
import { root } from "../folders";
import { byKubeseal } from "../sealing";
import { canary, fitting } from "../stacks";
import { asYaml, type Case } from "./cases";

/** A value for a secret; the schemas cannot say that it must be a `config.json`. */
const valueOf = (declaration: SecretDeclaration): string =>
  declaration.key.endsWith("DockerConfigJson")
    ? '{"auths":{}}'
    : fitting(declaration, canary(declaration.key));

/** A case as Pulumi passes it to the program, with every secret that it needs. */
export function rawOf({ system, settings }: Case): RawConfig & { readonly secretKeys: string[] } {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const own = systems[system]?.schema.safeParse(settings[system] ?? {}).data;
  const declared = declaredSecrets(own === undefined ? {} : { [system]: own });
  const isSealed = settings["secretsMode"] === "sealed";
  const secrets = declared.map((each): [string, string] => [
    `stackberth:${each.key}`,
    isSealed ? byKubeseal : valueOf(each),
  ]);
  const secretKeys = isSealed ? [] : secrets.map(([key]) => key);
  return {
    project: "stackberth",
    stack: "dev",
    values: {
      ...Object.fromEntries(secrets),
      ...Object.fromEntries(
        given.map(([key, value]) => [
          `stackberth:${key}`,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
    },
    isSecret: (key) => secretKeys.includes(key),
    secretKeys,
  };
}

/** What parsing makes of a case. @throws Error if it throws, or says something that no user can read. */
export function parsed(each: Case): ParseResult {
  const result = parseStack(rawOf(each));
  for (const { key, text } of result.problems) {
    const line = `${key}: ${text}`;
    if (!/^stackberth:/.test(key)) throw new Error(`no key: ${line}`);
    if (/undefined|\[object |\bNaN\b|^\s+at /m.test(line)) throw new Error(`unreadable: ${line}`);
    if (line.length > 1000) throw new Error(`${line.length} characters: ${line.slice(0, 200)}`);
  }
  return result;
}

/** The objects that a case would create; none for a Helm chart, which needs Pulumi's engine. */
export async function rendered(each: Case): Promise<readonly KubeObject[]> {
  const { values, secretKeys } = rawOf(each);
  try {
    const { objects } = await withoutStackTraces(() =>
      collectRun({
        root,
        project: "stackberth",
        stack: "dev",
        passwords: (name) => `generated-${name}`,
        config: { ...values },
        secretKeys,
      }),
    );
    return objects;
  } catch (error) {
    if (/needs Pulumi's engine and cannot be rendered offline/.test(messageOf(error))) return [];
    throw error;
  }
}

/** How a run of the properties is chosen: the same in each `npm test`, more and others by hand. */
const seed = Number(process.env["FUZZ_SEED"] ?? 20261129);
const wanted = process.env["FUZZ_RUNS"];

/**
 * Asks a property of many configurations.
 * @param runs - How many, unless FUZZ_RUNS says so.
 * @param endOnFailure - Whether the first configuration without it will do, as where a test wants one. @default false
 * @throws Error with the smallest configuration without the property, as YAML.
 */
export async function hold(
  cases: Arbitrary<Case>,
  property: (each: Case) => unknown,
  runs: number,
  endOnFailure = false,
): Promise<void> {
  const numRuns = wanted === undefined ? runs : Number(wanted);
  const asked = fc.asyncProperty(cases, async (each) => {
    await property(each);
  });
  const started = Date.now();
  const { failed, counterexample, errorInstance, numShrinks } = await fc.check(asked, {
    numRuns,
    seed,
    endOnFailure,
  });
  if (!failed) {
    const rate = Math.round((1000 * numRuns) / (Date.now() - started));
    console.log(`    ${numRuns} configurations, ${rate} per second, FUZZ_SEED=${seed}`);
    return;
  }
  const yaml = counterexample ? asYaml(counterexample[0]) : "";
  throw new Error(
    `${messageOf(errorInstance)}\n\n${yaml}\n(FUZZ_SEED=${seed}, after ${numShrinks} steps)`,
  );
}

/** Runs something while a system has another schema, as one with a hole. */
export async function withSchema<T>(
  name: string,
  schema: z.ZodType,
  run: () => Promise<T>,
): Promise<T> {
  const table = systems as Record<string, System>;
  const before = table[name];
  if (before === undefined) throw new Error(`there is no system ${name}`);
  table[name] = { ...before, schema };
  try {
    return await run();
  } finally {
    table[name] = before;
  }
}
