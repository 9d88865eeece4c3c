import { z } from "zod";
import { systems } from "../../systems";
import { stackSchema } from "../../stack/stackSettings";

/** What of a JSON schema the reference reads. */
interface JsonSchema {
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

const jsonSchema = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;

function bounds({ minimum, maximum }: JsonSchema): string {
  // Zod bounds whole numbers by what JavaScript can count to; that is no limit of ours.
  const real = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (real(minimum) && real(maximum)) return `, ${minimum} to ${maximum}`;
  return real(minimum) ? `, at least ${minimum}` : "";
}

function typeOf(schema: JsonSchema): string {
  if (schema.title !== undefined) return `[${schema.title}](#${schema.title})`;
  if (schema.enum) return schema.enum.map(String).join(", ");
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  return `${schema.type ?? "any"}${bounds(schema)}`;
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (schema.default === undefined) return required ? "required" : "";
  return `\`${JSON.stringify(schema.default)}\``;
}

const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const header = (first: string): string[] => [
  row(first, "type", "default", "meaning"),
  row("---", "---", "---", "---"),
];

/** One row a setting; a shape that several settings share is a link. `shapes` collects those. */
function rows(prefix: string, schema: JsonSchema, shapes: Map<string, JsonSchema>): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]): string[] => {
    const key = `${prefix}${name}`;
    const shape = inner.items?.title === undefined ? inner : inner.items;
    if (shape.title !== undefined) shapes.set(shape.title, shape);
    else if (inner.properties) return rows(`${key}.`, inner, shapes);
    const required = schema.required?.includes(name) === true;
    return [row(`\`${key}\``, typeOf(inner), defaultOf(inner, required), inner.description ?? "")];
  });
}

function variantRows(schema: JsonSchema, shapes: Map<string, JsonSchema>): string[] {
  if (!schema.oneOf) return rows("", { ...schema }, shapes);
  return schema.oneOf.flatMap((option) => {
    const [tag, value] = tagOf(option);
    const { [tag]: _tag, ...properties } = option.properties ?? {};
    const title = `\`${tag}: ${value}\``;
    return [row(title, "", "", ""), ...rows("", { ...option, properties }, shapes)];
  });
}

/** A system's settings; where they have several shapes, first what all of these have in common. */
function systemRows(prefix: string, schema: JsonSchema, shapes: Map<string, JsonSchema>): string[] {
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

/** The field that tells a shape from the others, and its value. */
function tagOf({ properties = {} }: JsonSchema): readonly [string, string] {
  const [tag, value] =
    Object.entries(properties).find(([, { const: it }]) => it !== undefined) ?? [];
  return [tag ?? "", String(value?.const)];
}

/** The settings of the stack and of each system as Markdown, from the schemas that check them. */
export function settingsReference(): string {
  const shapes = new Map<string, JsonSchema>();
  const stack = rows("stackberth:", jsonSchema(stackSchema), shapes);
  const parts = [[`### The stack`, "", ...header("key"), ...stack].join("\n")];
  for (const [name, { schema }] of Object.entries(systems)) {
    const own = systemRows(`stackberth:${name}.`, jsonSchema(schema), shapes);
    parts.push([`### ${name}`, "", ...header("key"), ...own].join("\n"));
  }
  // A shape may lead to another: the map grows while it is walked.
  for (const [title, schema] of shapes) {
    const own = variantRows(schema, shapes);
    parts.push([`#### ${title}`, "", ...header("field"), ...own].join("\n"));
  }
  return parts.join("\n\n");
}

/** The systems as a Markdown table. */
export function systemsTable(): string {
  const lines = Object.entries(systems).map(([name, { description }]) =>
    row(`[\`${name}\`](systems/${name}/README.md)`, description),
  );
  return [row("system", "what it is"), row("---", "---"), ...lines].join("\n");
}

/** The declarations of the project's keys for Pulumi.yaml's `config:` block. */
export function projectConfig(): Record<string, Record<string, unknown>> {
  const stack = Object.entries(jsonSchema(stackSchema).properties ?? {}).map(([name, schema]) => [
    name,
    {
      type: schema.type ?? "string",
      ...(schema.items && { items: { type: schema.items.type } }),
      ...(schema.default !== undefined && { default: schema.default }),
      description: schema.description,
      secret: false,
    },
  ]);
  const ofSystems = Object.entries(systems).map(([name, { description }]) => [
    name,
    { type: "object", default: {}, description: `settings of ${description}`, secret: false },
  ]);
  return Object.fromEntries([...stack, ...ofSystems]) as Record<string, Record<string, unknown>>;
}
