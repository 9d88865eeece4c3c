import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../lib/capacity";
import { ApiServerAccess, type ApiServerArgs } from "./apiServerAccess";
import { CronJob, type CronJobArgs } from "./cronJob";
import { Rbac, type RbacRule } from "./rbac";
import { ConfigMap } from "./configMap";

/** The text of one of the components' own scripts. */
export function scriptFile(name: string): string {
  return readFileSync(join(__dirname, "files", name), "utf8");
}

type Given = "image" | "command" | "args" | "resources" | "identity";

export interface ScriptCronJobArgs extends Omit<CronJobArgs, Given> {
  /** A Python 3 program that needs the standard library alone. */
  readonly script: string;
  /** An image with Python 3.12 or newer. @default python:3.14.0-alpine3.22, the official one */
  readonly image?: string | undefined;
  /** @default - 50m and 64Mi, at most 500m and 256Mi */
  readonly resources?: Resources | undefined;
  /**
   * Rights at the API server. With them the pods get an account, its token, a way to the server, and
   * the script a module `kubernetes_api`. @default - none of it
   */
  readonly rules?: readonly RbacRule[];
  /** @default - anywhere, on its usual ports */
  readonly apiServer?: ApiServerArgs | undefined;
}

const smallResources: Resources = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "500m", memory: "256Mi" },
};
const folder = "/scripts";

/**
 * A script on a schedule. It comes in a ConfigMap, so that it can be read, and tested, as it runs.
 *
 * @example new ScriptCronJob("clean-up", { namespace, schedule: "0 3 * * *", script, rules })
 */
export class ScriptCronJob extends pulumi.ComponentResource {
  readonly cronJobName: string;

  constructor(name: string, args: ScriptCronJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:ScriptCronJob", name, {}, opts);
    const { namespace, script, rules, apiServer, ...job } = args;
    const objectName = args.name ?? name;
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
        image: args.image ?? "python:3.14.0-alpine3.22",
        command: ["python", `${folder}/main.py`],
        env: { ...args.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
        mounts: [...(args.mounts ?? []), { from: files, path: folder, readOnly: true }],
        resources: args.resources ?? smallResources,
        ...(identity && { identity }),
      },
      { parent: this },
    );
    this.cronJobName = cronJob.cronJobName;
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
    this.registerOutputs({ name: this.cronJobName });
  }
}

const rbacNames = (name: string) => ({
  names: { serviceAccount: name, role: name, roleBinding: name },
});
