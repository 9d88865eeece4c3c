import { systemCases } from "./systems";

type Json = Readonly<Record<string, unknown>>;

/** `given` with a value at a path such as `web.resources`. */
function withAt(given: unknown, [step = "", ...rest]: readonly string[], value: unknown): Json {
  const own = given as Json | undefined;
  return { ...own, [step]: rest.length === 0 ? value : withAt(own?.[step], rest, value) };
}

/** The changes to a stack that runs one system, with one of its settings changed. */
export function changed(setting: string, value: unknown): Json {
  const [system = "", ...path] = setting.split(".");
  const settings = withAt(systemCases[system]?.good, path, value);
  return { systems: [system], [system]: settings };
}

const pod = (cpu: unknown, memory: unknown): Json => ({
  requests: { cpu: "10m", memory: "1Ki" },
  limits: { cpu, memory },
});
const ingress = (more: Json): Json => ({ type: "ingress", hosts: ["a.example.org"], ...more });
const runs = (more: Json): Json => ({ schedule: "0 3 * * *", ...more });
const tolerate = (toleration: Json): Json => ({ tolerations: [toleration] });

/** What a setting takes as the cluster does. */
export const rightValues: readonly (readonly [setting: string, values: readonly unknown[]])[] = [
  ["openms.web.resources", [pod(".5", "1Gi"), pod("1e3", ".5Gi"), pod("+1", "1e9")]],
  ["openms.cleanUp.schedule", ["0 3 * * 0", "@daily", "0 0 * jan-mar MON"]],
  ["openms.egress", [["2001:db8::/32", "203.0.113.0/24"]]],
  ["openms.quota", [{ pods: "10", "count/jobs.batch": "4", "limits.memory": "64Gi" }]],
  ["openms.web.placement", [{ priorityClassName: "gold.tier" }, tolerate({ operator: "Exists" })]],
  ["openms.workspaces.storageClassName", ["gold.example.org"]],
  ["openms.imagePullSecrets", [["harbor.example.org"]]],
  ["bots.timeZone", ["Asia/Kolkata", "UTC"]],
];

/** What the cluster would refuse or warn about, the key after the system, and what the message says. */
export const wrongValues: readonly (readonly [
  setting: string,
  value: unknown,
  key: string,
  says: RegExp,
])[] = [
  ...["512MB", "1Gi ", "8 Gi", "512m", "0.5"].map(
    (memory) =>
      ["openms.web.resources", pod("1", memory), ".limits.memory", /is not a quantity/] as const,
  ),
  ["bots.volumes.data.size", "500m", "", /did you mean 500Mi\?/],
  ["mip.volumes.csvs", "0.5", "", /in whole bytes/],
  ["openms.web.resources", pod("1m", "1Gi"), ".requests.cpu", /at most the limit, 1m/],
  ...["default", "kube-system"].flatMap((namespace) =>
    ["openms", "openml", "maps", "bots"].map(
      (system) =>
        [`${system}.namespace`, namespace, "", /a namespace that a stack can own/] as const,
    ),
  ),
  ["openms.cleanUp", runs({ schedule: "0 3 * * 7" }), ".schedule", /did you mean 0 3 \* \* 0\?/],
  ["bots.engine", { schedule: "60 * * * *" }, ".schedule", /is not a cron expression/],
  ["bots.timeZone", "Europe/Berln", "", /is not a time zone/],
  ["mip.keycloak", { egress: ["keycloak.example.org"] }, ".egress[0]", /CIDR/],
  ["openms.egress", ["999.0.0.0/24"], "[0]", /CIDR/],
  ["openms.egress", ["10.0.0.1/24"], "[0]", /without bits beyond it/],
  [
    "openms.web.placement",
    tolerate({ key: "dedicated", operator: "Exists", value: "x" }),
    ".tolerations[0].value",
    /no value with operator Exists/,
  ],
  ["openms.web.placement", tolerate({ value: "x" }), ".tolerations[0].key", /is missing/],
  [
    "openms.web.placement",
    tolerate({ key: "a", tolerationSeconds: 5 }),
    ".tolerations[0].tolerationSeconds",
    /NoExecute/,
  ],
  [
    "openms.web.placement",
    { nodeSelector: { "bad key!": "true" } },
    '.nodeSelector["bad key!"]',
    /"bad key!" is not the key of a node's label/,
  ],
  ["openms.web.placement", { nodeSelector: { a: "b c" } }, ".nodeSelector.a", /value of a label/],
  [
    "openms.web.placement",
    { nodeSelector: { "beta.kubernetes.io/os": "linux" } },
    ".nodeSelector.beta.kubernetes.io/os",
    /did you mean kubernetes.io\/os\?/,
  ],
  ["openms.quota", { pods: "ten" }, ".pods", /is not a whole number of objects/],
  ["openms.quota", { foo: "10" }, ".foo", /a ResourceQuota can limit/],
  [
    "openms.exposure",
    ingress({ annotations: { "bad key/x/y": "1" } }),
    '.annotations["bad key/x/y"]',
    /the key of an annotation/,
  ],
  [
    "openms.exposure",
    ingress({ annotations: { "kubernetes.io/ingress.class": "nginx" } }),
    ".annotations.kubernetes.io/ingress.class",
    /`className`/,
  ],
  [
    "openms.exposure",
    ingress({ annotations: { "example.org/a": "x".repeat(300000) } }),
    ".annotations",
    /must be at most 245760 bytes long/,
  ],
  ["openms.exposure", ingress({ hosts: ["10.0.0.1"] }), ".hosts[0]", /is not a host name/],
  [
    "openms.exposure",
    ingress({ hosts: ["a.org", "a.org"] }),
    ".hosts[1]",
    /entry \[0\] does not have/,
  ],
  [
    "bots.init",
    { podAnnotations: { "controller.kubernetes.io/pod-deletion-cost": "x" } },
    ".podAnnotations.controller.kubernetes.io/pod-deletion-cost",
    /not in a domain of Kubernetes itself/,
  ],
  ["openml.image", "ghcr.io/OpenML/Flask:v1", "", /did you mean ghcr.io\/openml\/flask:v1\?/],
  ["openms.image", "https://registry.example.org/openms:1", "", /did you mean registry.exa/],
  ["bots.image", "reg/bots:1:2", "", /is not an image/],
  ["openml.image", "reg.example.org/openml:v1+build.5", "", /is not an image/],
  [
    "openms.files",
    { presets: { blob: "x".repeat(1_100_000) } },
    "",
    /is 1100023 bytes long; must be at most 786432/,
  ],
  ["openms.web.container", { env: { A: "x".repeat(140_000) } }, ".env.A", /at most 130048 bytes/],
  [
    "openms.secretNames",
    { redis: "same", streamlit: "same" },
    ".streamlit",
    /which secretNames.redis has/,
  ],
];
