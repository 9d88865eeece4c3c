import { z } from "zod";
import { usualDns } from "../lib/dns";
import { objectName } from "../lib/rules";
import { cidr, deadline, objectName as name, port } from "./fields";

/** Environments with lasting data: their secrets must outlive the state. */
const lasting: readonly string[] = ["prod"];

/** Environments that anybody may remove once they have expired. */
const throwAway: readonly string[] = ["review"];

const isTime = (text: string): boolean => z.iso.datetime().safeParse(text).success;

const remoteRef = z.strictObject({
  key: z.string().min(1).describe("its name in the store"),
  property: z.string().min(1).optional().describe("one of several values under that name"),
});

const secretStore = z.strictObject({
  name: z
    .string()
    .refine((name) => name === "" || objectName.accepts(name), {
      error: objectName.write,
      params: { what: objectName.what },
    })
    .default("")
    .describe("the name of the External Secrets store, with secretsMode external"),
  kind: z
    .enum(["ClusterSecretStore", "SecretStore"])
    .default("ClusterSecretStore")
    .describe("a SecretStore must be in the namespace of each system"),
  refreshInterval: z
    .string()
    .regex(/^(\d+(h|m|s))+$/, { error: "a duration, for example 1h or 30m" })
    .default("1h")
    .describe("how often the operator looks for a new value"),
  keyPrefix: z
    .string()
    .default("")
    .describe("prefix of a secret's key in the store, for example stackberth/prod/"),
  remoteRefs: z
    .record(z.string(), remoteRef)
    .default({})
    .describe(
      "other places in the store, by the secret's key: `key` and, if it holds several values, `property`; an optional secret is read only if it is listed here",
    ),
});

const dns = z.strictObject({
  namespace: name
    .default(usualDns.namespace)
    .describe("the namespace of the DNS pods; OpenShift: openshift-dns"),
  port: port
    .default(usualDns.port)
    .describe("the port on which those pods listen; OpenShift: 5353"),
  addresses: z
    .array(cidr)
    .default([...usualDns.addresses])
    .describe(
      "resolvers that are no such pods, at port 53; the default is NodeLocal DNSCache, Cloud DNS for GKE has 169.254.169.254/32",
    ),
});

/** The settings of a stack itself. */
export const stackSchema = z
  .strictObject({
    environment: z
      .enum(["dev", "staging", "review", "prod"])
      .default("dev")
      .describe("what the stack is for; generated secrets are refused in prod"),
    systems: z
      .array(z.string())
      .min(1)
      .describe(
        "the systems that this stack runs, by name, in the order in which they are deployed; each has its settings under its own key",
      ),
    secretsMode: z
      .enum(["config", "generated", "existing", "external", "sealed"])
      .default("config")
      .describe(
        "config: encrypted in the stack's file; generated: at the first deployment; existing, external, sealed: by the cluster; see docs/operations.md#secrets",
      ),
    secretStore: secretStore.prefault({}).describe("where secretsMode external finds secrets"),
    sealingCertificate: z
      .string()
      .default("")
      .describe(
        "the certificate that `npm run secrets` seals with, with secretsMode sealed; `kubeseal --fetch-cert` prints it",
      ),
    protectData: z
      .boolean()
      .default(true)
      .describe(
        "keep volumes and their namespaces when the stack is removed; refuse to replace them",
      ),
    deadlineSeconds: deadline
      .default(300)
      .describe(
        "how long a workload may take to become ready before the deployment fails; each pod of a StatefulSet has as long, since they are updated one after the other",
      ),
    dns: dns.prefault({}).describe("where pods may ask for names; see docs/operations.md#dns"),
    clusterIdentifier: z
      .string()
      .default("")
      .describe("change it when the stack moves to another cluster; empty: the stack's name"),
    expires: z
      .string()
      .refine((text) => text === "" || isTime(text), {
        error: "a time in UTC, for example 2026-12-31T12:00:00Z",
      })
      .default("")
      .describe(
        "the time in UTC after which `npm run review -- sweep` removes a review stack; empty: never",
      ),
  })
  .superRefine((settings, context) => {
    const refuse = (path: string[], message: string, input: unknown): void => {
      context.addIssue({ code: "custom", path, message, input });
    };
    const { environment, secretsMode, secretStore: store, sealingCertificate, expires } = settings;
    if (expires !== "" && !throwAway.includes(environment)) {
      const allowed = `only for environment ${throwAway.join(", ")}, not ${environment}; remove it`;
      refuse(["expires"], allowed, expires);
    }
    if (secretsMode === "generated" && lasting.includes(environment)) {
      const allowed = `config, existing, external or sealed with environment ${environment}`;
      refuse(["secretsMode"], allowed, secretsMode);
    }
    if (secretsMode === "external" && store.name === "") {
      refuse(
        ["secretStore", "name"],
        "the name of a store, which secretsMode external needs",
        store.name,
      );
    }
    if (secretsMode !== "external" && store.name !== "") {
      refuse(["secretStore", "name"], "only with secretsMode external; remove it", store.name);
    }
    if (secretsMode !== "sealed" && sealingCertificate !== "") {
      refuse(["sealingCertificate"], "only with secretsMode sealed; remove it", sealingCertificate);
    }
  });

export type StackSettings = z.infer<typeof stackSchema>;
