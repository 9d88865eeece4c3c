import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";

/** A resource as the engine was asked for it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** Inputs, secrets unwrapped at every depth. */
  readonly inputs: Record<string, unknown>;
  /** Names of the top-level inputs that were marked secret, in whole or in part. */
  readonly secretInputs: readonly string[];
  /** URN of the parent; empty where there is none. */
  readonly parent: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** The URN of the resource with which it goes; empty for none. */
  readonly deletedWith: string;
}

const signature = "4dabf18193072939515e22adb298388d";

function isWrapped(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && signature in value;
}

function unwrap(value: unknown): unknown {
  if (isWrapped(value)) return unwrap(value.value);
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]));
}

function holdsSecret(value: unknown): boolean {
  if (isWrapped(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDeletedwith(): string;
}

/** What the mocks do not tell: parents and options, read off the requests themselves. */
function watchRequests(hear: (resource: string) => void): ReadonlyMap<string, Request> {
  const requests = new Map<string, Request>();
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    registerResource(request: Request, ...rest: unknown[]): unknown;
  };
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    const resource = `${request.getType()} ${request.getName()}`;
    requests.set(resource, request);
    hear(resource);
    return original(request, ...rest);
  };
  return requests;
}

/** What the mocks record and give back. */
export interface DeployOptions {
  /** Fields that the cluster would add to a resource's state. @default - none */
  readonly state?: (type: string) => object;
  /** Hears of every registration, of components too, as type and name. @default - nobody */
  readonly onRegister?: (resource: string) => void;
  /** Takes as long as the resource's creation is to take. @default - at once */
  readonly creation?: (name: string) => Promise<void>;
}

/**
 * Runs `build` under mocks that autoname, record and throw on every call, and drains them, also when
 * `build` throws.
 * @returns What was asked for, custom resources only, and what `build` returned.
 */
export async function deployed<T>(
  build: () => T,
  { state = () => ({}), onRegister = () => undefined, creation }: DeployOptions = {},
): Promise<{ readonly resources: Recorded[]; readonly result: T }> {
  const seen: Omit<Recorded, "parent" | "protect" | "retainOnDelete" | "deletedWith">[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: async (args) => {
        const raw = args.inputs as Record<string, unknown>;
        const inputs = unwrap(raw) as Record<string, unknown>;
        const secretInputs = Object.keys(raw).filter((key) => holdsSecret(raw[key]));
        // A chart is a component of the provider's own, made in its process.
        if (args.custom === true || args.type.includes(":helm.sh/")) {
          seen.push({ type: args.type, name: args.name, inputs, secretInputs });
        }
        if (args.custom === true) await creation?.(args.name);
        const metadata = { name: `${args.name}-auto`, ...(inputs["metadata"] as object) };
        return { id: `${args.name}-id`, state: { ...raw, metadata, ...state(args.type) } };
      },
      call: ({ token }) => {
        throw new Error(`unexpected call of ${token}`);
      },
    },
    "stackberth",
    "test",
    false,
  );
  const requests = watchRequests(onRegister);
  try {
    const result = build();
    await pulumi.runtime.disconnect();
    const resources = seen.map((each) => {
      const request = requests.get(`${each.type} ${each.name}`);
      assert.ok(request, `no request for ${each.type} ${each.name}`);
      return {
        ...each,
        parent: request.getParent(),
        protect: request.getProtect(),
        retainOnDelete: request.getRetainondelete(),
        deletedWith: request.getDeletedwith(),
      };
    });
    return { resources, result };
  } catch (error) {
    await pulumi.runtime.disconnect();
    throw error;
  }
}

/** The resources that `build` asks for; see `deployed`. */
export async function deploy(build: () => void): Promise<Recorded[]> {
  return (await deployed(build)).resources;
}

/** What an output holds, to assert on. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}

/** The recorded resource of a kind and name; fails if there is none or several. */
export function oneResource(
  resources: readonly Recorded[],
  kind: string,
  name?: string,
): Omit<Recorded, "inputs"> & { readonly inputs: Manifest } {
  const found = resources
    .filter(({ type }) => type.endsWith(`:${kind}`))
    .map((each) => ({ ...each, inputs: each.inputs as unknown as Manifest }))
    .filter(({ inputs }) => name === undefined || inputs.metadata.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    const all = resources.map((each) => `${each.type} ${each.name}`).join(", ");
    throw new Error(`${found.length} objects ${kind} ${name ?? ""} among ${all}`);
  }
  return first;
}

/** The one recorded object of a kind and name; fails if there is none or several. */
export function one(resources: readonly Recorded[], kind: string, name?: string): Manifest {
  return oneResource(resources, kind, name).inputs;
}

/** How many resources of a kind were asked for. */
export function count(resources: readonly Recorded[], kind: string): number {
  return resources.filter(({ type }) => type.endsWith(`:${kind}`)).length;
}

/** The value at a dotted path, list indices as numbers; undefined where the path ends early. */
export function read(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, step) => {
    const inside = typeof inner === "object" && inner !== null && step in inner;
    return inside ? (inner as Record<string, unknown>)[step] : undefined;
  }, value);
}

/** An object's manifest; what depends on the kind is read by `read`. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly spec?: unknown;
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
}
