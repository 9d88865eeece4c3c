import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Problem, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

/** These verbs on these resources, in the component's namespace. */
export interface RbacRule {
  /** "" is the core group. */
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface RbacArgs {
  readonly namespace: Namespace;
  /** Names of the three objects. @default - the component's name for each */
  readonly names?: {
    readonly serviceAccount: string;
    readonly role: string;
    readonly roleBinding: string;
  };
  /** At least one, without wildcards. */
  readonly rules: readonly RbacRule[];
}

/**
 * A ServiceAccount with its own Role. Only a workload with such an `identity` gets a token.
 *
 * @example new Rbac("backend", { namespace, rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] })
 */
export class Rbac extends pulumi.ComponentResource {
  readonly serviceAccountName: pulumi.Output<string>;

  constructor(name: string, args: RbacArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Rbac", ruleProblems(args.rules));
    super("stackberth:components:Rbac", name, {}, opts);
    const { namespace } = args;
    const names = args.names ?? { serviceAccount: name, role: name, roleBinding: name };
    const account = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: namespace.metadata(names.serviceAccount),
        // A pod requests its token in its own spec; other users of the account get none.
        automountServiceAccountToken: false,
      },
      { parent: this },
    );
    this.serviceAccountName = account.metadata.name;
    const role = new k8s.rbac.v1.Role(
      `${name}-role`,
      {
        metadata: namespace.metadata(names.role),
        rules: args.rules.map(({ apiGroups, resources, verbs }) => ({
          apiGroups: [...apiGroups],
          resources: [...resources],
          verbs: [...verbs],
        })),
      },
      { parent: this },
    );
    new k8s.rbac.v1.RoleBinding(
      `${name}-binding`,
      {
        metadata: namespace.metadata(names.roleBinding),
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "Role",
          name: role.metadata.name,
        },
        subjects: [
          { kind: "ServiceAccount", name: this.serviceAccountName, namespace: namespace.name },
        ],
      },
      { parent: this },
    );
    this.registerOutputs({ serviceAccountName: this.serviceAccountName });
  }
}

/** Problems of the rules. */
export function ruleProblems(rules: readonly RbacRule[]): Problem[] {
  const problems: Problem[] = [];
  if (rules.length === 0) {
    problems.push({
      propertyPath: "rules",
      reason: "is empty; for a workload without rights use ServiceAccount",
    });
  }
  rules.forEach((rule, index) => {
    for (const field of ["apiGroups", "resources", "verbs"] as const) {
      const propertyPath = `rules[${index}].${field}`;
      if (rule[field].length === 0)
        problems.push({ propertyPath, reason: "is empty; list at least one" });
      if (rule[field].includes("*")) {
        problems.push({
          propertyPath,
          reason: '"*" grants too much; list each one',
        });
      }
    }
  });
  return problems;
}
