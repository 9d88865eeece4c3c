import { z } from "zod";
import { overLimit } from "../lib/capacity";
import * as rules from "../lib/rules";
import { at } from "../lib/objects";
import type { Range, Rule } from "../lib/rules";

/** The kinds of value in systems' settings; what each allows, its rule says. */

/** A text that a rule accepts. @param examples - Right ones, for the settings pages and for tests. */
export const textOf = (rule: Rule, ...examples: readonly string[]) =>
  z
    .string()
    .refine(rule.accepts, {
      error: ({ input }) => rules.adviceOn(String(input), rule),
      params: { what: rule.what },
    })
    .meta({ examples: [...examples] });

/** A list in which each entry, or each entry's `field`, stands once: the API server merges by it. */
export const onceEach = <Entry extends z.ZodType>(entry: Entry, field?: string) =>
  z.array(entry).superRefine((list, context) => {
    const names = list.map((each) => (field === undefined ? each : at(each, field)));
    names.forEach((input, index) => {
      const first = names.indexOf(input);
      if (first === index) return;
      const path = field === undefined ? [index] : [index, field];
      const message = `one that entry [${first}] does not have`;
      context.addIssue({ code: "custom", path, message, input });
    });
  });

/** Adds a bound on the bytes that a value takes. */
const fitting = <Value extends z.ZodType>(most: number, value: Value): Value =>
  value.refine((given) => Buffer.byteLength(JSON.stringify(given)) <= most, {
    error: `must be at most ${most} bytes long`,
    params: { big: true },
  });

/** The value of an environment variable: Linux starts no process with a longer one than 128 KiB. */
export const variable = fitting(131072 - 1024, z.string());

/** The annotations of an object may take 256 KiB; some are the system's own. */
const maxAnnotationBytes = 262144 - 16384;

const annotations = (key: Rule) => fitting(maxAnnotationBytes, z.record(textOf(key), z.string()));

/** Annotations of an Ingress. */
export const ingressAnnotations = annotations(rules.ingressAnnotation);

/** Annotations of pods. */
export const podAnnotations = annotations(rules.podAnnotation);

/** Labels by their keys. */
export const labels = z.record(textOf(rules.labelKey), textOf(rules.labelValue));

const within = ({ min, max }: Range) => z.int().min(min).max(max);

/** The name of an object that the stack makes. */
export const objectName = textOf(rules.objectName, "lab", "a-1");

/** The name of a Secret that the stack makes, or expects under that name. */
export const secretName = textOf(rules.secretName, "lab-keys");

/** The name of an object that exists already. */
export const referenceName = textOf(rules.referenceName, "lab.v1");

/** A namespace of the stack's own. */
export const namespaceName = textOf(rules.namespaceName, "lab");

/** An image with its version. */
export const image = textOf(
  rules.image,
  "redis:7-alpine",
  "registry.example.org:5000/lab/app:1.0.0",
);

/** A number of CPU cores above zero. */
export const cores = textOf(rules.cores, "500m", "2");

/** Bytes of memory or storage above zero. */
export const quantity = textOf(rules.quantity, "2Gi", "1");

/** A host name as an Ingress takes it. */
export const host = textOf(rules.host, "app.example.org", "*.example.org");

/** A cron expression. */
export const schedule = textOf(rules.schedule, "0 3 * * *", "*/5 * * * *");

/** Addresses with their prefix length. */
export const cidr = textOf(rules.cidr, "203.0.113.0/24", "2001:db8::/32");

/** A whole number as the API has most of them, 32 bits long; a user ID is one too. */
export const int32 = (min: number) => within({ min, max: 2147483647 });

/** Every address. */
export const anywhere = ["0.0.0.0/0", "::/0"] as const;

/** A whole number of replicas. */
export const replicas = z.int().min(0).max(1000);

/** A TCP port. */
export const port = within(rules.portRange);

/** A port of every node. */
export const nodePort = within(rules.nodePortRange);

/** Seconds that a workload may take to become ready. */
export const deadline = within(rules.deadlineRange);

const amounts = (what: string, disk: string) =>
  z.strictObject({
    cpu: cores.describe(`CPU cores ${what}, for example 500m`),
    memory: quantity.describe(`bytes ${what}, for example 512Mi`),
    "ephemeral-storage": quantity
      .optional()
      .describe(`bytes of the node's disk ${what}; default: ${disk}`),
  });

/** Requests and limits of a container. */
export const resources = z
  .strictObject({
    requests: amounts("reserved for the container", "50Mi, for logs"),
    limits: amounts("it may use at most", "20Gi, and the size of each scratch folder"),
  })
  .superRefine((given, context) => {
    const { requests, limits } = given;
    for (const kind of overLimit(given)) {
      context.addIssue({
        code: "custom",
        path: ["requests", kind],
        message: `at most the limit, ${limits[kind]}`,
        input: requests[kind],
      });
    }
  })
  .meta({ title: "resources", description: "what a container requests and may use" });

const toleration = z
  .strictObject({
    key: textOf(rules.labelKey).optional(),
    operator: z.enum(["Exists", "Equal"]).optional(),
    value: textOf(rules.labelValue).optional(),
    effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
    tolerationSeconds: z.int().min(0).optional(),
  })
  .superRefine(({ key, operator, value, effect, tolerationSeconds }, context) => {
    const refuse = (field: string, message: string, input: unknown): void =>
      context.addIssue({ code: "custom", path: [field], message, input });
    if (operator === "Exists" && (value ?? "") !== "") {
      refuse("value", "no value with operator Exists, which tolerates every value", value);
    }
    if (operator !== "Exists" && key === undefined) {
      refuse("key", "the key of a taint, or no key with operator Exists for all taints", key);
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      const message = "no value unless effect is NoExecute, which alone evicts pods";
      refuse("tolerationSeconds", message, tolerationSeconds);
    }
  });

