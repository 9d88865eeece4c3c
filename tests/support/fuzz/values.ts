import fc, { type Arbitrary } from "fast-check";
import type { JsonSchema as Documented } from "../../../tools/docs/reference";

/** What a setting's JSON schema says about its values. */
export interface JsonSchema extends Documented {
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly propertyNames?: JsonSchema;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** Texts that are legal somewhere, and that careless code trips over. */
const odd: readonly string[] = [
  ...["", " ", "-", ".", "..", "*", "%s", "$(HOME)", "${HOME}", "$$", "{{ .Values.a }}", "--help"],
  ...['"', "'", "`", "\\", "a\nb", "a\tb", "\r\n", "\u0000", "\u001b[31m", "\ufeff", " a ", "a b"],
  ...["true", "no", "null", "0", "1e3", "08", "~", "[a]", "{a: 1}", "# a", "a: b", "a=b", "a,b"],
  ...["ä", "日本語", "🚀", "\u202eabc", "e\u0301", "\ud800", "I\u0307", "ß"],
  ...["/", "//", "/a/../b", "/a//b", "/a/.", "a/b", "a:b", "/a:b", "a@b", "::1", "http://[::1]:1"],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "A",
    "a.b",
    "a_b",
    "-a",
    "a-",
    "9",
    "a..b",
    "default",
  ],
  ...[63, 64, 253, 254, 1024, 5000].map((length) => "a".repeat(length)),
];

/** Keys that no schema has. */
export const oddKeys = ["", "__proto__", "constructor", "toString", "a.b", "[0]", "ä", "a\nb"];

const insert = (text: string, index: number, piece: string): string => {
  const place = text.length === 0 ? 0 : index % (text.length + 1);
  return text.slice(0, place) + piece + text.slice(place);
};

/** An example with something put in, taken out, repeated or in capitals. */
const edited = (examples: readonly string[]): Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...examples), fc.nat(80), fc.constantFrom(...odd), fc.nat(4))
    .map(([text, index, piece, how]) => {
      if (how === 0) return text.slice(0, index) + text.slice(index + 1);
      if (how === 1) return text.toUpperCase();
      if (how === 2) return text.repeat(1 + (index % 30));
      return insert(text, index, piece);
    });

/** Texts, most of which the schema allows. */
function texts(schema: JsonSchema): Arbitrary<unknown> {
  const { examples = [], default: usual, pattern, format } = schema;
  const samples = [...examples, ...(typeof usual === "string" ? [usual] : [])].map(String);
  // Zod writes the pattern of an email address too; a URL has none.
  const kinds: Arbitrary<string>[] = [];
  if (pattern !== undefined) {
    const match = fc.stringMatching(new RegExp(pattern), { size: "small" });
    kinds.push(
      match,
      fc.tuple(match, fc.integer({ min: 2, max: 30 })).map(([text, times]) => text.repeat(times)),
    );
  }
  if (format === "uri") samples.push("https://app.example.org/");
  if (samples.length > 0) kinds.push(fc.constantFrom(...samples), edited(samples));
  return kinds.length > 0
    ? fc.oneof(...kinds, { arbitrary: fc.constantFrom(...odd), weight: 1 })
    : fc.oneof(fc.constantFrom(...odd), fc.string({ unit: "grapheme", maxLength: 40 }));
}

const safe = (bound: number | undefined, otherwise: number): number => bound ?? otherwise;

function numbers({ minimum, maximum, default: usual, type }: JsonSchema): Arbitrary<unknown> {
  const min = safe(minimum, Number.MIN_SAFE_INTEGER);
  const max = safe(maximum, Number.MAX_SAFE_INTEGER);
  const limits = [min, max, ...(typeof usual === "number" ? [usual] : [])];
  const whole = fc.oneof(
    fc.constantFrom(...limits),
    fc.integer({ min, max: Math.min(max, min + 10) }),
  );
  return type === "integer" ? whole : fc.oneof(whole, fc.constantFrom(0.5, 1e21, -1e-7));
}

/** The options of a schema that has several. */
export const optionsOf = ({ oneOf, anyOf }: JsonSchema): readonly JsonSchema[] | undefined =>
  oneOf ?? anyOf;

/** A map's own schema for its values. */
export const entriesOf = ({ additionalProperties: values }: JsonSchema): JsonSchema | undefined =>
  typeof values === "object" ? values : undefined;

/** Values of a setting, at its limits and odd; most of them right. */
export function values(schema: JsonSchema): Arbitrary<unknown> {
  const { const: only, enum: allowed, properties, items } = schema;
  if (only !== undefined) return fc.constant(only);
  if (allowed) return fc.constantFrom(...allowed);
  const options = optionsOf(schema);
  if (options) return fc.oneof(...options.map(values));
  if (properties) {
    const model = Object.fromEntries(
      Object.entries(properties).map(([key, inner]) => [key, values(inner)]),
    );
    const requiredKeys = [...(schema.required ?? [])];
    return fc.record(model, { requiredKeys, noNullPrototype: true });
  }
  if (items) return fc.array(values(items), { minLength: schema.minItems ?? 0, maxLength: 3 });
  const entries = entriesOf(schema);
  if (entries) {
    const keys = texts(schema.propertyNames ?? {}) as Arbitrary<string>;
    return fc.dictionary(keys, values(entries), { maxKeys: 3, noNullPrototype: true });
  }
  switch (schema.type) {
    case "string":
      return texts(schema);
    case "integer":
    case "number":
      return numbers(schema);
    case "boolean":
      return fc.boolean();
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Values that are hardly ever right: of another type, or just outside the limits. */
export function brokenValues({ minimum, maximum }: JsonSchema): Arbitrary<unknown> {
  const outside = [
    ...(minimum === undefined ? [] : [minimum - 1]),
    ...(maximum === undefined ? [] : [maximum + 1]),
  ];
  const others = [null, true, -1, 1.5, 2 ** 53, "", "x", [], {}, [null], [[]], { a: 1 }];
  return fc.oneof(
    fc.constantFrom<unknown>(...outside, ...others),
    fc.constantFrom(...oddKeys).map((key) => JSON.parse(`{${JSON.stringify(key)}: 1}`) as unknown),
    fc.constantFrom(...odd),
  );
}
