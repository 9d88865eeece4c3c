import { labelKey } from "./labelRules";
import { isQuantity, isWhole, parseQuantity } from "./quantity";
import type { Rule } from "./rule";

// Beyond 2^53 the API server's own arithmetic in thousandths overflows.
const isAmount = (text: string): boolean => {
  const value = isQuantity(text) ? parseQuantity(text) : NaN;
  return value > 0 && value < 2 ** 53;
};

/** A quantity with its unit spelled as Kubernetes does; `m`, a thousandth of a byte, is meant as Mi. */
function respelled(text: string): string {
  const [, digits = "", unit = "", binary = ""] =
    /^\s*([\d.]+)\s*([kmgtpe]?)(i?)b?\s*$/i.exec(text) ?? [];
  if (unit === "m" && binary === "" && !/b/i.test(text)) return `${digits}Mi`;
  const big = unit.toUpperCase();
  return `${digits}${binary === "" && big === "K" ? "k" : big}${binary.toLowerCase()}`;
}

/** An amount of CPU. */
export const cores: Rule = {
  what: "a number of CPU cores above zero",
  write: "cores or thousandths of a core, for example 2, 0.5 or 500m",
  accepts: (text) => isAmount(text) && isWhole(text, 1000n),
  near: (text) => text.replace(/\s/g, "").replace(/M$/, "m"),
};

/** An amount of memory or storage. */
export const quantity: Rule = {
  what: "a quantity above zero in whole bytes",
  write: "a number with its unit, for example 512Mi or 16Gi",
  accepts: (text) => isAmount(text) && isWhole(text),
  near: respelled,
};

const standardQuotas =
  /^((requests\.|limits\.)?(cpu|memory|ephemeral-storage)|requests\.storage|(requests\.)?hugepages-\w+)$/;
const countedQuotas =
  /^(pods|services|services\.(nodeports|loadbalancers)|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims)$/;

/** What a ResourceQuota can limit. */
export const quotaName: Rule = {
  what: "a resource that a ResourceQuota can limit",
  write:
    "for example limits.memory, requests.storage, pods, count/jobs.batch or requests.nvidia.com/gpu",
  accepts: (text) =>
    labelKey.accepts(text) &&
    (text.includes("/") || standardQuotas.test(text) || countedQuotas.test(text)),
};

/** How much of `name` a ResourceQuota allows. */
export const quotaAmount = (name: string): Rule => {
  const counted = countedQuotas.test(name) || (name.includes("/") && !name.startsWith("requests."));
  return {
    what: counted ? "a whole number of objects" : "a quantity",
    write: counted ? "for example 10" : "zero or more with its unit, for example 500m, 2 or 16Gi",
    accepts: (text) =>
      isQuantity(text) &&
      parseQuantity(text) >= 0 &&
      parseQuantity(text) < 2 ** 53 &&
      (!counted || isWhole(text)),
  };
};
