import { podSecurityLabels } from "../../lib/labels";
import { at, describe, type Json, type KubeObject } from "../../lib/objects";
import { containersOf, podOf, titleOf } from "../pods";
import type { Finding, StackRule } from "../rule";

/**
 * A stack file may choose `podSecurity: baseline` for a system, or an NFS server, which needs `privileged`;
 * the namespace then says so.
 */
export const nonRoot: StackRule = {
  name: "non-root",
  description:
    "Containers run as a user other than root, unless the stack file chose a looser Pod Security.",
  checkAll: (objects) => {
    const free = freeNamespaces(objects).map(({ metadata }) => metadata.name);
    return objects
      .filter(({ metadata }) => !free.includes(metadata.namespace ?? ""))
      .flatMap(rootIn);
  },
};

/** What a stack file allows stays in sight. */
export const baselineChosen: StackRule = {
  name: "baseline-chosen",
  description: "The stack file chose a looser Pod Security, so containers may run as root.",
  isAdvice: true,
  checkAll: (objects) =>
    freeNamespaces(objects).map((object) => {
      const inside = objects.filter(({ metadata }) => metadata.namespace === object.metadata.name);
      const roots = new Set(inside.flatMap(rootIn).map((each) => describe(each.object)));
      const who = [...roots].join(", ") || "none";
      return { object, problem: `not kept from running as root: ${who}` };
    }),
};

const freeLevels = ["baseline", "privileged"];

const freeNamespaces = (objects: readonly KubeObject[]): readonly KubeObject[] =>
  objects.filter(
    ({ kind, metadata }) =>
      kind === "Namespace" && freeLevels.includes(metadata.labels?.[podSecurityLabels[0]] ?? ""),
  );

function rootIn(object: KubeObject): readonly Finding[] {
  const pod = podOf(object);
  return containersOf(object)
    .filter((container) => !isNonRoot(pod, container))
    .map((container) => ({
      object,
      problem: `${titleOf(container)}: securityContext.runAsNonRoot is not true, or runAsUser is 0`,
    }));
}

/** A container's own field wins over its pod's. */
function isNonRoot(pod: Json | undefined, container: Json): boolean {
  const [nonRoot, user] = ["runAsNonRoot", "runAsUser"].map(
    (field) => at(container, "securityContext", field) ?? at(pod, "securityContext", field),
  );
  return nonRoot === true && user !== 0;
}
