import { isIP, isIPv4 } from "node:net";
import { isQuantity, parseQuantity } from "./quantity";
import type { Check } from "./problems";

/** What one kind of text is. The schemas of settings and the components' checks both ask it here. */
export interface Rule {
  /** What the text is meant to be, after "is not": "a host name". */
  readonly what: string;
  /** What to write instead, after "write". */
  readonly write: string;
  readonly accepts: (text: string) => boolean;
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const oneLabel = new RegExp(`^${label}$`);
const subdomain = new RegExp(`^${label}(\\.${label})*$`);
const isSubdomain = (text: string): boolean => text.length <= 253 && subdomain.test(text);

/** The name of a namespace, a Service or a volume: a DNS-1123 label. */
export const objectName: Rule = {
  what: "a Kubernetes name",
  write:
    "lower-case letters, digits and hyphens, starting and ending with a letter or digit, at most 63 characters",
  accepts: (text) => text.length <= 63 && oneLabel.test(text),
};

/** A node's name: a DNS-1123 subdomain. */
export const nodeName: Rule = {
  what: "a node's name",
  write: "it as `kubectl get nodes` prints it, in lower case",
  accepts: isSubdomain,
};

/** A host name as an Ingress takes it; `*.` stands for one label. */
export const host: Rule = {
  what: "a host name",
  write: "it without scheme and port, for example app.example.org",
  accepts: (text) => isSubdomain(text.replace(/^\*\.(?=.+\.)/, "")),
};

/** An image with a version: `latest` would change without a change of the stack. */
export const image: Rule = {
  what: "an image with a version",
  write: "NAME:TAG, not `latest`, or NAME@sha256:DIGEST, for example redis:7-alpine",
  accepts: (text) =>
    /^([^\s@]+:\w[\w.-]*|\S+@sha256:[0-9a-f]{64})$/.test(text) && !text.endsWith(":latest"),
};

/** An amount of CPU, memory or storage. */
export const quantity: Rule = {
  what: "a quantity above zero",
  write: "a number with its unit, for example 500m, 2, 512Mi or 16Gi",
  accepts: (text) => isQuantity(text) && parseQuantity(text) > 0,
};

/** One field of a cron expression: a list of values, ranges and steps. */
function cronField(value: string): string {
  const item = `(\\*|${value}(-${value})?)(/\\d+)?`;
  return `${item}(,${item})*`;
}

/** Minute, hour and day are numbers; month and weekday may also be names such as JAN or MON. */
const cronFields = [
  ...Array<string>(3).fill("\\d+"),
  ...Array<string>(2).fill("(\\d+|[A-Za-z]{3})"),
].map(cronField);
const cron = new RegExp(`^${cronFields.join("\\s+")}$`);

/** When a CronJob runs. */
export const schedule: Rule = {
  what: "a cron expression",
  write: 'five fields, for example "0 3 * * *"',
  accepts: (text) => cron.test(text),
};

/** In which zone a schedule is meant. Offsets such as +01:00 are zones to JavaScript, not to Kubernetes. */
export const timeZone: Rule = {
  what: "a time zone",
  write: "an IANA name, for example Europe/Berlin",
  accepts: (text) => /^[A-Za-z]/.test(text) && isKnownZone(text),
};

function isKnownZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).format(0) !== "";
  } catch {
    return false;
  }
}

/** A range of IPv4 addresses. */
export const cidr: Rule = {
  what: "a range of addresses in CIDR notation",
  write: "an IPv4 address and a prefix length, for example 203.0.113.0/24",
  accepts: (text) => {
    const [address = "", prefix = "", ...rest] = text.split("/");
    return isIPv4(address) && /^([12]?\d|3[0-2])$/.test(prefix) && rest.length === 0;
  },
};

/** An address of either family. */
export const ipAddress: Rule = {
  what: "an IP address",
  write: "one without a prefix length, for example 10.96.0.50",
  accepts: (text) => isIP(text) !== 0,
};

/** The path of a URL. */
export const urlPath: Rule = {
  what: "the path of a URL",
  write: "one that starts with / and has no query, for example /health",
  accepts: (text) => /^\/[^\s?#]*$/.test(text),
};

/** The path of a file or folder. */
export const absolutePath: Rule = {
  what: "an absolute path",
  write: "one that starts with /, for example /export",
  accepts: (text) => text.startsWith("/"),
};

/** A folder of a file system. */
export const folder: Rule = {
  what: "the path of a folder",
  write: "an absolute path without a slash at its end, for example /data/dementia",
  accepts: (text) => /^\/\S*[^\s/]$/.test(text),
};

/** A name in a database server that needs no quotes there. */
export const identifier = (most: number): Rule => ({
  what: "a name that needs no quotes",
  write: `letters, digits and _, not starting with a digit, at most ${most} characters`,
  accepts: (text) => text.length <= most && /^[A-Za-z_][A-Za-z0-9_]*$/.test(text),
});

/** What is wrong with a text, and what to write instead. */
export const broken = (text: string, { what, write }: Rule): string =>
  `"${text}" is not ${what}; write ${write}`;

/** Checks a text of an argument; one that is left out is fine. */
export function ruleCheck(propertyPath: string, text: string | undefined, rule: Rule): Check {
  const isBroken = text !== undefined && !rule.accepts(text);
  return [isBroken, propertyPath, broken(text ?? "", rule)];
}

/** Whole numbers from `min` to `max`. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export const portRange: Range = { min: 1, max: 65535 };
/** The ports that Kubernetes keeps for NodePorts by default. */
export const nodePortRange: Range = { min: 30000, max: 32767 };
export const percentRange: Range = { min: 1, max: 100 };
/** Seconds that a workload may take to become ready: at most a day. */
export const deadlineRange: Range = { min: 1, max: 86400 };

/** Checks a number of an argument; one that is left out is fine. */
export function rangeCheck(path: string, value: number | undefined, { min, max }: Range): Check {
  const isOutside = value !== undefined && (!Number.isInteger(value) || value < min || value > max);
  return [isOutside, path, `must be a whole number from ${min} to ${max}, not ${value}`];
}
