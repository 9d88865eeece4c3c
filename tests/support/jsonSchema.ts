import { isJson } from "../../lib/objects";

/** The part of JSON Schema that Kubernetes' types are written in. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
}

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

/**
 * What is wrong with a value, with its path. Stricter than JSON Schema: where properties are listed,
 * others are wrong, as they are for an API server.
 */
export function schemaProblems(
  value: unknown,
  schema: Schema,
  definitions: Readonly<Record<string, Schema>>,
  path = "",
): string[] {
  const inner = (each: unknown, of: Schema, at: string): string[] =>
    schemaProblems(each, of, definitions, at);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/definitions/", "");
    const target = definitions[name];
    return target ? inner(value, target, path) : [`${path}: no definition ${name}`];
  }
  const found = typeOf(value);
  const allowed = schema.type === undefined ? [] : [schema.type].flat();
  const types = allowed.map((type) => (type === "integer" ? "number" : type));
  if (types.length > 0 && !types.includes(found)) {
    return [`${path}: ${found}, not ${allowed.join(" or ")}`];
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: none of the allowed values`];
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((each, index) => inner(each, items, `${path}[${index}]`)) : [];
  }
  if (!isJson(value)) return [];
  const { properties, additionalProperties: others } = schema;
  const missing = (schema.required ?? []).filter((key) => !(key in value));
  return [
    ...missing.map((key) => `${path}.${key}: missing`),
    ...Object.entries(value).flatMap(([key, each]) => {
      const at = `${path}.${key}`;
      const known = properties?.[key] ?? (typeof others === "object" ? others : undefined);
      if (known) return inner(each, known, at);
      return properties && others !== true ? [`${at}: unknown`] : [];
    }),
  ];
}
