import type { TestStack } from "./stackberth";

/** A change of a deployed stack's settings, and what it does. */
export interface LiveChange {
  /** The first cell of its line in docs/operations.md; several changes may share one. */
  readonly setting: string;
  /** Where it stands in the stack's file. */
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
  /** What `up`, `preview` and `diff` say; without it, `up` makes the change in place. */
  readonly refused?: RegExp;
  /** Whether only the cluster knows. @default false */
  readonly clusterOnly?: boolean;
}

/** The name of the stack, whose namespaces are its own. */
export const stackName = "test-changes";
export const systemsOfStack = ["openms", "bots", "mip", "openml"] as const;
/** A class whose volumes cannot grow. */
export const rigidClass = "test-changes-rigid";

const of = (path: string): string[] => {
  const [system = "", ...rest] = path.split(".");
  return [`stackberth:${system}`, ...rest];
};
const change = (
  setting: string,
  path: string,
  from: unknown,
  to: unknown,
  more: Partial<LiveChange> = {},
): LiveChange => ({ setting, path: of(path), from, to, ...more });

const ingress = (host: string, className = "nginx") => ({
  type: "ingress",
  controller: "nginx",
  className,
  hosts: [host],
  tls: { mode: "none" },
});
const federation = (place: string, host: string, className?: string) => [
  {
    name: "dementia",
    namespace: `${stackName}-${place}`,
    localnodes: 1,
    exposure: ingress(host, className),
  },
];
const grows = "a volume grows (`size`, `volumes`)";
const scales = "`replicas` to `autoscaling` or `queueScaling`, and back";
const fewest = { minReplicas: 2, maxReplicas: 6 };

/** What `up` changes in place, all at once. */
export const inPlace: readonly LiveChange[] = [
  change(grows, "mip.volumes.csvs", "4Gi", "5Gi"),
  change(grows, "mip.volumes.portalDb", "1Gi", "2Gi"),
  change(grows, "openms.redis.size", "1Gi", "2Gi"),
  change(grows, "bots.database.size", "10Gi", "11Gi"),
  change(scales, "openms.web", { replicas: 3 }, { autoscaling: fewest }),
  change(scales, "openms.worker", { replicas: 3 }, { queueScaling: { maxReplicas: 6 } }),
  change(scales, "bots.web", { replicas: 3 }, { autoscaling: fewest }),
  change("`exposure.type`", "openms.exposure", ingress("a.localhost"), { type: "clusterIP" }),
  change("`exposure.type`", "openml.exposure", { type: "clusterIP" }, { type: "loadBalancer" }),
  change(
    "ports (`nodePort`)",
    "bots.exposure",
    // Of the first 86 ports, which no other Service gets by chance:
    // https://kubernetes.io/docs/concepts/services-networking/service/#avoid-nodeport-collisions
    { type: "nodePort", nodePort: 30060 },
    { type: "nodePort", nodePort: 30061 },
  ),
  change(
    "the ingress class and `hosts`",
    "mip.federations",
    federation("demo", "b.localhost"),
    federation("demo", "c.localhost", "traefik"),
  ),
  change("`podSecurity`", "openms.podSecurity", "restricted", "baseline"),
  change("`runAsUser`", "bots.runAsUser", 10001, 10002),
  change("`metrics`", "openml.backend.metrics", { type: "none" }, { type: "serviceMonitor" }),
  change("`secretsMode`: `config` to `generated`, and back", "secretsMode", "config", "generated"),
];

const keeps = "a system leaves `systems`, a federation leaves `federations`";

/** What `up` takes away in place; protected volumes stay. */
export const leaving: readonly LiveChange[] = [
  change(keeps, "systems", systemsOfStack, ["openms", "bots", "mip"]),
  change(
    "`database.type`",
    "bots.database",
    { type: "managed", engine: "mysql" },
    { type: "external", engine: "mysql", host: "db.example.org" },
  ),
];

const fixed = "a volume's `storageClassName`, `accessMode` or `nfs`";
const hands = "`secretsMode`: to or from another mode";

/** What is refused, in groups that one preview can show. */
export const refused: readonly (readonly LiveChange[])[] = [
  [
    change(fixed, "bots.volumes.storageClassName", "nfs", "standard", {
      refused: /bots-edi-data-pvc: would be replaced: .*spec\.storageClassName nfs → standard/,
    }),
    change(fixed, "bots.volumes.accessMode", "ReadWriteMany", "ReadWriteOnce", {
      refused:
        /accessModes\[0\] ReadWriteMany → ReadWriteOnce.*kubectl delete pvc bots-edi-data-pvc -n/,
    }),
    change("a volume shrinks", "openms.redis.size", "1Gi", "512Mi", {
      refused: /redis-data: .*a claim cannot shrink.*kubectl delete pvc redis-data -n/,
    }),
    change(
      "a volume grows, but its StorageClass lacks `allowVolumeExpansion`",
      "openms.workspaces.size",
      "1Gi",
      "2Gi",
      {
        refused: /workspaces: .* StorageClass test-changes-rigid does not let volumes grow/,
        clusterOnly: true,
      },
    ),
    change("`database.engine`", "bots.database.engine", "mysql", "postgresql", {
      refused: /bots-database-data: .* mysql → postgresql; no other server can read its files/,
    }),
  ],
  [
    change(
      "a system's `namespace`",
      "openms.namespace",
      `${stackName}-openms`,
      `${stackName}-new`,
      {
        refused:
          /test-changes-openms: its volumes \(.*\) cannot move, so that test-changes-new would start/,
      },
    ),
    change(
      "a federation's `name` or `namespace`",
      "mip.federations",
      federation("demo", "b.localhost"),
      federation("other", "b.localhost"),
      { refused: /test-changes-demo: its volumes \(.*csvs-exaflow-localworker-0.*\) cannot move/ },
    ),
    change(hands, "secretsMode", "config", "external", {
      refused:
        /bots-database-auth: is made by up, and is to be made by its ExternalSecret.*kubectl delete secret/,
    }),
    change(hands, "secretStore", undefined, { name: "vault" }),
  ],
  [
    change(hands, "secretsMode", "config", "existing", {
      refused: /is made by up, and is to be made by somebody else.*secretNames/,
    }),
  ],
];

/** What else the stack must have, for the changes above. */
const base: readonly LiveChange[] = [
  change("", "protectData", true, true),
  change("", "bots.image", "registry.example.org/bots:1.0.0", ""),
  change("", "bots.allowedHosts", ["bots.localhost"], ["bots.localhost"]),
  change("", "openms.workspaces.storageClassName", rigidClass, rigidClass),
];

/** Tested without a cluster, whose nodes other tests share. */
export const machines = "the machines of a federation (`nodes`)";

/** Every change that has a line in docs/operations.md. */
export const allChanges: readonly LiveChange[] = [...leaving, ...inPlace, ...refused.flat()];

/** Writes one side of changes to the stack's file. */
export function write(stack: TestStack, changes: readonly LiveChange[], side: "from" | "to"): void {
  for (const { path, ...sides } of changes) stack.set(path, sides[side]);
}

/** The stack before any change. */
export function writeBase(stack: TestStack): void {
  write(stack, [...base, ...allChanges], "from");
}
