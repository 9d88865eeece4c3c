import { systemCases } from "./systems";

/** A configuration that must be refused, and the key its message must name. */
export interface BadConfig {
  readonly title: string;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly key: string;
  /** What the message must say. */
  readonly says: RegExp;
  /** How many problems the fault makes. @default 1 */
  readonly problems?: number;
}

/** One fault each, from a stack that is right. */
export const badStacks: readonly BadConfig[] = [
  {
    title: "unknown stack key",
    changes: { protctData: true },
    key: "stackberth:protctData",
    says: /did you mean protectData/,
  },
  {
    title: "unknown environment",
    changes: { environment: "production" },
    key: "stackberth:environment",
    says: /got "production"; must be one of dev, staging, review, prod/,
  },
  {
    title: "a key that is no plain name",
    changes: {
      secretsMode: "external",
      secretStore: { name: "vault", remoteRefs: { "a b": { key: 1 } } },
    },
    key: 'stackberth:secretStore.remoteRefs["a b"].key',
    says: /must be a string/,
  },
  {
    title: "a very long value",
    changes: { environment: "review", expires: "a".repeat(5000) },
    key: "stackberth:expires",
    says: /^got "a{199}… \(5002 characters\); allowed: a time/,
  },
  {
    title: "a control character",
    changes: { clusterIdentifier: "a\u0000" },
    key: "stackberth:clusterIdentifier",
    says: /has a control character or half a character; remove it/,
  },
  {
    title: "half a character",
    changes: { clusterIdentifier: "\ud800" },
    key: "stackberth:clusterIdentifier",
    says: /half a character/,
  },
  {
    title: "missing systems",
    changes: { systems: undefined },
    key: "stackberth:systems",
    says: /is missing/,
  },
  {
    title: "empty systems",
    changes: { systems: [] },
    key: "stackberth:systems",
    says: /must have at least 1 entry/,
  },
  {
    title: "systems as text",
    changes: { systems: "openms" },
    key: "stackberth:systems",
    says: /must be a list/,
  },
  {
    title: "unknown system",
    changes: { systems: ["openms", "openmz"] },
    key: "stackberth:systems[1]",
    says: /Did you mean openms/,
  },
  {
    title: "system listed twice",
    changes: { systems: ["openms", "openms"] },
    key: "stackberth:systems[1]",
    says: /listed twice/,
  },
  {
    title: "an expiry that is not a time",
    changes: { environment: "review", expires: "tomorrow" },
    key: "stackberth:expires",
    says: /a time in UTC/,
  },
  {
    title: "an expiry of a dev stack",
    changes: { expires: "2026-12-31T12:00:00Z" },
    key: "stackberth:expires",
    says: /allowed: only for environment review, not dev; remove it/,
  },
  {
    title: "unknown secrets mode",
    changes: { secretsMode: "vault" },
    key: "stackberth:secretsMode",
    says: /config, generated, existing, external, sealed/,
  },
  {
    title: "generated secrets in prod",
    changes: { environment: "prod", secretsMode: "generated" },
    key: "stackberth:secretsMode",
    says: /config, existing, external or sealed with environment prod/,
  },
  {
    title: "external secrets without their store",
    changes: { secretsMode: "external" },
    key: "stackberth:secretStore.name",
    says: /the name of a store/,
  },
  {
    title: "an unused store",
    changes: { secretStore: { name: "vault" } },
    key: "stackberth:secretStore.name",
    says: /allowed: only with secretsMode external; remove it/,
  },
  {
    title: "a store of an unknown kind",
    changes: { secretsMode: "external", secretStore: { name: "vault", kind: "Vault" } },
    key: "stackberth:secretStore.kind",
    says: /must be one of ClusterSecretStore, SecretStore/,
  },
  {
    title: "a refresh interval in words",
    changes: { secretsMode: "external", secretStore: { name: "vault", refreshInterval: "hourly" } },
    key: "stackberth:secretStore.refreshInterval",
    says: /1h or 30m/,
  },
  {
    title: "a remoteRef for an unknown secret",
    changes: {
      secretsMode: "external",
      secretStore: { name: "vault", remoteRefs: { openmsPassword: { key: "x" } } },
    },
    key: "stackberth:secretStore.remoteRefs.openmsPassword",
    says: /is not a secret of this stack; allowed: openmsRedisPassword/,
  },
  {
    title: "an unused certificate",
    changes: { sealingCertificate: "-----BEGIN CERTIFICATE-----" },
    key: "stackberth:sealingCertificate",
    says: /allowed: only with secretsMode sealed; remove it/,
  },
  {
    title: "protectData as text",
    changes: { protectData: "yes" },
    key: "stackberth:protectData",
    says: /got "yes"; must be a boolean/,
  },
  {
    title: "deadline of zero",
    changes: { deadlineSeconds: 0 },
    key: "stackberth:deadlineSeconds",
    says: /got 0; must be at least 1\.$/,
  },
  {
    title: "deadline in words",
    changes: { deadlineSeconds: "5m" },
    key: "stackberth:deadlineSeconds",
    says: /must be a number/,
  },
  {
    title: "deadline with a fraction",
    changes: { deadlineSeconds: 1.5 },
    key: "stackberth:deadlineSeconds",
    says: /must be a whole number/,
  },
  {
    title: "a resolver that is no range of addresses",
    changes: { dns: { addresses: ["169.254.20"] } },
    key: "stackberth:dns.addresses[0]",
    says: /"169\.254\.20" is not a range of addresses/,
  },
  {
    title: "missing secret",
    changes: { openmsRedisPassword: undefined },
    key: "stackberth:openmsRedisPassword",
    says: /npm run secrets -- --stack dev/,
  },
  {
    title: "missing digest key",
    changes: { digestKey: undefined },
    key: "stackberth:digestKey",
    says: /npm run secrets/,
  },
];

/** The faults of every system, as those of whole stacks. */
const badSystems: readonly BadConfig[] = Object.entries(systemCases).flatMap(
  ([name, { good, bad }]) =>
    bad.map(({ changes, key, ...rest }) => ({
      ...rest,
      title: `${name}: ${rest.title}`,
      changes: { systems: [name], [name]: { ...good, ...changes } },
      key: `stackberth:${name}.${key}`,
    })),
);

export const badConfigs = [...badStacks, ...badSystems];
