import { at, isJson, type Json, listAt, textAt } from "../../../lib/objects";
import { containersOf, holder, type Invariant, lacksKey, ofKind, workloads } from "./read";

export const resourced: Invariant = (objects) =>
  containersOf(objects).flatMap(([name, container]) =>
    ["requests", "limits"].flatMap((kind) =>
      ["cpu", "memory"]
        .filter((what) => textAt(container, "resources", kind, what) === "")
        .map((what) => `${name} has no resources.${kind}.${what}`),
    ),
  );

export const probed: Invariant = (objects) =>
  workloads(objects)
    .filter(({ object }) => !["Job", "CronJob", "Pod"].includes(object.kind))
    .flatMap(({ name, main }) =>
      main
        .filter((each) => !isJson(each["readinessProbe"]) && !isJson(each["livenessProbe"]))
        .map((each) => `${name}, container ${textAt(each, "name")} has no probe`),
    );

export const mounted: Invariant = (objects) =>
  workloads(objects).flatMap(({ object, name, namespace, pod, containers }) => {
    const claims = listAt(object, "spec", "volumeClaimTemplates");
    const own = claims.map((claim) => ({ name: textAt(claim, "metadata", "name") }));
    const volumes: readonly Json[] = [...listAt(pod, "volumes"), ...own];
    const references = volumes.flatMap((volume): [string, string][] => [
      ["PersistentVolumeClaim", textAt(volume, "persistentVolumeClaim", "claimName")],
      ["ConfigMap", textAt(volume, "configMap", "name")],
      ["Secret", textAt(volume, "secret", "secretName")],
    ]);
    const missing = references
      // What a kept pod leaves open is filled in by whoever makes the pod.
      .filter(([, to]) => to !== "" && !to.includes("${"))
      .filter(([kind, to]) => !holder(objects, kind, namespace, to))
      .map(([kind, to]) => `${name} mounts ${kind} ${to}, which the stack has not`);
    const mounts = containers.flatMap((each) => listAt(each, "volumeMounts"));
    const bad = mounts.flatMap((mount) => {
      const to = textAt(mount, "name");
      const volume = volumes.find((each) => each["name"] === to);
      if (!volume) return [`${name} mounts ${to}, which is no volume of its pod`];
      const file = textAt(mount, "subPath");
      const [kind, source] = references
        .slice(volumes.indexOf(volume) * 3)
        .slice(0, 3)
        .find(([, each]) => each !== "") ?? ["", ""];
      if (file === "" || !["ConfigMap", "Secret"].includes(kind)) return [];
      const found = holder(objects, kind, namespace, source);
      return found && lacksKey(found, file) ? [`${name} mounts ${file}, not in ${source}`] : [];
    });
    return [...missing, ...bad];
  });

export const referenced: Invariant = (objects) =>
  workloads(objects).flatMap(({ name, namespace, containers }) =>
    containers
      .flatMap((each) => listAt(each, "env"))
      .flatMap((variable) =>
        (
          [
            ["Secret", "secretKeyRef"],
            ["ConfigMap", "configMapKeyRef"],
          ] as const
        )
          .filter(([, field]) => isJson(at(variable, "valueFrom", field)))
          .filter(([kind, field]) => {
            const to = textAt(variable, "valueFrom", field, "name");
            const key = textAt(variable, "valueFrom", field, "key");
            return lacksKey(holder(objects, kind, namespace, to), key);
          })
          .map(([kind]) => `${name} reads ${textAt(variable, "name")} from no ${kind}'s key`),
      ),
  );

export const tokenless: Invariant = (objects) => {
  const bound = ofKind(objects, "RoleBinding", "ClusterRoleBinding")
    .flatMap((binding) => listAt(binding, "subjects"))
    .map((subject) => `${textAt(subject, "namespace")}/${textAt(subject, "name")}`);
  return workloads(objects)
    .filter(({ pod, namespace }) => {
      const account = `${namespace ?? ""}/${textAt(pod, "serviceAccountName")}`;
      return pod["automountServiceAccountToken"] !== false && !bound.includes(account);
    })
    .map(({ name }) => `${name} gets a token without rights`);
};

export const versioned: Invariant = (objects) =>
  containersOf(objects)
    .filter(([, container]) => !/(:[^:/]+|@sha256:[0-9a-f]{64})$/.test(textAt(container, "image")))
    .concat(containersOf(objects).filter(([, each]) => textAt(each, "image").endsWith(":latest")))
    .map(([name, container]) => `${name} runs ${textAt(container, "image")}`);

export const restricted: Invariant = (objects) => [
  ...containersOf(objects)
    .filter(([, { securityContext: context }]) => {
      const drop = at(context, "capabilities", "drop");
      const dropsAll = Array.isArray(drop) && drop.includes("ALL");
      const escalates = at(context, "allowPrivilegeEscalation") !== false;
      return escalates || !dropsAll || at(context, "privileged") === true;
    })
    .map(([name]) => `${name} is not restricted`),
  ...workloads(objects)
    .filter(({ pod }) => {
      const root = at(pod, "securityContext", "runAsNonRoot") !== true;
      const profile = textAt(pod, "securityContext", "seccompProfile", "type");
      const shares = ["hostNetwork", "hostPID", "hostIPC"].some((field) => pod[field] === true);
      const host = listAt(pod, "volumes").some((volume) => "hostPath" in volume);
      return root || profile !== "RuntimeDefault" || shares || host;
    })
    .map(({ name }) => `${name} is not restricted`),
];
