/** A Kubernetes object, as JSON. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubeMetadata;
  readonly [field: string]: unknown;
}

/** The metadata fields that this program reads. */
interface KubeMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly { readonly uid: string; readonly kind: string }[];
  readonly managedFields?: readonly { readonly manager?: string }[];
  readonly [field: string]: unknown;
}

/** Any JSON object, for reading fields whose shape depends on the kind. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object, not a list. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path, or undefined where the path ends early. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner) && typeof step === "number") return (inner as unknown[])[step];
    return isJson(inner) ? inner[step] : undefined;
  }, value);
}

/** The number at a path, else 0: Kubernetes leaves zero counts out. */
export function countAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : 0;
}

/** The text at a path, else an empty one. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The list of objects at a path, else an empty one. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isJson) : [];
}

/** Kinds that the cluster creates. The program only adds labels to them and removes those again. */
const borrowed = new Set(["Node"]);

/** Whether the program only ever patches such an object. */
export function isBorrowed({ kind }: KubeObject): boolean {
  return borrowed.has(kind);
}

/** `Kind namespace/name`, as printed. */
export function describe({ kind, metadata }: KubeObject): string {
  const { namespace, name } = metadata;
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** Identifies an object in the cluster, whatever version of its API group is used. */
export function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return [group, kind, metadata.namespace ?? "", metadata.name].join("|");
}

/** Objects by what identifies them; of several alike the last. */
export function byKey<T extends KubeObject>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

/** The value of an annotation, if the object has it. */
export function annotation(object: KubeObject, name: string): string | undefined {
  return object.metadata.annotations?.[name];
}

/** A copy whose secret contents are the text `[secret]`. */
export function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== "Secret") return object;
  const hidden = ["data", "stringData"].flatMap((field): [string, Json][] => {
    const values = object[field];
    if (!isJson(values)) return [];
    return [[field, Object.fromEntries(Object.keys(values).map((key) => [key, "[secret]"]))]];
  });
  return { ...object, ...Object.fromEntries(hidden) };
}

/** A deep copy with the keys of every map in order, so that equal objects print equally. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJson(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
