import type { AdmissionRule } from "../../../components";
import { runner } from "./names";
import { waitCommand } from "./runnerPod";
import type { MapsSettings } from "../schema";

const text = (value: unknown): string => JSON.stringify(value);

/**
 * What a pod that the backend creates must look like. Otherwise an account that may create pods can read
 * every Secret of the namespace, by mounting it, and act as every ServiceAccount, by naming it.
 */
export function guardOfPods(
  settings: MapsSettings,
  outputsClaim: string,
): readonly AdmissionRule[] {
  const { image, timeoutSeconds, template, serviceAccount } = settings.runner;
  return [
    {
      // The account's own default is to have no token.
      expression: `object.spec.?serviceAccountName.orValue("") == ${text(serviceAccount)} && object.spec.?automountServiceAccountToken.orValue(${template}) == false`,
      message: template
        ? `a runner uses the account ${serviceAccount}, with automountServiceAccountToken: false`
        : `a runner uses the account ${serviceAccount}, without a token`,
    },
    {
      // Network policies, quotas and the clean-up go by the label; other labels open other ways.
      expression: `object.metadata.?labels["app"].orValue("") == ${text(runner.labels.app)} && object.metadata.labels.all(key, !key.startsWith("app.kubernetes.io/"))`,
      message: `a runner has the label app: ${runner.labels.app} and none of app.kubernetes.io/`,
    },
    template ? endsInTime(timeoutSeconds) : endsOnce,
    ...(template ? [] : [unprivileged]),
    {
      expression: `size(object.spec.containers) == 1 && object.spec.containers[0].image == ${text(image)}`,
      message: `a runner has one container, of the image ${image}`,
    },
    template ? waitsFirst(settings) : startsAtOnce,
    {
      expression:
        "object.spec.containers[0].?env.orValue([]).all(each, !has(each.valueFrom)) && size(object.spec.containers[0].?envFrom.orValue([])) == 0",
      message: "a runner takes no environment variables from Secrets or elsewhere",
    },
    {
      expression: `object.spec.?volumes.orValue([]).all(each, has(each.emptyDir) || (has(each.configMap) && each.configMap.name.startsWith(${text(runner.configMapPrefix)})) || (has(each.persistentVolumeClaim) && each.persistentVolumeClaim.claimName == ${text(outputsClaim)}))`,
      message: `a runner mounts ${runner.configMapPrefix}* ConfigMaps, the claim ${outputsClaim} and empty volumes`,
    },
  ];
}

/** Exactly the template's: another environment, argument or mount could end the wait too early. */
function waitsFirst(settings: MapsSettings): AdmissionRule {
  const each = [
    `each.image == ${text(settings.runner.image)}`,
    `each.?command.orValue([]) == ${text(waitCommand(settings))}`,
    ...["args", "env", "envFrom"].map((field) => `size(each.?${field}.orValue([])) == 0`),
    // A sidecar: what follows does not wait for its end.
    "!has(each.restartPolicy)",
    'each.?volumeMounts.orValue([]).all(mount, mount.mountPath == "/tmp")',
  ];
  return {
    expression: `size(object.spec.?initContainers.orValue([])) == 1 && object.spec.initContainers.all(each, ${each.join(" && ")})`,
    message: `a runner has the template's init container ${runner.wait}, unchanged`,
  };
}

const startsAtOnce: AdmissionRule = {
  expression: "size(object.spec.?initContainers.orValue([])) == 0",
  message: "a runner has no init container",
};

const endsInTime = (seconds: number): AdmissionRule => ({
  expression: `object.spec.restartPolicy == "Never" && object.spec.?activeDeadlineSeconds.orValue(0) > 0 && object.spec.?activeDeadlineSeconds.orValue(0) <= ${seconds}`,
  message: `a runner has restartPolicy: Never and activeDeadlineSeconds of at most ${seconds}`,
});

/** The public backend sets no deadline; the clean-up does instead. */
const endsOnce: AdmissionRule = {
  expression: 'object.spec.restartPolicy == "Never"',
  message: "a runner has restartPolicy: Never",
};

/** Pod Security `baseline` lets a container add a few capabilities; scripts need none. */
const unprivileged: AdmissionRule = {
  expression: [
    "!object.spec.?hostNetwork.orValue(false)",
    "!object.spec.?hostPID.orValue(false)",
    "!object.spec.?hostIPC.orValue(false)",
    "!object.spec.containers[0].?securityContext.?privileged.orValue(false)",
    "size(object.spec.containers[0].?securityContext.?capabilities.?add.orValue([])) == 0",
  ].join(" && "),
  message: "a runner is not privileged, adds no capabilities, and shares nothing with its node",
};

/** By name, also of what is deleted: the backend's own settings and pods are none of its business. */
export const guardOfNames: readonly AdmissionRule[] = [
  {
    expression: `request.name.startsWith(request.resource.resource == "pods" ? ${text(runner.podPrefix)} : ${text(runner.configMapPrefix)})`,
    message: `the backend makes and deletes ${runner.podPrefix}* pods and ${runner.configMapPrefix}* ConfigMaps alone`,
  },
];
