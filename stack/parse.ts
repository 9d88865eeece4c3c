import { z } from "zod";
import {
  type ConfigProblem,
  describeIssues,
  keyAt,
  nearest,
  shown,
  unfitTexts,
  unknownKey,
} from "../config/problems";
import {
  digestKeyDeclaration,
  formatFlawOf,
  type SecretDeclaration,
} from "../config/secretDeclaration";
import { type StackSettings, stackSchema } from "../config/stackSettings";
import { at, isJson, listAt } from "../lib/objects";
import { broken, labelValue } from "../lib/rules";
import { isSealed } from "../lib/seal";
import { systems } from "../systems";
import { conflicts } from "./conflicts";
import { declaredSecrets, isUnseen, storedSecrets, unknownInClear } from "./secrets";

/** A stack's configuration as Pulumi passes it to a program: every value is a text. */
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

/** The parsed stack, or everything that is wrong with it. */
export type ParseResult =
  | { readonly parsed: ParsedStack; readonly problems: readonly [] }
  | { readonly parsed: undefined; readonly problems: readonly ConfigProblem[] };

const stackKeys = Object.keys(stackSchema.shape);

/** A value as Pulumi's text of it says; where the schema takes that text, it is meant as a text. */
function value(key: string, text: string): unknown {
  const schema = new Map<string, z.ZodType>(Object.entries(stackSchema.shape)).get(key);
  if (schema?.safeParse(text).success === true) return text;
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch {
    return text;
  }
}

/** The keys that a schema allows at a path, for the message about an unknown one. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const whole: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  // Where a schema has several shapes, the keys of all of them.
  const shapes = (json: unknown): readonly unknown[] => [
    json,
    ...[...listAt(json, "oneOf"), ...listAt(json, "anyOf")].flatMap(shapes),
  ];
  const found = path.reduce<readonly unknown[]>(
    (open, step) =>
      open
        .flatMap(shapes)
        .map((shape) =>
          typeof step === "number" ? at(shape, "items") : at(shape, "properties", String(step)),
        ),
    [whole],
  );
  const keys = found.flatMap(shapes).flatMap((shape) => {
    const properties = at(shape, "properties");
    return isJson(properties) ? Object.keys(properties) : [];
  });
  return [...new Set(keys)];
}

/** A part of the configuration, as far as it is right, and what is wrong with it. */
interface Checked<Value> {
  readonly value: Value;
  readonly problems: readonly ConfigProblem[];
}

/** Checks everything a stack says, and reports everything that is wrong at once. Pure. */
export function parseStack(raw: RawConfig): ParseResult {
  const prefix = `${raw.project}:`;
  const values = Object.fromEntries(
    Object.entries(raw.values)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => [key.slice(prefix.length), value(key.slice(prefix.length), text)]),
  );
  const stack = parseSettings(prefix, values);
  const listed = parseListed(prefix, values["systems"]);
  const chosen = parseSystems(prefix, values, listed.value);
  const declarations = declaredSecrets(chosen.value);
  const problems = [
    ...stack.problems,
    ...listed.problems,
    ...chosen.problems,
    ...conflicts(prefix, chosen.value),
    ...(labelValue.accepts(raw.stack)
      ? []
      : [{ key: "the stack's name", text: `${broken(raw.stack, labelValue)}.` }]),
    ...secretNameProblems(prefix, stack.value, chosen.value),
    ...unfitTexts(prefix, settingsOf(values)),
    ...unknownKeys(raw, values, declarations),
  ];
  const settings = stack.value;
  // Which secrets are missing shows only once the settings are right.
  if (settings !== undefined && problems.length === 0) {
    problems.push(
      ...inClearProblems(raw, settings, declarations),
      ...secretProblems(raw, settings, declarations),
      ...remoteRefProblems(raw, settings, declarations),
    );
  }
  if (settings === undefined || problems.length > 0) return { parsed: undefined, problems };
  return { parsed: { settings, systems: chosen.value, declarations }, problems: [] };
}

type Values = Readonly<Record<string, unknown>>;

/** The values without secrets. */
const settingsOf = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([key]) => stackKeys.includes(key) || key in systems),
  );

function parseSettings(prefix: string, values: Values): Checked<StackSettings | undefined> {
  const given = Object.fromEntries(
    Object.entries(values).filter(([key]) => stackKeys.includes(key)),
  );
  const { data, error } = stackSchema.safeParse(given);
  const problems = error ? describeIssues(error, prefix, given, () => stackKeys) : [];
  return { value: data, problems };
}

/** The systems that the stack lists, each once. */
function parseListed(prefix: string, given: unknown): Checked<readonly string[]> {
  const names = Array.isArray(given) ? given.filter((name) => typeof name === "string") : [];
  const known = Object.keys(systems);
  const problems = names.flatMap((name, index): ConfigProblem[] => {
    const key = `${prefix}systems[${index}]`;
    if (names.indexOf(name) < index) {
      return [{ key, text: `"${name}" is listed twice; remove one of the two.` }];
    }
    if (known.includes(name)) return [];
    const near = nearest(name, known);
    const hint = near === undefined ? "" : ` Did you mean ${near}?`;
    return [{ key, text: `got ${shown(name)}; must be one of ${known.join(", ")}.${hint}` }];
  });
  return { value: [...new Set(names)].filter((name) => known.includes(name)), problems };
}

