import assert from "node:assert/strict";
import { at, isJson, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { declaredSecrets, secretNamespaces } from "../../../stack/secrets";
import type { SecretDeclaration } from "../../../config/secretDeclaration";
import { seal, sealingKey } from "../../../lib/seal";
import { placeholder, uriEncoded } from "../../../lib/secretText";
import { systems } from "../../../systems";
import { fillIn } from "../../support/goTemplate";
import { certificate, unseal } from "../../support/sealing";
import { canary, collectStack, fitting } from "../../support/stacks";
import { systemCases } from "../../support/systems";

/** Texts of Secrets by key, by the Secret's namespace, name and type. */
type Contents = Readonly<Record<string, Readonly<Record<string, string>>>>;

const prefix = "lab/";
const today = new Date("2026-12-01");

interface Modes {
  readonly declarations: readonly SecretDeclaration[];
  readonly values: Readonly<Record<string, string>>;
  readonly namespaces: Readonly<Record<string, string>>;
  readonly render: (mode: string, more?: Record<string, string>) => Promise<readonly KubeObject[]>;
}

/** One system with good settings, in a stack of any mode. */
function modesOf(name: string): Modes {
  const good = systemCases[name]?.good;
  const settings = systems[name]?.schema.parse(good);
  const declarations = declaredSecrets({ [name]: settings }).filter(
    ({ key }) => key !== "digestKey",
  );
  return {
    declarations,
    namespaces: secretNamespaces({ [name]: settings }),
    values: Object.fromEntries(declarations.map((it) => [it.key, fitting(it, canary(it.key))])),
    render: async (mode, more = {}) => {
      const { objects } = await collectStack("dev", {
        "stackberth:systems": JSON.stringify([name]),
        [`stackberth:${name}`]: JSON.stringify(good),
        "stackberth:secretsMode": mode,
        ...more,
      });
      return objects;
    },
  };
}

const placeOf = ({ metadata }: KubeObject, type: string): string =>
  `${metadata.namespace} ${metadata.name} ${type}`;

function ofKind(
  objects: readonly KubeObject[],
  kind: string,
  read: (object: KubeObject) => readonly [type: string, texts: Readonly<Record<string, string>>],
): Contents {
  const entries = objects
    .filter((it) => it.kind === kind)
    .map((it) => {
      const [type, texts] = read(it);
      return [placeOf(it, type || "Opaque"), texts] as const;
    });
  return Object.fromEntries(entries);
}

const texts = (value: unknown): Record<string, string> =>
  (isJson(value) ? value : {}) as Record<string, string>;

const plain = (objects: readonly KubeObject[]): Contents =>
  ofKind(objects, "Secret", (it) => [textAt(it, "type"), texts(it["stringData"])]);

/** What the External Secrets operator would make of the store's values. */
const brought = (
  objects: readonly KubeObject[],
  store: Readonly<Record<string, string>>,
): Contents =>
  ofKind(objects, "ExternalSecret", (it) => {
    const values = listAt(it, "spec", "data").map((each) => {
      const value = store[textAt(each, "remoteRef", "key")];
      assert.ok(value !== undefined, `the store has no ${JSON.stringify(each)}`);
      return [textAt(each, "secretKey"), value] as const;
    });
    const template = at(it, "spec", "target", "template");
    assert.equal(textAt(it, "spec", "target", "name"), it.metadata.name);
    return [
      textAt(template, "type"),
      filled(texts(at(template, "data")), Object.fromEntries(values)),
    ];
  });

/** What the Sealed Secrets controller would make of them. */
const unsealed = (objects: readonly KubeObject[]): Contents =>
  ofKind(objects, "SealedSecret", (it) => {
    const sealed = Object.entries(texts(at(it, "spec", "encryptedData")));
    const values = Object.fromEntries(
      sealed.map(([key, text]) => [key, unseal(it.metadata.namespace ?? "", text)]),
    );
    const template = at(it, "spec", "template");
    return [
      textAt(template, "type"),
      { ...values, ...filled(texts(at(template, "data")), values) },
    ];
  });

const filled = (
  templates: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(templates).map(([key, template]) => [key, fillIn(template, values)]),
  );

/** Objects in which something is yet to be filled in, by nobody. */
const leftOver = (objects: readonly KubeObject[]): KubeObject[] =>
  objects.filter((it) => /<<(secret|uri|base64|json):/.test(JSON.stringify(it)));

it("objects in which nobody fills in a secret would be found out", () => {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
  const broken = { ...object, data: { url: `redis://:${uriEncoded(placeholder("key"))}@redis` } };
  assert.deepEqual(leftOver([object, broken]), [broken]);
});

for (const name of Object.keys(systems)) {
  describe(`the Secrets of ${name}`, () => {
    const { declarations, values, namespaces, render } = modesOf(name);
    let expected: Contents = {};
    before(async () => {
      expected = plain(await render("config"));
      assert.ok(Object.keys(expected).length > 0);
    });

    it("are the same when the External Secrets operator brings them", async () => {
      const optional = declarations.filter((it) => it.optional === true).map(({ key }) => key);
      const remoteRefs = Object.fromEntries(optional.map((key) => [key, { key: `mine/${key}` }]));
      const objects = await render("external", {
        "stackberth:secretStore": JSON.stringify({ name: "vault", keyPrefix: prefix, remoteRefs }),
      });
      const store = Object.entries(values).map(([key, value]) => [
        optional.includes(key) ? `mine/${key}` : `${prefix}${key}`,
        value,
      ]);
      const found = brought(objects, Object.fromEntries(store) as Record<string, string>);
      assert.deepEqual(found, expected);
      assert.deepEqual(plain(objects), {});
      assert.deepEqual(leftOver(objects), []);
      assert.ok(!JSON.stringify(objects).includes("canary"));
    });

    it("are the same, and a key more where they are composed, when they are sealed", async () => {
      const key = sealingKey(certificate, today);
      const sealed = Object.entries(values).map(([of, value]) => [
        `stackberth:${of}`,
        seal(key, namespaces[of] ?? "", value),
      ]);
      const objects = await render("sealed", Object.fromEntries(sealed) as Record<string, string>);
      const found = unsealed(objects);
      assert.deepEqual(Object.keys(found), Object.keys(expected));
      for (const [place, wanted] of Object.entries(expected)) {
        const { ...rest } = found[place];
        for (const [of, text] of Object.entries(wanted)) assert.equal(rest[of], text, of);
        const more = Object.keys(rest).filter((of) => !(of in wanted));
        assert.deepEqual(
          more.filter((of) => !(of in values)),
          [],
        );
      }
      assert.deepEqual(plain(objects), {});
      assert.deepEqual(leftOver(objects), []);
      assert.ok(!JSON.stringify(objects).includes("canary"));
    });

    it("are left to somebody else, by the same names", async () => {
      const objects = await render("existing");
      assert.deepEqual(plain(objects), {});
      assert.ok(!JSON.stringify(objects).includes("canary"));
      const configured = await render("config");
      const used = (of: readonly KubeObject[]): unknown[] =>
        of
          .flatMap((it) => [...JSON.stringify(it).matchAll(/"secretKeyRef":(\{[^}]*\})/g)])
          .map(([, reference]) => reference)
          .sort();
      assert.deepEqual(used(objects), used(configured));
    });

    it("need no optional secret of a store that has none", async () => {
      const objects = await render("external", {
        "stackberth:secretStore": JSON.stringify({ name: "vault" }),
      });
      const asked = objects
        .filter(({ kind }) => kind === "ExternalSecret")
        .flatMap((it) => listAt(it, "spec", "data"))
        .map((each) => textAt(each, "secretKey"));
      const needed = declarations.filter((it) => it.optional !== true).map(({ key }) => key);
      assert.deepEqual([...new Set(asked)].sort(), needed.sort());
    });
  });
}
