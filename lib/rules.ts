import { isIP } from "node:net";
import { isCidr } from "./cidr";
import { isCron } from "./cron";
import { isImage } from "./image";
import { isLabel, isSubdomain } from "./labelRules";
import type { Rule } from "./rule";

export * from "./amountRules";
export * from "./labelRules";
export * from "./rule";

/** The name of a namespace, a Service or a volume: a DNS-1123 label. */
export const objectName: Rule = {
  what: "a Kubernetes name",
  write:
    "lower-case letters, digits and hyphens, starting and ending with a letter or digit, at most 63 characters",
  accepts: isLabel,
};

/** A Secret whose digest is an annotation of pods, `digest-NAME` in the stack's domain. */
export const secretName: Rule = {
  what: "the name of a Secret of the stack",
  write: objectName.write.replace("63", "56"),
  accepts: (text) => objectName.accepts(text) && text.length <= 56,
};

/** A Helm release, whose name a chart puts before those of Services and others. */
export const releaseName: Rule = {
  what: "the name of a Helm release",
  write: "lower-case letters, digits and hyphens, starting with a letter, at most 30 characters",
  accepts: (text) => objectName.accepts(text) && /^[a-z].{0,29}$/.test(text),
};

/** A namespace for the stack's own objects, which denies traffic by default and can be deleted. */
export const namespaceName: Rule = {
  what: "a namespace that a stack can own",
  write: `${objectName.write}, other than default and kube-…`,
  accepts: (text) => objectName.accepts(text) && !/^(default$|kube-)/.test(text),
};

/** The name of an object that exists already, of a kind whose names may have dots. */
export const referenceName: Rule = {
  what: "the name of a Kubernetes object",
  write: "it as `kubectl get` prints it, in lower case",
  accepts: isSubdomain,
};

/** A node's host name, which is also the value of a label. */
export const nodeName: Rule = {
  what: "a node's name",
  write: "it as `kubectl get nodes` prints it, in lower case, at most 63 characters",
  accepts: (text) => isSubdomain(text) && text.length <= 63,
};

/** A host name as an Ingress takes it; `*.` stands for one label. */
export const host: Rule = {
  what: "a host name",
  write: "it in lower case without scheme and port, for example app.example.org",
  accepts: (text) => isSubdomain(text.replace(/^\*\.(?=.+\.)/, "")) && isIP(text) === 0,
};

/** An image with a version: `latest` would change without a change of the stack. */
export const image: Rule = {
  what: "an image with a version",
  write:
    "NAME:TAG in lower case without scheme, not `latest`, or NAME@sha256:DIGEST, for example redis:7-alpine",
  accepts: (text) => isImage(text) && !text.endsWith(":latest"),
  near: (text) => {
    const [, path = "", rest = ""] = /^(?:https?:\/\/)?(.*\/|)(.*)$/.exec(text.trim()) ?? [];
    return `${path.toLowerCase()}${rest.replace(/^[^:@]*/, (name) => name.toLowerCase())}`;
  },
};

/** When a CronJob runs. */
export const schedule: Rule = {
  what: "a cron expression",
  write:
    'five fields with weekday 0 to 6, for example "0 3 * * *", or @daily; the zone is another field',
  accepts: isCron,
  // Many crons know Sunday as 7 too.
  near: (text) => text.replace(/\b7$/, "0"),
};

const zones = new Set([...Intl.supportedValuesOf("timeZone"), "UTC", "GMT", "CET", "EET", "WET"]);
const areas = new Set([...zones, "Etc/UTC", "US/Eastern", "Canada/Eastern"].map(areaOf));
/** Every place but a few is spelled like this; JavaScript knows it however it is spelled. */
const place = /^[A-Z]\w+(\/([A-Z][a-z]+|UTC|GMT)([_-]([A-Z][a-z]+|of|es|au)|[+-]\d{1,2})*)+$/;

function areaOf(zone: string): string {
  return zone.split("/")[0] ?? "";
}

/** In which zone a schedule is meant. JavaScript also knows offsets and zones of its own. */
export const timeZone: Rule = {
  what: "a time zone",
  write: "an IANA name with its capitals, for example Europe/Berlin",
  accepts: (text) =>
    zones.has(text) || (areas.has(areaOf(text)) && place.test(text) && isKnownZone(text)),
};

function isKnownZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).format(0) !== "";
  } catch {
    return false;
  }
}

/** A range of addresses, IPv4 or IPv6. */
export const cidr: Rule = {
  what: "a range of addresses in CIDR notation",
  write:
    "an address and a prefix length without bits beyond it, for example 203.0.113.0/24 or 2001:db8::/32",
  accepts: isCidr,
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
  write: "one that starts with / and has no query, no empty part and no .., for example /health",
  accepts: (text) => /^\/[^\s?#]*$/.test(text) && !/\/\.{0,2}\/|\/\.{1,2}$|%2f/i.test(text),
};

/** The path of a file or folder. */
export const absolutePath: Rule = {
  what: "an absolute path",
  write: "one that starts with / and has no .., for example /export",
  accepts: (text) => text.startsWith("/") && !text.split("/").includes(".."),
};

/** A folder of a file system. */
export const folder: Rule = {
  what: "the path of a folder",
  write: "an absolute path without :, .. and a slash at its end, for example /data/dementia",
  accepts: (text) => /^\/[^\s:]*[^\s:/]$/.test(text) && absolutePath.accepts(text),
};

/** A name in a database server that needs no quotes there. */
export const identifier = (most: number): Rule => ({
  what: "a name that needs no quotes",
  write: `letters, digits and _, not starting with a digit, at most ${most} characters`,
  accepts: (text) => text.length <= most && /^[A-Za-z_][A-Za-z0-9_]*$/.test(text),
});
