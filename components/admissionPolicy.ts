import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

/** What must hold of a request, in CEL, and what the API server says where it does not. */
export interface AdmissionRule {
  readonly expression: string;
  readonly message: string;
}

export interface AdmissionPolicyArgs {
  readonly namespace: Namespace;
  /** Name of the policy, after that of the namespace. @default - the component's name */
  readonly name?: string;
  /** Name of the ServiceAccount whose requests are judged; nobody else's are. */
  readonly serviceAccount: string;
  /** Resources of the core group, such as `pods`. */
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  /** At least one; all must hold. */
  readonly rules: readonly AdmissionRule[];
  /** `audit` lets requests pass, warns their sender and notes them in the audit log. @default deny */
  readonly action?: "deny" | "audit";
}

const actions = { deny: ["Deny"], audit: ["Warn", "Audit"] } as const;

/**
 * Narrows what a ServiceAccount may do with the rights that it has: RBAC can say "create pods", but not
 * which. Both objects belong to the cluster, so their names begin with the namespace's. Needs
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
        [resources.length === 0, "resources", "is empty; nothing would be judged"],
        [operations.length === 0, "operations", "is empty; nothing would be judged"],
        [rules.length === 0, "rules", "is empty; everything would pass"],
      ),
    );
    super("stackberth:components:AdmissionPolicy", name, {}, opts);
    const { plainName } = namespace;
    const metadata = {
      name: `${plainName}-${args.name ?? name}`,
      labels: { ...namespace.labels },
    };
    const account = `system:serviceaccount:${plainName}:${serviceAccount}`;
    const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
      name,
      {
        metadata,
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: [""],
                apiVersions: ["v1"],
                operations: [...operations],
                resources: [...resources],
              },
            ],
          },
          matchConditions: [
            {
              name: "its-account",
              expression: `request.userInfo.username == ${JSON.stringify(account)}`,
            },
          ],
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
