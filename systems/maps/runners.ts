import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  AdmissionPolicy,
  Isolation,
  type Namespace,
  ResourceQuota,
  type ResourceQuotaArgs,
  ScriptCronJob,
  ServiceAccount,
  ConfigMap,
  type Storage,
} from "../../components";
import type { Mount } from "../../lib/pod";
import { guardOfNames, guardOfPods } from "./admission";
import { backend, runner, templateFile } from "./contract";
import { runnerPod } from "./runnerPod";
import type { MapsSettings } from "./schema";
import { jobsQuota, othersQuota, runnersQuota } from "./sizes";

export interface RunnersArgs {
  readonly namespace: Namespace;
  readonly settings: MapsSettings;
  readonly outputs: Storage;
  /** Names of the Secrets of our own registries. */
  readonly registrySecrets: readonly string[];
}

/**
 * All about the pods that run users' scripts but the pods, which the backend makes: their template and
 * account, what they may use and reach, what the backend may make, and who clears up.
 */
export class Runners extends pulumi.ComponentResource {
  /** The template, for the backend. */
  readonly template: Mount;

  constructor(name: string, args: RunnersArgs, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MapsRunners", name, {}, opts);
    const { namespace, settings, outputs, registrySecrets } = args;
    const parent = { parent: this };
    new ServiceAccount(`${name}-account`, { namespace, name: runner.serviceAccount }, parent);
    // What a pod gets that names no account.
    new ServiceAccount(`${name}-default-account`, { namespace, name: "default" }, parent);
    const template = new ConfigMap(
      `${name}-template`,
      {
        namespace,
        name: "maps-runner-pod",
        data: { [templateFile.name]: runnerPod(settings, outputs, registrySecrets) },
      },
      parent,
    );
    this.template = { from: template, path: templateFile.folder, readOnly: true };
    new Isolation(
      `${name}-isolation`,
      {
        namespace,
        name: "runners",
        pods: runner.labels,
        egress: settings.runner.egress,
      },
      parent,
    );
    this.limit(name, args);
    this.guard(name, args);
    new ScriptCronJob(
      `${name}-clean-up`,
      {
        namespace,
        name: "clean-up-runners",
        schedule: settings.cleanUp.schedule,
        suspend: settings.cleanUp.suspend,
        image: settings.cleanUp.image,
        script: readFileSync(join(__dirname, "files", "clean_up_runners.py"), "utf8"),
        env: {
          KEEP_HOURS: String(settings.cleanUp.keepHours),
          RUNNER_LABEL: Object.entries(runner.labels).flat().join("="),
        },
        rules: [{ apiGroups: [""], resources: ["pods", "configmaps"], verbs: ["list", "delete"] }],
        apiServer: settings.apiServer,
        imagePullSecrets: settings.imagePullSecrets,
      },
      parent,
    );
    this.registerOutputs({});
  }

  /**
   * Runners have a deadline, and nothing else here has: by that quotas tell them apart without a
   * PriorityClass, which would belong to the whole cluster. Every pod is under one of the two.
   */
  private limit(name: string, { namespace, settings }: RunnersArgs): void {
    const quota = (
      objectName: string,
      hard: Readonly<Record<string, string>>,
      scope?: ResourceQuotaArgs["scope"],
    ) =>
      new ResourceQuota(
        `${name}-${objectName}-quota`,
        { namespace, name: objectName, hard, ...(scope && { scope }) },
        { parent: this },
      );
    quota("runners", runnersQuota(settings), "Terminating");
    quota("all-but-runners", othersQuota(settings), "NotTerminating");
    quota("jobs", jobsQuota(settings));
  }

  /** The Role says "create pods"; this says which. */
  private guard(name: string, { namespace, settings, outputs }: RunnersArgs): void {
    const { guard: action } = settings.runner;
    if (action === "none") return;
    const policy = { namespace, action, serviceAccount: backend.rbac.serviceAccount };
    new AdmissionPolicy(
      `${name}-pods-guard`,
      {
        ...policy,
        name: "runner-pods",
        resources: ["pods"],
        operations: ["CREATE"],
        rules: guardOfPods(settings, outputs.claimName),
      },
      { parent: this },
    );
    new AdmissionPolicy(
      `${name}-names-guard`,
      {
        ...policy,
        name: "runner-names",
        resources: ["pods", "configmaps"],
        operations: ["CREATE", "DELETE"],
        rules: guardOfNames,
      },
      { parent: this },
    );
  }
}
