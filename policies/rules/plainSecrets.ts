import { at, describe, isJson, type KubeObject, listAt, textAt } from "../../lib/objects";
import { templateOf } from "../../lib/workloads";
import { containersOf, titleOf } from "../pods";
import type { Finding, StackRule } from "../rule";

/** Shorter texts, such as a port or a user, stand anywhere by chance. */
const shortest = 8;

/** Keys of a Secret that say where and who: no secrets, and needed beside one. */
const openKey = /^(host|hostname|port|database|dbname|user|username|client-id)$/;

/** Names of variables whose values are secrets. */
const secretName = /(PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY)$/i;

/** `scheme://user:password@`; what a pod fills in, such as `$(PASSWORD)`, is none. */
const credentials = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@$]+@/i;

/** Anybody who may look at an object reads its plain fields. No message holds a value. */
export const plainSecrets: StackRule = {
  name: "no-plain-secret",
  description: "No secret stands in a ConfigMap, a variable's value, an argument or an annotation.",
  checkAll: (objects) => {
    const secrets = objects.flatMap(secretsOf);
    return objects.flatMap((object) =>
      fieldsOf(object).flatMap(([path, text, name = ""]): Finding[] => {
        const found = secrets.find(({ value }) => text.includes(value));
        if (found) return [{ object, problem: `${path} holds ${found.title}` }];
        if (credentials.test(text)) {
          return [{ object, problem: `${path} holds a URL with a password` }];
        }
        if (secretName.test(name) && text !== "") {
          return [{ object, problem: `${path} holds a value; take it from a Secret by valueFrom` }];
        }
        return [];
      }),
    );
  },
};

function secretsOf(
  object: KubeObject,
): readonly { readonly title: string; readonly value: string }[] {
  if (object.kind !== "Secret") return [];
  const texts: [string, string][] = [
    ...textsAt(object, "stringData"),
    ...textsAt(object, "data").map(([key, value]): [string, string] => [
      key,
      Buffer.from(value, "base64").toString(),
    ]),
  ];
  return texts
    .filter(([key, value]) => !openKey.test(key) && value.length >= shortest)
    .map(([key, value]) => ({ value, title: `the value of key ${key} of ${describe(object)}` }));
}

function textsAt(object: unknown, ...path: readonly string[]): [string, string][] {
  const found = at(object, ...path);
  return Object.entries(isJson(found) ? found : {}).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[key, value]] : [],
  );
}

/** The plain fields of an object: path, text and, for a variable, its name. */
function fieldsOf(object: KubeObject): readonly (readonly [string, string, string?])[] {
  const data = object.kind === "ConfigMap" ? textsAt(object, "data") : [];
  const annotations = [
    ...textsAt(object, "metadata", "annotations"),
    ...textsAt(templateOf(object), "metadata", "annotations"),
  ];
  return [
    ...data.map(([key, text]) => [`data.${key}`, text] as const),
    ...annotations.map(([key, text]) => [`annotation ${key}`, text] as const),
    ...containersOf(object).flatMap((container) => [
      ...listAt(container, "env").map((each) => {
        const name = textAt(each, "name");
        return [`${titleOf(container)}: env ${name}`, textAt(each, "value"), name] as const;
      }),
      ...["command", "args"].flatMap((field) =>
        words(container[field]).map((text) => [`${titleOf(container)}: ${field}`, text] as const),
      ),
    ]),
  ];
}

const words = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
