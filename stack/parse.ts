import { z } from "zod";
import { formatFlawOf, type SecretDeclaration } from "../config/secretDeclaration";
import { isSealed } from "../lib/seal";
import { systems } from "../systems";
import { type ConfigProblem, describeIssues, nearest, unknownKey } from "../config/problems";
import { digestKeyDeclaration } from "../config/secretDeclaration";
import { declaredSecrets, storedSecrets, unknownInClear } from "./secrets";
import { type StackSettings, stackSchema } from "../config/stackSettings";

/** A stack's configuration as Pulumi hands it over: every value a text. */
export interface RawConfig {
  readonly project: string;
  readonly stack: string;
  /** `project:key` to text; lists and objects as JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether the value of a key is stored encrypted. */
  readonly isSecret: (key: string) => boolean;
}

/** A whole stack, checked. */
export interface ParsedStack {
  readonly settings: StackSettings;
  /** The settings of each system that the stack runs, in the order it lists them. */
  readonly systems: Readonly<Record<string, unknown>>;
  readonly declarations: readonly SecretDeclaration[];
}

/** The parsed stack, or all that is wrong with it. */
export type ParseResult =
  | { readonly parsed: ParsedStack; readonly problems: readonly [] }
  | { readonly parsed: undefined; readonly problems: readonly ConfigProblem[] };

const stackKeys = Object.keys(stackSchema.shape);

function value(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Names of the keys that a schema allows at a path; for the message about an unknown one. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const whole = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  // Where a schema has several shapes, what any of them allows.
  const shapes = (json: JsonSchema): readonly JsonSchema[] => [
    json,
    ...(json.oneOf ?? json.anyOf ?? []).flatMap(shapes),
  ];
  const found = path.reduce<readonly JsonSchema[]>(
    (open, step) =>
      open
        .flatMap(shapes)
        .flatMap(({ items, properties }) =>
          typeof step === "number" ? (items ?? []) : (properties?.[String(step)] ?? []),
        ),
    [whole],
  );
  return [...new Set(found.flatMap(shapes).flatMap((each) => Object.keys(each.properties ?? {})))];
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** Checks everything a stack says, and reports everything that is wrong at once. Pure. */
export function parseStack(raw: RawConfig): ParseResult {
  const prefix = `${raw.project}:`;
  const own = Object.entries(raw.values).filter(([key]) => key.startsWith(prefix));
  const values = Object.fromEntries(
    own.map(([key, text]) => [key.slice(prefix.length), value(text)]),
  );
  const stackPart = Object.fromEntries(
    Object.entries(values).filter(([key]) => stackKeys.includes(key)),
  );
  const problems: ConfigProblem[] = [];
  const stack = stackSchema.safeParse(stackPart);
  if (!stack.success) {
    problems.push(...describeIssues(stack.error, prefix, stackPart, () => stackKeys));
  }
  const listed = listedSystems(values["systems"]);
  const chosen: Record<string, unknown> = {};
  listed.forEach((name, index) => {
    const system = systems[name];
    if (!system) {
      const known = Object.keys(systems);
      const near = nearest(name, known);
      problems.push({
        key: `${prefix}systems[${index}]`,
        text: `got "${name}"; allowed: ${known.join(", ")}.${near ? ` Did you mean ${near}?` : ""}`,
      });
      return;
    }
    if (name in chosen) {
      problems.push({
        key: `${prefix}systems[${index}]`,
        text: `"${name}" is listed twice; remove one.`,
      });
      return;
    }
    chosen[name] = undefined;
  });
  // A system that is configured but not listed is checked as well: its settings are there to be used.
  for (const name of Object.keys(systems)) {
    const system = systems[name];
    const given = values[name] ?? {};
    // Pulumi.yaml's default is an empty object, which configures nothing.
    const configured = JSON.stringify(given) !== "{}";
    if (!system || !(name in chosen || configured)) continue;
    const result = system.schema.safeParse(given);
    if (result.success && name in chosen) chosen[name] = result.data;
    if (!result.success) {
      problems.push(
        ...describeIssues(result.error, `${prefix}${name}`, given, (path) =>
          keysAt(system.schema, path),
        ),
      );
    }
  }
  problems.push(...namespaceProblems(prefix, chosen));
  const complete = Object.fromEntries(
    Object.entries(chosen).filter(([, each]) => each !== undefined),
  );
  const declarations = declaredSecrets(complete);
  problems.push(...unknownKeys(raw, values, declarations));
  if (problems.length === 0 && stack.success) {
    const missing = [
      ...inClearProblems(raw, stack.data, declarations),
      ...secretProblems(raw, stack.data, declarations),
      ...remoteRefProblems(raw, stack.data, declarations),
    ];
    if (missing.length === 0) {
      return { parsed: { settings: stack.data, systems: complete, declarations }, problems: [] };
    }
    problems.push(...missing);
  }
  return { parsed: undefined, problems };
}

function listedSystems(given: unknown): string[] {
  return Array.isArray(given) ? given.filter((name) => typeof name === "string") : [];
}

function namespaceProblems(
  prefix: string,
  chosen: Readonly<Record<string, unknown>>,
): ConfigProblem[] {
  const owners = new Map<string, string>();
  const all = Object.entries(chosen).flatMap(([name, settings]) =>
    settings === undefined
      ? []
      : Object.entries(namespacesOf(name, settings)).map(
          ([path, each]) => [name, path, each] as const,
        ),
  );
  return all.flatMap(([name, path, namespace]): ConfigProblem[] => {
    const owner = owners.get(namespace);
    owners.set(namespace, name);
    if (owner === undefined) return [];
    const key = `${prefix}${name}.${path}`;
    return [{ key, text: `got "${namespace}", which ${owner} has already; give each its own.` }];
  });
}

function namespacesOf(name: string, settings: unknown): Readonly<Record<string, string>> {
  const several = systems[name]?.namespaces?.(settings);
  if (several) return several;
  const { namespace } = settings as { namespace?: string };
  return namespace === undefined ? {} : { namespace };
}

function unknownKeys(
  raw: RawConfig,
  values: Readonly<Record<string, unknown>>,
  declarations: readonly SecretDeclaration[],
): ConfigProblem[] {
  const names = Object.keys(systems);
  const known = [...stackKeys, ...names, ...declarations.map(({ key }) => key)];
  // A secret of a system that the stack does not run at the moment is no mistake.
  const ofASystem = (key: string): boolean =>
    names.some((name) => key.startsWith(name)) &&
    (raw.isSecret(`${raw.project}:${key}`) || isSealed(String(values[key])));
  return Object.keys(values)
    .filter((key) => !known.includes(key) && !ofASystem(key))
    .map((key) => unknownKey(`${raw.project}:${key}`, key, known));
}

/** Places in the store for secrets that there are not. */
function remoteRefProblems(
  { project }: RawConfig,
  { secretStore }: StackSettings,
  declarations: readonly SecretDeclaration[],
): ConfigProblem[] {
  const known = declarations
    .map(({ key }) => key)
    .filter((key) => key !== digestKeyDeclaration.key);
  return Object.keys(secretStore.remoteRefs)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      key: `${project}:secretStore.remoteRefs.${key}`,
      text: `no secret of this stack; allowed: ${known.join(", ")}. Else remove it.`,
    }));
}

