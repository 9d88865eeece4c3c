import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../../lib/errors";
import { at, isBorrowed, isJson, type Json, type KubeObject, textAt } from "../../lib/objects";

/** What the program does with each object: applies it, or only notes it. */
export type ObjectHandler = (object: KubeObject) => Promise<Json>;

/** A password of `@pulumi/random` by its resource's name; the same at every run. */
export type PasswordSource = (name: string, inputs: Json) => string;

/** What the mock resource monitor is built from. */
interface MonitorArgs {
  readonly onObject: ObjectHandler;
  readonly passwords: PasswordSource;
  /** Called with what went wrong, before the failure reaches the program. */
  readonly onFailure: (error: unknown) => void;
}

const { specialSecretSig, specialSigKey, unknownValue } = pulumi.runtime;
const needsEngine = "needs Pulumi's engine and cannot be rendered offline";

/** Answers the program's resources in the place of Pulumi's engine and its providers. */
export function createMonitor(args: MonitorArgs): pulumi.runtime.Mocks {
  let stopped = false;
  return {
    async newResource(resource) {
      if (stopped) throw new UserError(`${resource.name} was not started: another object failed`);
      try {
        return await answer(resource, args);
      } catch (error) {
        stopped = true;
        args.onFailure(error);
        throw error;
      }
    },
    call({ token }) {
      const error = new UserError(`the program calls ${token}, which ${needsEngine}`);
      args.onFailure(error);
      return Promise.reject(error);
    },
  };
}

async function answer(
  resource: pulumi.runtime.MockResourceArgs,
  { onObject, passwords }: MonitorArgs,
): Promise<pulumi.runtime.MockResourceResult> {
  const { type, name } = resource;
  const inputs = resource.inputs as Json;
  if (resource.custom === false) {
    const onlyPulumi = textAt(inputs, "onlyPulumi");
    if (onlyPulumi !== "") {
      throw new UserError(`${onlyPulumi}, which ${needsEngine}; turn the setting off`);
    }
    return { id: undefined, state: inputs };
  }
  if (type.startsWith("pulumi:providers:")) return { id: `${name}-provider`, state: inputs };
  if (type === "random:index/randomPassword:RandomPassword") {
    const plain = unwrap(inputs) as Json;
    const result = pulumi.secret(passwords(name, plain));
    return { id: "none", state: { ...plain, result } };
  }
  const object = unwrap(inputs);
  const refusal = refusalOf(resource, object);
  if (refusal !== undefined) throw new UserError(refusal);
  const state = await onObject(object as KubeObject);
  return { id: idOf(object as KubeObject), state: withSecrets(state, secretFields(inputs)) };
}

function refusalOf(
  { type, name, id }: pulumi.runtime.MockResourceArgs,
  object: unknown,
): string | undefined {
  if (!type.startsWith("kubernetes:")) return `${name} is a ${type}, which ${needsEngine}`;
  if (id !== undefined && id !== "") {
    return `${name} reads the existing ${type} ${id}, which ${needsEngine}`;
  }
  const named = [at(object, "apiVersion"), at(object, "kind")].every(
    (it) => typeof it === "string",
  );
  if (!named || (type.endsWith("Patch") && !isBorrowed(object as KubeObject))) {
    return `${name} is a ${type}, which is not a single Kubernetes object and ${needsEngine}`;
  }
  if (textAt(object, "metadata", "name") !== "") return undefined;
  return `${name} (${type}) has no metadata.name; name it: this project names every object`;
}

/** The identifier that Pulumi's provider gives an object. */
function idOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function isSecret(value: unknown): value is Json {
  return isJson(value) && value[specialSigKey] === specialSecretSig;
}

/** The value without Pulumi's wrapping of secrets; what is not known yet stays a mark. */
export function unwrap(value: unknown): unknown {
  if (isSecret(value)) return unwrap(value["value"]);
  if (Array.isArray(value)) return value.map(unwrap);
  if (!isJson(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, unwrap(inner)]));
}

function secretFields(inputs: Json): ReadonlySet<string> {
  const fields = Object.keys(inputs).filter((field) => isSecret(inputs[field]));
  // The live form of a Secret always has its contents in `data`.
  return new Set(fields.includes("stringData") ? [...fields, "data"] : fields);
}

function withSecrets(state: Json, fields: ReadonlySet<string>): Json {
  const wrapped = [...fields].filter((field) => state[field] !== undefined);
  return { ...state, ...Object.fromEntries(wrapped.map((f) => [f, pulumi.secret(state[f])])) };
}

/** Whether some part of the value is only known once other objects are live. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue || pulumi.isUnknown(value)) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isJson(value) && Object.values(value).some(hasUnknown);
}
