import * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../lib/capacity";
import { nested, type Problem, refuse } from "../lib/problems";
import { ApiServerAccess, apiServerProblems, type ApiServerArgs } from "./apiServerAccess";
import { CronJob, type CronJobArgs, cronJobProblems } from "./cronJob";
import { Rbac, type RbacRule, ruleProblems } from "./rbac";
import { ConfigMap } from "./configMap";
import { fileText } from "./fileText";

/** The text of a script in `components/files`. */
export const scriptFile = (name: string): string => fileText(__dirname, "files", name);

type Given = "image" | "command" | "args" | "resources" | "identity";

export interface ScriptCronJobArgs extends Omit<CronJobArgs, Given> {
  /** A Python 3 program that needs only the standard library. */
  readonly script: string;
  /** An image with Python 3.12 or newer. @default python:3.14.0-alpine3.22, the official one */
  readonly image?: string | undefined;
  /**
   * RBAC rules. With them the pods get an account, its token and access to the API server, and the
   * script can import `kubernetes_api`. @default - none
   */
  readonly rules?: readonly RbacRule[];
  /** @default - any address, ports 443 and 6443 */
  readonly apiServer?: ApiServerArgs | undefined;
}

const smallResources: Resources = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "500m", memory: "256Mi" },
};
const defaultImage = "python:3.14.0-alpine3.22";
const folder = "/scripts";

/** Problems of the arguments, without the script. */
export function scriptCronJobProblems(
  name: string,
  args: Omit<ScriptCronJobArgs, "script">,
): Problem[] {
  const { image = defaultImage, rules, apiServer = {} } = args;
  return [
    ...cronJobProblems(name, { ...args, image, resources: smallResources }),
    ...(rules ? ruleProblems(rules) : []),
    ...nested("apiServer", apiServerProblems(apiServer)),
  ];
}

/**
 * A CronJob that runs a script from a ConfigMap, so that the script can be read and tested as a file.
 *
 * @example new ScriptCronJob("clean-up", { namespace, schedule: "0 3 * * *", script, rules })
 */
export class ScriptCronJob extends pulumi.ComponentResource {
  constructor(name: string, args: ScriptCronJobArgs, opts?: pulumi.ComponentResourceOptions) {
    const objectName = args.name ?? name;
    refuse("ScriptCronJob", scriptCronJobProblems(objectName, args));
    super("stackberth:components:ScriptCronJob", name, {}, opts);
    const { namespace, script, rules, apiServer, ...job } = args;
    const files = new ConfigMap(
      `${name}-script`,
      {
        namespace,
        name: `${objectName}-script`,
        data: {
          "main.py": script,
          ...(rules && { "kubernetes_api.py": scriptFile("kubernetes_api.py") }),
        },
      },
      { parent: this },
    );
    const identity =
      rules &&
      new Rbac(`${name}-account`, { namespace, ...rbacNames(objectName), rules }, { parent: this });
    const cronJob = new CronJob(
      `${name}-job`,
      {
        ...job,
        namespace,
        name: objectName,
        image: args.image ?? defaultImage,
        command: ["python", `${folder}/main.py`],
        env: { ...args.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
        mounts: [...(args.mounts ?? []), { from: files, path: folder, readOnly: true }],
        resources: smallResources,
        ...(identity && { identity }),
      },
      { parent: this },
    );
    if (identity) {
      new ApiServerAccess(
        `${name}-api-server`,
        {
          ...apiServer,
          namespace,
          name: `${objectName}-api-server`,
          from: [{ pods: cronJob.selector }],
        },
        { parent: this },
      );
    }
    this.registerOutputs({ name: objectName });
  }
}

const rbacNames = (name: string) => ({
  names: { serviceAccount: name, role: name, roleBinding: name },
});
