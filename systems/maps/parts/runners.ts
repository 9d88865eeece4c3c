import * as pulumi from "@pulumi/pulumi";
import {
  AdmissionPolicy,
  ConfigMap,
  type Namespace,
  ResourceQuota,
  type ResourceQuotaArgs,
  ScriptCronJob,
  ServiceAccount,
  type Storage,
} from "../../../components";
import type { Mount } from "../../../lib/pod";
import { systemFile } from "../../files";
import type { MapsSettings } from "../schema";
import { guardOfNames, guardOfPods } from "./admission";
import { backend, cronJobs, runner, templateFile } from "./names";
import { runnerPod } from "./runnerPod";
import { allPodsQuota, jobsQuota, othersQuota, runnersQuota } from "./sizes";

export interface RunnersArgs {
  readonly namespace: Namespace;
  readonly settings: MapsSettings;
  readonly outputs: Storage;
  readonly imagePullSecrets: readonly string[];
}

/**
 * Everything about the pods that run users' scripts, except the pods, which the backend creates: their
 * template and ServiceAccount, their quotas, the admission policies for them, and their clean-up.
 */
export class Runners extends pulumi.ComponentResource {
  /** The pod template, for the backend; undefined where its own code builds the pods. */
  readonly template: Mount | undefined;

  constructor(name: string, args: RunnersArgs, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MapsRunners", name, {}, opts);
    this.template = args.settings.runner.template ? this.createTemplate(name, args) : undefined;
    this.createAccounts(name, args);
    this.createQuotas(name, args);
    this.createGuard(name, args);
    this.createCleanUp(name, args);
    this.registerOutputs({});
  }

  private createTemplate(name: string, args: RunnersArgs): Mount {
    const { namespace, settings, outputs, imagePullSecrets } = args;
    const data = { [templateFile.name]: runnerPod(settings, outputs, imagePullSecrets) };
    const template = new ConfigMap(
      `${name}-template`,
      { namespace, name: "maps-runner-pod", data },
      { parent: this },
    );
    return { from: template, path: templateFile.folder, readOnly: true };
  }

  /** Without rights or tokens: the runners' own, and the one of pods that name none. */
  private createAccounts(name: string, args: RunnersArgs): void {
    const { namespace, settings, imagePullSecrets } = args;
    const parent = { parent: this };
    const { serviceAccount, template } = settings.runner;
    new ServiceAccount(
      `${name}-account`,
      // Pods that the backend's own code builds name no registry's login.
      { namespace, name: serviceAccount, ...(!template && { imagePullSecrets }) },
      parent,
    );
    new ServiceAccount(`${name}-default-account`, { namespace, name: "default" }, parent);
  }

  /**
   * With the template only runners have a deadline. Quotas tell them apart by it and so need no
   * PriorityClass, which is cluster-scoped. Every pod counts under one of the first two. Without the
   * template nothing tells them apart.
   */
  private createQuotas(name: string, { namespace, settings }: RunnersArgs): void {
    const create = (
      objectName: string,
      hard: Readonly<Record<string, string>>,
      scope?: ResourceQuotaArgs["scope"],
    ) =>
      new ResourceQuota(
        `${name}-${objectName}-quota`,
        { namespace, name: objectName, hard, ...(scope && { scope }) },
        { parent: this },
      );
    if (settings.runner.template) {
      create("runners", runnersQuota(settings), "Terminating");
      create("all-but-runners", othersQuota(settings), "NotTerminating");
    } else {
      create("all-pods", allPodsQuota(settings));
    }
    create("jobs", jobsQuota(settings));
  }

  /** The Role allows the backend to create pods; the guard restricts which. */
  private createGuard(name: string, { namespace, settings, outputs }: RunnersArgs): void {
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

  private createCleanUp(name: string, { namespace, settings }: RunnersArgs): void {
    const { schedule, suspend, image, keepHours } = settings.cleanUp;
    const { template, timeoutSeconds } = settings.runner;
    new ScriptCronJob(
      `${name}-clean-up`,
      {
        namespace,
        name: cronJobs.cleanUp,
        schedule,
        suspend,
        image,
        script: systemFile("maps", "clean_up_runners.py"),
        // It mounts no volume, so it need not be a user that owns files.
        runAsUser: 65532,
        env: {
          KEEP_HOURS: String(keepHours),
          // Nothing else would end a script that runs for ever.
          ...(!template && { RUN_SECONDS: String(timeoutSeconds) }),
          RUNNER_LABEL: Object.entries(runner.labels).flat().join("="),
        },
        rules: [{ apiGroups: [""], resources: ["pods", "configmaps"], verbs: ["list", "delete"] }],
        apiServer: settings.apiServer,
        imagePullSecrets: settings.imagePullSecrets,
      },
      { parent: this },
    );
  }
}
