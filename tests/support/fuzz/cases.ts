import fc, { type Arbitrary } from "fast-check";
import { parse, stringify } from "yaml";
import { jsonSchema } from "../../../tools/docs/reference";
import { stackSchema } from "../../../config/stackSettings";
import { isJson } from "../../../lib/objects";
import { systems } from "../../../systems";
import { machines } from "../mipStack";
import { fileConfig, stackNames } from "../stacks";
import { root } from "../folders";
import { systemCases } from "../systems";
import { brokenValues, entriesOf, type JsonSchema, oddKeys, optionsOf, values } from "./values";

type Step = string | number;

/** A setting with another value; undefined takes it away. */
export interface Change {
  readonly path: readonly Step[];
  readonly value: unknown;
}

/** A stack with one system, and what is changed in it. */
export interface Case {
  readonly system: string;
  /** Where its settings come from, for a person. */
  readonly base: string;
  readonly changes: readonly Change[];
  /** The settings by key, with the changes. */
  readonly settings: Readonly<Record<string, unknown>>;
}

interface Setting {
  readonly path: readonly Step[];
  readonly schema: JsonSchema;
}

/** The options of a schema that a value may be meant for. */
function shapesOf(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const options = optionsOf(schema);
  if (!options) return [schema];
  return options.filter(({ properties = {} }) =>
    Object.entries(properties).every(
      ([key, { const: only }]) => only === undefined || (isJson(value) && value[key] === only),
    ),
  );
}

/** A value with the defaults of its maps, so that there is a place for what is in them. */
function filled(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => filled(schema.items ?? {}, each));
  if (!isJson(value)) return value;
  const result: Record<string, unknown> = { ...value };
  for (const { properties = {} } of shapesOf(schema, value)) {
    for (const [key, inner] of Object.entries(properties)) {
      const found = result[key] ?? (isJson(inner.default) ? inner.default : undefined);
      if (found !== undefined) result[key] = filled(inner, found);
    }
  }
  return result;
}

/** Every setting below a value: those that it has, and those that it may have. */
function settingsIn(schema: JsonSchema, value: unknown, path: readonly Step[]): Setting[] {
  const own = path.length === 0 ? [] : [{ path, schema }];
  if (Array.isArray(value)) {
    const items = value.slice(0, 2);
    return [
      ...own,
      ...items.flatMap((each, index) => settingsIn(schema.items ?? {}, each, [...path, index])),
    ];
  }
  if (!isJson(value)) return own;
  const entries = entriesOf(schema);
  const inner = shapesOf(schema, value).flatMap(({ properties = {} }) =>
    Object.entries(properties),
  );
  const keyed = entries ? Object.keys(value).map((key) => [key, entries] as const) : [];
  return [
    ...own,
    ...[...inner, ...keyed].flatMap(([key, below]) =>
      settingsIn(below, value[key], [...path, key]),
    ),
  ];
}

