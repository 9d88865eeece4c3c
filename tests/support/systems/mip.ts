import type { BadSetting, SystemCases } from "./cases";
import { badWithImages } from "./mipImages";

const managed = { name: "dementia", localnodes: 3, keycloakClientId: "mip" };
const good = { managedCluster: true, federations: [managed] };

const nodes = { master: "vm-0", workers: ["vm-1", "vm-2", "vm-3"] };
const machines = { name: "dementia", localnodes: 3, keycloakClientId: "mip", nodes };

/** One federation of a managed cluster, with these changes. */
const one = (changes: object) => ({ federations: [{ ...managed, ...changes }] });

/** Federations on an unmanaged cluster. */
const own = (...federations: readonly object[]) => ({
  managedCluster: false,
  federations: federations.map((changes) => ({ ...machines, ...changes })),
});

const elsewhere = { master: "vm-9", workers: ["vm-4", "vm-5", "vm-6"] };
const otherPorts = { frontend: 31080, frontendTls: 31443, controller: 31000 };

const bad: readonly BadSetting[] = [
  {
    title: "no kind of cluster",
    changes: { managedCluster: undefined },
    key: "managedCluster",
    says: /must be one of true, false/,
  },
  {
    title: "kind of cluster as a word",
    changes: { managedCluster: "yes" },
    key: "managedCluster",
    says: /must be one of true, false/,
  },
  {
    title: "no federation",
    changes: { federations: [] },
    key: "federations",
    says: /at least 1/,
  },
  {
    title: "unknown key of a federation",
    changes: one({ localnode: 3 }),
    key: "federations[0].localnode",
    says: /did you mean localnodes/,
  },
  {
    title: "no workers",
    changes: one({ localnodes: 0 }),
    key: "federations[0].localnodes",
    says: /at least 1/,
  },
  {
    title: "number of workers missing",
    changes: one({ localnodes: undefined }),
    key: "federations[0].localnodes",
    says: /is missing/,
  },
  {
    title: "federation with a bad name",
    changes: one({ name: "My_Federation" }),
    key: "federations[0].name",
    says: /lower-case/,
  },
  {
    title: "two federations with one name",
    changes: { federations: [managed, { ...managed, namespace: "other" }] },
    key: "federations[1].name",
    says: /a name other than dementia; both would have the secret keys mipDementia/,
  },
  {
    title: "two federations whose secrets would have the same keys",
    changes: {
      federations: [
        { ...managed, name: "a-1b" },
        { ...managed, name: "a1b" },
      ],
    },
    key: "federations[1].name",
    says: /a name other than a-1b; both would have the secret keys mipA1b/,
  },
  {
    title: "two federations in one namespace",
    changes: {
      federations: [
        { ...managed, namespace: "same" },
        { ...managed, name: "stroke", namespace: "same" },
      ],
    },
    key: "federations[1].namespace",
    says: /which stackberth:mip.federations\[0\].namespace has/,
  },
  {
    title: "secure computation with two workers",
    changes: one({ localnodes: 2, smpc: { enabled: true } }),
    key: "federations[0].smpc.enabled",
    says: /false, or true with at least 3 workers \(localnodes is 2\)/,
  },
  {
    title: "secure computation in a local deployment",
    changes: one({ localnodes: 1, smpc: { enabled: true } }),
    key: "federations[0].smpc.enabled",
    says: /at least 3 workers/,
  },
  {
    title: "optional secure computation that is off",
    changes: one({ smpc: { optional: true } }),
    key: "federations[0].smpc.optional",
    says: /smpc.enabled is false/,
  },
  {
    title: "Keycloak without a client",
    changes: one({ keycloakClientId: undefined }),
    key: "federations[0].keycloakClientId",
    says: /unless keycloak.enabled is false/,
  },
  {
    title: "notebooks without Keycloak",
    changes: {
      keycloak: { enabled: false },
      ...one({ notebook: true, exposure: { type: "ingress", hosts: ["mip.example.org"] } }),
    },
    key: "federations[0].notebook",
    says: /no other login/,
  },
  {
    title: "Keycloak's URL without a slash at the end",
    changes: { keycloak: { url: "https://iam.example.org" } },
    key: "keycloak.url",
    says: /ends with a slash/,
  },
  {
    title: "Keycloak's host name for its URL",
    changes: { keycloak: { url: "iam.example.org/auth/" } },
    key: "keycloak.url",
    says: /https:\/\//,
  },
  {
    title: "word for the CIDR of Keycloak",
    changes: { keycloak: { egress: ["anywhere"] } },
    key: "keycloak.egress[0]",
    says: /prefix length/,
  },
  {
    title: "pathology listed twice",
    changes: one({ pathologies: ["tbi", "tbi"] }),
    key: "federations[0].pathologies",
    says: /tbi is listed twice/,
  },
  {
    title: "pathology outside its folder",
    changes: one({ pathologies: ["../tbi"] }),
    key: "federations[0].pathologies[0]",
    says: /plain folder name/,
  },
  {
    title: "image without a version",
    changes: { images: { worker: "madgik/exaflow_worker" } },
    key: "images.worker",
    says: /with a version/,
  },
  {
    title: "volume of size 0",
    changes: { volumes: { csvs: "0" } },
    key: "volumes.csvs",
    says: /above zero/,
  },
  {
    title: "negative tolerationSeconds",
    changes: { tolerationSeconds: -1 },
    key: "tolerationSeconds",
    says: /at least 0/,
  },
  {
    title: "host names on a managed cluster",
    changes: one({ nodes }),
    key: "federations[0].nodes",
    says: /unknown key/,
  },
  {
    title: "StorageClass on an unmanaged cluster",
    changes: { ...own({}), storageClassName: "ceph" },
    key: "storageClassName",
    says: /unknown key/,
  },
  {
    title: "exposure on an unmanaged cluster",
    changes: own({ exposure: { type: "clusterIP" } }),
    key: "federations[0].exposure",
    says: /unknown key/,
  },
  {
    title: "unmanaged cluster without host names",
    changes: own({ nodes: undefined }),
    key: "federations[0].nodes",
    says: /is missing/,
  },
  {
    title: "misspelt key of one kind of cluster",
    changes: own({ nodes: { ...nodes, mastre: "vm-0" } }),
    key: "federations[0].nodes.mastre",
    says: /did you mean master/,
  },
  {
    title: "fewer hosts than workers",
    changes: own({ localnodes: 4 }),
    key: "federations[0].localnodes",
    says: /the number of hosts in nodes.workers, 3/,
  },
  {
    title: "one host for two workers",
    changes: own({ nodes: { ...nodes, workers: ["vm-1", "vm-1", "vm-2"] } }),
    key: "federations[0].nodes.workers",
    says: /each of them once; vm-1 is listed twice/,
  },
  {
    title: "host name in capitals",
    changes: own({ nodes: { ...nodes, master: "VM-0" } }),
    key: "federations[0].nodes.master",
    says: /kubectl get nodes/,
  },
  {
    title: "two hosts for three SMPC players",
    changes: own({ smpc: { enabled: true }, nodes: { ...nodes, players: ["vm-1", "vm-2"] } }),
    key: "federations[0].nodes.players",
    says: /at least 3 hosts/,
  },
  {
    title: "secure computation on two hosts",
    changes: own({
      localnodes: 2,
      smpc: { enabled: true },
      nodes: { ...nodes, workers: ["vm-1", "vm-2"] },
    }),
    key: "federations[0].smpc.enabled",
    says: /at least 3 workers \(localnodes is 2\)/,
  },
  {
    title: "folder without a leading slash",
    changes: own({ credentialsLocation: "opt/credentials" }),
    key: "federations[0].credentialsLocation",
    says: /absolute path/,
  },
  {
    title: "folder shared by two federations",
    changes: own(
      {},
      {
        name: "stroke",
        nodes: { ...elsewhere, workers: ["vm-3", "vm-4", "vm-5"] },
        nodePorts: otherPorts,
      },
    ),
    key: "federations[1].db.storageLocation",
    says: /a folder that is free; dementia has this one on vm-3/,
  },
  {
    title: "node port shared by two federations",
    changes: own(
      {},
      { name: "stroke", nodes: elsewhere, nodePorts: { ...otherPorts, controller: 30000 } },
    ),
    key: "federations[1].nodePorts.controller",
    says: /got 30000, which stackberth:mip.federations\[0\].nodePorts.controller has/,
  },
  {
    title: "node port out of range",
    changes: own({ nodePorts: { frontend: 80 } }),
    key: "federations[0].nodePorts.frontend",
    says: /at least 30000/,
  },
];

/** What the tests know of MIP. */
export const mip: SystemCases = {
  good,
  bad: [...bad, ...badWithImages(one)],
  onlyInProd: [],
  differs: ["storageClassName", "frontend.replicas", "keycloak.enabled", "federations"],
};
