import type { Policies } from "@pulumi/policy";
import { describe, isJson, type KubeObject, textAt } from "../lib/objects";
import { appliesIn, type Rule } from "./rule";

/** Stands for what is known only once a deployment runs: a field that has it is set. */
export const unknown = "[unknown]";

/** A rule in the form of Pulumi's engine. */
export function policyOf(rule: Rule, environment: string): Policies[number] {
  const { name, description, isAdvice = false } = rule;
  const named = {
    name,
    description,
    enforcementLevel: isAdvice ? "advisory" : "mandatory",
  } as const;
  const applies = appliesIn(rule, environment);
  if ("check" in rule) {
    return {
      ...named,
      validateResource: ({ props, type }, report) => {
        const object = applies ? objectOf(type, props) : undefined;
        if (object === undefined) return;
        for (const problem of rule.check(object)) report(`${describe(object)}: ${problem}`);
      },
    };
  }
  return {
    ...named,
    validateStack: ({ resources }, report) => {
      if (!applies) return;
      const urns = new Map(
        resources.flatMap(({ type, props, urn }): [KubeObject, string][] => {
          const object = objectOf(type, props);
          return object === undefined ? [] : [[object, urn]];
        }),
      );
      for (const { object, problem } of rule.checkAll([...urns.keys()])) {
        report(`${describe(object)}: ${problem}`, urns.get(object));
      }
    },
  };
}

/** The object that a resource is; undefined for a provider, a component or a part of an object. */
function objectOf(type: string, props: unknown): KubeObject | undefined {
  if (!type.startsWith("kubernetes:") || type.endsWith("Patch")) return undefined;
  const object = known(props);
  return textAt(object, "kind") === "" ? undefined : (object as KubeObject);
}

/** A plain copy: reading an unknown value of the engine's throws. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((_, index) => knownAt(value, index));
  if (!isJson(value)) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, knownAt(value, key)]));
}

function knownAt(value: object, key: string | number): unknown {
  let inner: unknown;
  try {
    inner = Reflect.get(value, key);
  } catch {
    return unknown;
  }
  return known(inner);
}
