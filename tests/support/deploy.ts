import * as pulumi from "@pulumi/pulumi";

/** A resource as the engine was asked for it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** Inputs, secrets unwrapped. */
  readonly inputs: Record<string, unknown>;
  /** Names of the top-level inputs that were marked secret. */
  readonly secretInputs: readonly string[];
}

const signature = "4dabf18193072939515e22adb298388d";

function isWrapped(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && signature in value;
}

function record(args: pulumi.runtime.MockResourceArgs): Recorded {
  const raw = args.inputs as Record<string, unknown>;
  const entries = Object.entries(raw);
  return {
    type: args.type,
    name: args.name,
    inputs: Object.fromEntries(entries.map(([key, v]) => [key, isWrapped(v) ? v.value : v])),
    secretInputs: entries.filter(([, value]) => isWrapped(value)).map(([key]) => key),
  };
}

/**
 * Runs `build` under mocks that autoname, record and throw on every call, and drains them.
 * @returns What was asked for, custom resources only, and the error that stopped it if one did.
 */
export async function deploy(build: () => void): Promise<Recorded[]> {
  const seen: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const recorded = record(args);
        if (args.custom === true) seen.push(recorded);
        const metadata = { name: `${args.name}-auto`, ...(recorded.inputs["metadata"] as object) };
        return { id: `${args.name}-id`, state: { ...args.inputs, metadata } as object };
      },
      call: ({ token }) => {
        throw new Error(`unexpected call of ${token}`);
      },
    },
    "stackberth",
    "test",
    false,
  );
  build();
  await pulumi.runtime.disconnect();
  return seen;
}

/** The one recorded object of a kind and name; fails if there is none or several. */
export function one(resources: readonly Recorded[], kind: string, name?: string): Manifest {
  const found = resources
    .filter(({ type }) => type.endsWith(`:${kind}`))
    .map(({ inputs }) => inputs as unknown as Manifest)
    .filter(({ metadata }) => name === undefined || metadata.name === name);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${found.length} objects ${kind} ${name ?? ""} among ${resources.map((r) => `${r.type} ${r.name}`).join(", ")}`);
  }
  return first;
}

/** An object's manifest, loosely typed: tests read it as a person reads YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a manifest has any shape
  readonly spec: any;
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
}
