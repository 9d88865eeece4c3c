import { z } from "zod";

/** The parts of a JSON schema that the reference reads. */
export interface JsonSchema {
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: string | number | boolean | null;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Shapes that several settings share, by title; each gets its own section. */
type Shapes = Map<string, JsonSchema>;

/** A schema as users write it: keys with a default are optional. */
export const jsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;

function bounds({ minimum, maximum }: JsonSchema): string {
  // Zod bounds integers by the largest that JavaScript can represent, which is not a limit of ours.
  const real = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (real(minimum) && real(maximum)) return `, ${minimum} to ${maximum}`;
  return real(minimum) ? `, at least ${minimum}` : "";
}

/** The schema of a map's values; undefined if it is not a map. */
function valuesOf({ additionalProperties: values }: JsonSchema): JsonSchema | undefined {
  return typeof values === "object" ? values : undefined;
}

function typeOf(schema: JsonSchema): string {
  const { title, items, anyOf, const: only } = schema;
  if (title !== undefined) return `[${title}](#${title.toLowerCase()})`;
  if (only !== undefined) return String(only);
  if (schema.enum) return schema.enum.map(String).join(", ");
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(" or ");
  if (items) return `list of ${typeOf(items)}`;
  const values = valuesOf(schema);
  if (values) return `map of ${typeOf(values)}`;
  return `${schema.type ?? "any"}${bounds(schema)}`;
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (schema.default === undefined) return required ? "**required**" : "";
  return `\`${JSON.stringify(schema.default)}\``;
}

/** Turns this repository's files in a description into links from a page in `docs/settings`. */
const linked = (text: string): string =>
  text.replaceAll(
    /(?<![\w/(])(systems|docs|components)\/[\w/-]+\.md(#[\w-]+)?/g,
    (path) => `[${path}](../../${path})`,
  );

/** A line of a table, without padding, so that a changed cell does not change every line. */
export const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

const header = (first: string): string[] => [
  row(first, "type", "default", "meaning"),
  row("---", "---", "---", "---"),
];

/** One row per setting; a shape that several settings share becomes a link and is collected. */
function rows(prefix: string, schema: JsonSchema, shapes: Shapes): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]): string[] => {
    const key = `${prefix}${name}`;
    const required = schema.required?.includes(name) === true;
    const own = [
      row(`\`${key}\``, typeOf(inner), defaultOf(inner, required), linked(inner.description ?? "")),
    ];
    const values = valuesOf(inner);
    for (const shape of [inner, inner.items, values]) {
      if (shape?.title === undefined) continue;
      shapes.set(shape.title, shape);
      return own;
    }
    if (inner.properties) {
      // An object that always exists needs no line: its keys have their defaults.
      const group = required || inner.default !== undefined ? [] : own;
      return [...group, ...rows(`${key}.`, inner, shapes)];
    }
    return [
      ...own,
      ...rows(`${key}[].`, inner.items ?? {}, shapes),
      ...rows(`${key}.NAME.`, values ?? {}, shapes),
    ];
  });
}

function variantRows(schema: JsonSchema, shapes: Shapes): string[] {
  if (!schema.oneOf) return rows("", { ...schema }, shapes);
  return schema.oneOf.flatMap((option) => {
    const [tag, value] = tagOf(option);
    const { [tag]: _tag, ...properties } = option.properties ?? {};
    const title = `with \`${tag}: ${value}\``;
    return [row(title, "", "", ""), ...rows("", { ...option, properties }, shapes)];
  });
}

/** A system's settings. If they have several shapes, the rows that all shapes share come first. */
function systemRows(prefix: string, schema: JsonSchema, shapes: Shapes): string[] {
  if (!schema.oneOf) return rows(prefix, schema, shapes);
  const each = schema.oneOf.map((option) => ({ option, own: rows(prefix, option, shapes) }));
  const common = (each[0]?.own ?? []).filter((line) => each.every(({ own }) => own.includes(line)));
  return [
    ...common,
    ...each.flatMap(({ option, own }) => [
      row(`with \`${prefix}${tagOf(option).join(": ")}\``, "", "", ""),
      ...own.filter((line) => !common.includes(line) && !line.includes(`${tagOf(option)[0]}\``)),
    ]),
  ];
}

/** The discriminator of a shape, and its value. */
function tagOf({ properties = {} }: JsonSchema): readonly [string, string] {
  const [tag, value] =
    Object.entries(properties).find(([, { const: it }]) => it !== undefined) ?? [];
  return [tag ?? "", String(value?.const)];
}

/**
 * The settings of a schema as Markdown: a table of all keys, then a section for each shape that
 * several of them share.
 *
 * @param prefix - Prepended to every key, such as `stackberth:openms.`.
 */
export function settingsTables(prefix: string, schema: z.ZodType): string {
  const shapes: Shapes = new Map();
  const own = systemRows(prefix, jsonSchema(schema), shapes);
  const parts = [[...header("key"), ...own].join("\n")];
  // A shape may refer to another one: the map grows during this loop.
  for (const [title, shape] of shapes) {
    const fields = variantRows(shape, shapes);
    parts.push(`## ${title}`, [...header("field"), ...fields].join("\n"));
  }
  return parts.join("\n\n");
}