/** A copy in which the value at a path is another one; the same where the path leads nowhere. */
function changed(value: unknown, [step, ...rest]: readonly Step[], to: unknown): unknown {
  if (step === undefined) return to;
  if (Array.isArray(value) && typeof step === "number") {
    return value.map((each, index) => (index === step ? changed(each, rest, to) : each) as unknown);
  }
  if (!isJson(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== step);
  const inner = changed(Object.hasOwn(value, step) ? value[step] : undefined, rest, to);
  return Object.fromEntries(inner === undefined ? entries : [...entries, [step, inner]]);
}

/** Settings from which cases start: by a name, those of a stack with one system. */
function bases(system: string): readonly (readonly [string, Record<string, unknown>])[] {
  const files = stackNames.map((stack) => {
    const plain = Object.entries(fileConfig(root, stack).config)
      .filter(([key]) => key.startsWith("stackberth:"))
      .map(([key, text]) => [key.slice("stackberth:".length), text] as const);
    const own = plain.filter(([key]) => key === system || stackKeys.includes(key));
    const settings = Object.fromEntries(
      own.map(([key, text]) => [key, text === "" ? "" : (parse(text) as unknown)]),
    );
    return [`Pulumi.${stack}.yaml`, { ...settings, systems: [system] }] as const;
  });
  const of = (settings: unknown) => ({ environment: "dev", systems: [system], [system]: settings });
  const good = [["the tests' good settings", of(systemCases[system]?.good)] as const];
  const own = of({ managedCluster: false, federations: [machines] });
  return [...files, ...good, ...(system === "mip" ? [["own machines", own] as const] : [])];
}

const stackKeys = Object.keys(stackSchema.shape);

/** How often a system is chosen: rendering MIP takes ten times as long as rendering OpenML. */
const weights: Readonly<Record<string, number>> = {
  openml: 8,
  openms: 6,
  maps: 5,
  bots: 4,
  mip: 2,
};

function grouped(settings: readonly Setting[]): readonly Setting[][] {
  const groups = new Map<string, Setting[]>();
  for (const each of settings) {
    // By the first two keys: otherwise the many fields of containers prevail.
    const key = each.path.slice(0, 2).join(".");
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

/** Where a case starts: what its system is called, and every setting that it has or may have. */
interface Start {
  readonly system: string;
  readonly base: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly groups: readonly (readonly Setting[])[];
}

function startOf(
  system: string,
  base: string,
  given: Record<string, unknown>,
  key: string | undefined,
): Start {
  const own = systems[system];
  if (own === undefined) throw new Error(`there is no system ${system}`);
  const stack = jsonSchema(stackSchema) as JsonSchema;
  const properties = { ...stack.properties, [system]: jsonSchema(own.schema) as JsonSchema };
  const schema: JsonSchema = { ...stack, properties };
  const settings = filled(schema, given) as Record<string, unknown>;
  const all = settingsIn(schema, settings, []);
  const wanted = all.filter(({ path }) => key === undefined || path.includes(key));
  return { system, base, settings, groups: grouped(wanted) };
}

/** Whether the settings are right, as far as a change concerns them. */
function isRight(
  system: string,
  settings: Readonly<Record<string, unknown>>,
  { path: [key] }: Change,
): boolean {
  // Which systems run is a case's own.
  if (key === "systems") return false;
  const { [system]: own, ...stack } = settings;
  const schema = key === system ? systems[system]?.schema : stackSchema;
  return schema?.safeParse(key === system ? own : stack).success === true;
}

function casesFrom(
  { system, base, settings, groups }: Start,
  changeOf: (setting: Setting) => Arbitrary<Change>,
  keepsRight: boolean,
): Arbitrary<Case> {
  const change = fc.oneof(...groups.map((group) => fc.oneof(...group.map(changeOf))));
  return fc.array(change, { minLength: 1, maxLength: 12 }).map((changes) => {
    let result = settings;
    const kept = changes.filter((each) => {
      const { path, value } = each;
      const next = changed(result, path, value) as Readonly<Record<string, unknown>>;
      if (keepsRight && !isRight(system, next, each)) return false;
      result = next;
      return true;
    });
    return { system, base, changes: kept, settings: result };
  });
}

const all = (
  names: readonly string[],
  changeOf: (setting: Setting) => Arbitrary<Change>,
  keepsRight: boolean,
  key?: string,
): Arbitrary<Case> =>
  fc.oneof(
    ...names.map((system) => ({
      arbitrary: fc.oneof(
        ...bases(system).map(([base, given]) =>
          casesFrom(startOf(system, base, given, key), changeOf, keepsRight),
        ),
      ),
      weight: weights[system] ?? 1,
    })),
  );

const right = ({ path, schema }: Setting): Arbitrary<Change> =>
  values(schema).map((value) => ({ path, value }));

const broken = ({ path, schema }: Setting): Arbitrary<Change> =>
  fc.oneof(
    brokenValues(schema).map((value) => ({ path, value })),
    fc.constant({ path, value: undefined }),
    fc.constantFrom(...oddKeys).map((key) => ({ path: [...path.slice(0, -1), key], value: "x" })),
  );

/**
 * Configurations that their schemas accept: a change that one refuses is left out.
 * @param key - Changes only what is at or below this key. @default - anything
 */
export const rightCases = (names = Object.keys(systems), key?: string): Arbitrary<Case> =>
  all(names, right, true, key).filter(({ changes }) => changes.length > 0);

/** Configurations of which hardly one is right. */
export const brokenCases = (names = Object.keys(systems)): Arbitrary<Case> =>
  all(names, (setting) => fc.oneof(broken(setting), right(setting)), false);

/** A case as YAML: what to change in which file. */
export function asYaml({ system, base, changes }: Case): string {
  const keyed = changes.map(({ path, value }) => {
    const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`));
    return [`stackberth:${steps.join("").slice(1)}`, value === undefined ? "(removed)" : value];
  });
  return `# ${system}, from ${base}\n${stringify(Object.fromEntries(keyed))}`;
}
