import type { BadSetting } from "./cases";

const remote = "exaflow-workers.mip-dementia.svc.clusterset.local";

/**
 * Settings with which the published images would not work.
 * @param one - One federation of a managed cluster, with these changes.
 */
export const badWithImages = (
  one: (changes: object) => BadSetting["changes"],
): readonly BadSetting[] => [
  {
    title: "root without Pod Security baseline",
    changes: { containers: { smpcPlayer: { runAsUser: 0 } } },
    key: "containers.smpcPlayer.runAsUser",
    says: /0 with podSecurity baseline/,
  },
  {
    title: "changes to a role that does not exist",
    changes: { containers: { worker: {} } },
    key: "containers.worker",
    says: /unknown key/,
  },
  {
    title: "workers elsewhere without their addresses",
    changes: one({ workersDns: [remote] }),
    key: "federations[0].workersCidrs",
    says: /the CIDRs of the workers in workersDns/,
  },
  {
    title: "addresses of workers elsewhere without their names",
    changes: one({ workersCidrs: ["10.3.0.0/16"] }),
    key: "federations[0].workersDns",
    says: /the names of the workers in workersCidrs/,
  },
  {
    title: "address for the name of workers elsewhere",
    changes: one({ workersDns: ["10.3.0.7"], workersCidrs: ["10.3.0.0/16"] }),
    key: "federations[0].workersDns[0]",
    says: /is not a host name/,
  },
  {
    title: "this cluster's own workers among those elsewhere",
    changes: one({ workersDns: ["exaflow-workers"], workersCidrs: ["10.3.0.0/16"] }),
    key: "federations[0].workersDns",
    says: /exaflow-workers is this cluster's own/,
  },
  {
    title: "name of workers elsewhere listed twice",
    changes: one({ workersDns: [remote, remote], workersCidrs: ["10.3.0.0/16"] }),
    key: "federations[0].workersDns",
    says: /is listed twice/,
  },
  {
    title: "secure computation with workers elsewhere",
    changes: one({
      smpc: { enabled: true },
      workersDns: [remote],
      workersCidrs: ["10.3.0.0/16"],
    }),
    key: "federations[0].smpc.enabled",
    says: /no address that other clusters can reach/,
  },
  {
    title: "notebooks without an Ingress, behind an nginx that cannot resolve their host",
    changes: one({ notebook: true, exposure: { type: "loadBalancer" } }),
    key: "federations[0].notebook",
    says: /unless exposure.type is ingress: hbpmip\/platform-ui:1.0.1 answers 502/,
  },
];
