import type { AdmissionRule } from "../../../components";
import { runner } from "./names";
import type { MapsSettings } from "../schema";

const text = (value: string): string => JSON.stringify(value);

/**
 * What a pod that the backend creates must look like. Otherwise an account that may create pods can read
 * every Secret of the namespace, by mounting it, and act as every ServiceAccount, by naming it.
 */
export function guardOfPods(
  { runner: { image, timeoutSeconds } }: MapsSettings,
  outputsClaim: string,
): readonly AdmissionRule[] {
  return [
    {
      expression: `object.spec.?serviceAccountName.orValue("") == ${text(runner.serviceAccount)} && object.spec.?automountServiceAccountToken.orValue(true) == false`,
      message: `a runner uses the account ${runner.serviceAccount}, with automountServiceAccountToken: false`,
    },
    {
      // Network policies, quotas and the clean-up go by the label; other labels open other ways.
      expression: `object.metadata.?labels["app"].orValue("") == ${text(runner.labels.app)} && object.metadata.labels.all(key, !key.startsWith("app.kubernetes.io/"))`,
      message: `a runner has the label app: ${runner.labels.app} and none of app.kubernetes.io/`,
    },
    {
      expression: `object.spec.restartPolicy == "Never" && object.spec.?activeDeadlineSeconds.orValue(0) > 0 && object.spec.?activeDeadlineSeconds.orValue(0) <= ${timeoutSeconds}`,
      message: `a runner has restartPolicy: Never and activeDeadlineSeconds of at most ${timeoutSeconds}`,
    },
    {
      expression: `size(object.spec.containers) == 1 && size(object.spec.?initContainers.orValue([])) == 0 && object.spec.containers[0].image == ${text(image)}`,
      message: `a runner has one container, of the image ${image}`,
    },
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

/** By name, also of what is deleted: the backend's own settings and pods are none of its business. */
export const guardOfNames: readonly AdmissionRule[] = [
  {
    expression: `request.name.startsWith(request.resource.resource == "pods" ? ${text(runner.podPrefix)} : ${text(runner.configMapPrefix)})`,
    message: `the backend makes and deletes ${runner.podPrefix}* pods and ${runner.configMapPrefix}* ConfigMaps alone`,
  },
];