/** Something would be given a key made of nothing, or of a placeholder that everybody can read. */
function inClearProblems(
  { project, stack }: RawConfig,
  { secretsMode }: StackSettings,
  declarations: readonly SecretDeclaration[],
): ConfigProblem[] {
  return Object.entries(unknownInClear(secretsMode, declarations)).map(([setting, keys]) => ({
    key: `${project}:${setting}`,
    text:
      `takes ${keys.join(", ")} in clear, which only the cluster knows with secretsMode ${secretsMode}. ` +
      `Set it to false, or ${project}:secretsMode to config and run: npm run secrets -- --stack ${stack}`,
  }));
}

function secretProblems(
  raw: RawConfig,
  { secretsMode }: StackSettings,
  declarations: readonly SecretDeclaration[],
): ConfigProblem[] {
  const npm = `npm run secrets -- --stack ${raw.stack}`;
  const must = storedSecrets(secretsMode, declarations);
  return declarations.flatMap((declaration): ConfigProblem[] => {
    const { key: name, kind, usedIn, optional } = declaration;
    const key = `${raw.project}:${name}`;
    const given = raw.values[key];
    if (given === undefined) {
      if (optional === true || !must.includes(declaration)) return [];
      const command = kind === "user" ? `${npm} --set ${name}` : npm;
      return [{ key, text: `secret is missing (${usedIn}). Run: ${command}` }];
    }
    const mend = `Run: ${npm} ${kind === "user" ? "--set" : "--rotate"} ${name}`;
    if (secretsMode === "sealed" && must.includes(declaration)) {
      const what = "is not sealed for the cluster, as secretsMode sealed needs it";
      return isSealed(given) ? [] : [{ key, text: `${what} (${usedIn}). ${mend}` }];
    }
    if (raw.isSecret(key)) {
      const flaw = formatFlawOf(declaration, given);
      return flaw === undefined ? [] : [{ key, text: `${flaw} (${usedIn}). ${mend}` }];
    }
    return [
      { key, text: `stands in plain text in the file and must be considered known. ${mend}` },
    ];
  });
}
