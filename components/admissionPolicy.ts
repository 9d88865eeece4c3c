import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

/** A CEL expression that a request must satisfy, and the API server's message if it does not. */
export interface AdmissionRule {
  readonly expression: string;
  readonly message: string;
}

export interface AdmissionPolicyArgs {
  readonly namespace: Namespace;
  /** Name of the policy, prefixed with the namespace's. @default - the component's name */
  readonly name?: string;
  /** Name of the ServiceAccount whose requests are checked; others are not. */
  readonly serviceAccount: string;
  /** Resources of the core group, such as `pods`. */
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  /** At least one; a request must satisfy all of them. */
  readonly rules: readonly AdmissionRule[];
  /** `audit` allows the request, warns the client and writes to the audit log. @default deny */
  readonly action?: "deny" | "audit";
}

const actions = { deny: ["Deny"], audit: ["Warn", "Audit"] } as const;

/**
 * Restricts what a ServiceAccount may do with its RBAC rights: RBAC can allow it to create pods, but not
 * say which ones. Both objects are cluster-scoped, so their names start with the namespace's. Needs
 * Kubernetes 1.30; see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/.
 *
 * @example new AdmissionPolicy("runner-names", { namespace, serviceAccount: "backend", resources: ["pods"], operations: ["CREATE"], rules: [{ expression: 'request.name.startsWith("runner-")', message: "…" }] })
 */
export class AdmissionPolicy extends pulumi.ComponentResource {
  constructor(name: string, args: AdmissionPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, serviceAccount, resources, operations, rules, action = "deny" } = args;
    refuse(
      "AdmissionPolicy",
      problemsOf(
        [resources.length === 0, "resources", "is empty; the policy would check nothing"],
        [operations.length === 0, "operations", "is empty; the policy would check nothing"],
        [rules.length === 0, "rules", "is empty; the policy would allow everything"],
      ),
    );
    super("stackberth:components:AdmissionPolicy", name, {}, opts);
    const { plainName } = namespace;
    const metadata = {
      name: `${plainName}-${args.name ?? name}`,
      labels: { ...namespace.labels },
    };
    const account = `system:serviceaccount:${plainName}:${serviceAccount}`;
    const isAccount = `request.userInfo.username == ${JSON.stringify(account)}`;
    const requests = {
      apiGroups: [""],
      apiVersions: ["v1"],
      operations: [...operations],
      resources: [...resources],
    };
    const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
      name,
      {
        metadata,
        spec: {
          failurePolicy: "Fail",
          matchConstraints: { resourceRules: [requests] },
          matchConditions: [{ name: "its-account", expression: isAccount }],
          validations: rules.map(({ expression, message }) => ({ expression, message })),
        },
      },
      { parent: this },
    );
    new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
      `${name}-binding`,
      {
        metadata,
        spec: {
          policyName: policy.metadata.name,
          validationActions: [...actions[action]],
          matchResources: {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": plainName } },
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