/** The settings of the listed systems. One that is configured but not listed is checked as well. */
function parseSystems(
  prefix: string,
  values: Values,
  listed: readonly string[],
): Checked<Readonly<Record<string, unknown>>> {
  const found = new Map<string, unknown>();
  const problems = Object.entries(systems).flatMap(([name, { schema }]): ConfigProblem[] => {
    const given = values[name] ?? {};
    // Pulumi.yaml's default is an empty object, which configures nothing.
    const isConfigured = JSON.stringify(given) !== "{}";
    if (!listed.includes(name) && !isConfigured) return [];
    const { data, error } = schema.safeParse(given);
    if (error) {
      return describeIssues(error, `${prefix}${name}`, given, (path) => keysAt(schema, path));
    }
    found.set(name, data);
    return tooBig(`${prefix}${name}`, given);
  });
  // In the order in which the stack lists them.
  const right = listed.filter((name) => found.has(name));
  return { value: Object.fromEntries(right.map((name) => [name, found.get(name)])), problems };
}

/** Secrets that the program creates need a name each. */
function secretNameProblems(
  prefix: string,
  stack: StackSettings | undefined,
  chosen: Values,
): ConfigProblem[] {
  if (stack?.secretsMode === "existing") return [];
  return Object.entries(chosen).flatMap(([system, settings]) => {
    const names = at(settings, "secretNames");
    const entries = isJson(names) ? Object.entries(names) : [];
    return entries.flatMap(([key, name], index): ConfigProblem[] => {
      const [owner] = entries.slice(0, index).find(([, other]) => other === name) ?? [];
      if (owner === undefined) return [];
      const text = `got ${shown(name)}, which secretNames.${owner} has already; write another name.`;
      return [{ key: `${prefix}${system}.secretNames.${key}`, text }];
    });
  });
}

/** The most bytes of one setting: an object of the cluster holds 1 MiB, with what the system adds. */
const maxBytes = 786432;

/** Settings that fit into no ConfigMap and no pod. */
function tooBig(key: string, given: unknown): ConfigProblem[] {
  return Object.entries(isJson(given) ? given : {}).flatMap(([name, each]) => {
    const bytes = Buffer.byteLength(JSON.stringify(each));
    const text = `is ${bytes} bytes long; must be at most ${maxBytes}, because an object in the cluster holds 1 MiB.`;
    return bytes > maxBytes ? [{ key: `${key}.${name}`, text }] : [];
  });
}

function unknownKeys(
  raw: RawConfig,
  values: Readonly<Record<string, unknown>>,
  declarations: readonly SecretDeclaration[],
): ConfigProblem[] {
  const names = Object.keys(systems);
  const known = [...stackKeys, ...names, ...declarations.map(({ key }) => key)];
  // A secret of a system that the stack does not run at the moment is allowed.
  const ofASystem = (key: string): boolean =>
    names.some((name) => key.startsWith(name)) &&
    (raw.isSecret(`${raw.project}:${key}`) || isSealed(String(values[key])));
  return Object.keys(values)
    .filter((key) => !known.includes(key) && !ofASystem(key))
    .map((key) => unknownKey(`${raw.project}:${key}`, key, known));
}

/** Entries of `remoteRefs` for secrets that the stack does not have. */
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
      key: keyAt(`${project}:`, ["secretStore", "remoteRefs", key]),
      text: `is not a secret of this stack; allowed: ${known.join(", ")}. Otherwise remove it.`,
    }));
}

/** Settings that would pass on an empty secret, or a placeholder that everybody can read. */
function inClearProblems(
  { project, stack }: RawConfig,
  { secretsMode }: StackSettings,
  declarations: readonly SecretDeclaration[],
): ConfigProblem[] {
  return Object.entries(unknownInClear(secretsMode, declarations)).map(([setting, keys]) => ({
    key: `${project}:${setting}`,
    text:
      `takes ${keys.join(", ")} in clear, but only the cluster knows them with secretsMode ${secretsMode}. ` +
      `Set it to false, or set ${project}:secretsMode to config and run: npm run secrets -- --stack ${stack}`,
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
    const fix = `Run: ${npm} ${kind === "user" ? "--set" : "--rotate"} ${name}`;
    if (secretsMode === "sealed" && must.includes(declaration)) {
      const what = "is not sealed for the cluster, as secretsMode sealed requires";
      return isSealed(given) ? [] : [{ key, text: `${what} (${usedIn}). ${fix}` }];
    }
    // Left over from another mode; nobody can read it, and nothing uses it.
    if (isSealed(given) && isUnseen(secretsMode)) return [];
    if (raw.isSecret(key)) {
      const flaw = isUnseen(secretsMode) ? undefined : formatFlawOf(declaration, given);
      return flaw === undefined ? [] : [{ key, text: `${flaw} (${usedIn}). ${fix}` }];
    }
    if (isSealed(given)) {
      const text = `is sealed for the cluster, but secretsMode ${secretsMode} needs its value (${usedIn}). ${fix}`;
      return [{ key, text }];
    }
    const way = isUnseen(secretsMode)
      ? `remove it. Run: npm run pulumi -- config rm ${name} --stack ${raw.stack}`
      : `replace it. ${fix}`;
    return [{ key, text: `is stored in plain text; consider it known to others and ${way}` }];
  });
}