/** Where pods may run. */
export const placement = z
  .strictObject({
    nodeSelector: z
      .record(textOf(rules.nodeLabelKey), textOf(rules.labelValue))
      .optional()
      .describe("labels a node must have"),
    tolerations: z
      .array(toleration)
      .optional()
      .describe("taints that its pods tolerate, as in a pod's spec"),
    spread: z.boolean().default(true).describe("prefer different nodes for the replicas"),
    priorityClassName: referenceName.optional().describe("an existing PriorityClass"),
    tolerationSeconds: z
      .int()
      .min(0)
      .optional()
      .describe(
        "seconds until a pod of a lost node is replaced elsewhere; default: Kubernetes' own, 300",
      ),
  })
  .meta({ title: "placement", description: "where its pods may run" });

const scalingRules = z.strictObject({
  stabilizationWindowSeconds: z
    .int()
    .min(0)
    .max(3600)
    .exactOptional()
    .describe(
      "seconds over which the most cautious recommendation counts; default: 0 up, 300 down",
    ),
  selectPolicy: z
    .enum(["Max", "Min", "Disabled"])
    .exactOptional()
    .describe("which policy applies; default: Max"),
  policies: z
    .array(
      z.strictObject({
        type: z.enum(["Pods", "Percent"]),
        value: int32(1),
        periodSeconds: z.int().min(1).max(1800),
      }),
    )
    .min(1)
    .describe("the most pods, or percent of the pods, to add or remove per period"),
});

const percent = within(rules.percentRange);

/** Replicas by load. */
export const autoscaling = z
  .strictObject({
    minReplicas: z.int().min(1).max(1000).describe("the fewest pods"),
    maxReplicas: z.int().min(1).max(1000).describe("the most pods; at least `minReplicas`"),
    cpuPercent: percent
      .default(70)
      .describe("target of the mean CPU use, in percent of the request"),
    memoryPercent: percent
      .optional()
      .describe("target of the mean memory use, in percent of the request; default: none"),
    behavior: z
      .strictObject({
        scaleUp: scalingRules.exactOptional(),
        scaleDown: scalingRules.exactOptional(),
      })
      .exactOptional()
      .describe(
        "how fast replicas are added and removed; default: the system's, else Kubernetes' own",
      ),
  })
  .superRefine(({ minReplicas, maxReplicas }, context) => {
    if (maxReplicas >= minReplicas) return;
    context.addIssue({
      code: "custom",
      path: ["maxReplicas"],
      message: `at least minReplicas, ${minReplicas}`,
      input: maxReplicas,
    });
  })
  .meta({
    title: "autoscaling",
    description: "replicas by load (HorizontalPodAutoscaler); not together with `replicas`",
  });

/** What a namespace may use in all. */
export const quota = z
  .record(textOf(rules.quotaName), z.string())
  .superRefine((hard, context) => {
    for (const [name, amount] of Object.entries(hard)) {
      const { error } = textOf(rules.quotaAmount(name)).safeParse(amount);
      for (const issue of error?.issues ?? []) {
        context.addIssue({ ...issue, path: [name], input: amount } as never);
      }
    }
  })
  .optional()
  .describe("hard limits of a ResourceQuota; default: no quota");

/** JSON that is merged over that of a file, object by object. */
export const overrides = z.record(z.string(), z.json());

/** Where the API server is, for systems whose pods call it. */
export const apiServer = z
  .strictObject({
    cidrs: z
      .array(cidr)
      .min(1)
      .default([...anywhere])
      .describe("its addresses; `kubectl get endpointslices -n default` prints them"),
    ports: z
      .array(port)
      .min(1)
      .default([443, 6443])
      .describe("its TCP ports: that of its Service and that of its endpoints"),
  })
  .meta({
    title: "apiServer",
    description: "where pods with a ServiceAccount token may reach the API server",
  });

const backupRuns = {
  schedule: schedule.default("0 2 * * *").describe("when volumes are backed up, in UTC"),
  keep: z.int().min(1).max(1000).default(7).describe("backups to keep of each volume"),
};

/** How a system's volumes are backed up. */
export const volumeBackup = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("none") }),
    z.strictObject({
      type: z.literal("snapshot"),
      ...backupRuns,
      snapshotClassName: referenceName
        .optional()
        .describe("VolumeSnapshotClass; default: the cluster's default for the driver"),
      waitSeconds: z
        .int()
        .min(1)
        .max(86400)
        .default(1800)
        .describe("seconds within which the snapshots of a run must be ready"),
    }),
    z.strictObject({
      type: z.literal("copy"),
      ...backupRuns,
      size: quantity.describe("size of the volume for archives"),
      storageClassName: referenceName.optional().describe("default: the cluster's default class"),
      existingClaim: objectName.optional().describe("mount this claim instead of creating one"),
    }),
  ])
  .meta({
    title: "volumeBackup",
    description:
      "how volumes are backed up: as VolumeSnapshots, which need a CSI snapshot controller, or as archives on a separate volume",
  });
