import { z } from "zod";
import { at } from "../lib/objects";
import * as rules from "../lib/rules";
import type { Range, Rule } from "../lib/rules";

/** Single values and lists of them; what each allows, its rule says. */

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

/** A whole number of a range. */
export const within = ({ min, max }: Range) => z.int().min(min).max(max);

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

/** A whole number of replicas. */
export const replicas = z.int().min(0).max(1000);

/** A TCP port. */
export const port = within(rules.portRange);

/** A port of every node. */
export const nodePort = within(rules.nodePortRange);

/** Seconds that a workload may take to become ready. */
export const deadline = within(rules.deadlineRange);
