import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A program of the toolchain: a Go module of ours in `toolchain/NAME`, which pins what it is built from. */
export interface Program {
  readonly name: string;
  /** The folder of its module, below `toolchain/`. @default - its name */
  readonly module?: string;
  /** What to build, as `go build` takes it. @default "." */
  readonly package?: string;
  /** The version that it reports. */
  readonly version: string;
  /** Variables that the linker sets, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** CPU seconds of a build with empty caches, measured on 2 cores at 2.5 GHz. */
  readonly cpuSeconds: number;
}

const sdkVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const kubernetesVersion = "v1.36.3";

function kubernetesVariables(): Record<string, string> {
  const [major = "", minor = ""] = kubernetesVersion.slice(1).split(".");
  const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
  const fields = { gitVersion: kubernetesVersion, gitMajor: major, gitMinor: minor };
  const all = { ...fields, gitTreeState: "clean" };
  return Object.fromEntries(
    packages.flatMap((name) =>
      Object.entries(all).map(([field, value]) => [`${name}.${field}`, value]),
    ),
  );
}

/** The whole Kubernetes control plane, kubectl and simulated nodes in one program. */
export const controlPlane: Program = {
  name: "control-plane",
  version: kubernetesVersion,
  variables: kubernetesVariables(),
  cpuSeconds: 500,
};

/** Pulumi's command line, which is its engine. */
export const pulumi: Program = {
  name: "pulumi",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  version: "v3.276.0",
  variables: { [sdkVersion]: "v3.276.0" },
  cpuSeconds: 320,
};

/** Runs the program for plain `pulumi` commands; the project's own commands run it in their process. */
export const nodejsHost: Program = {
  name: "pulumi-language-nodejs",
  package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  version: "v3.68.0",
  variables: { [sdkVersion]: "v3.68.0" },
  cpuSeconds: 30,
};

/** Pulumi's provider for Kubernetes: the one revision that the Go module proxy serves, of January 2026. */
export const kubernetesProvider: Program = {
  name: "pulumi-resource-kubernetes",
  version: "v4.25.0",
  variables: { "main.version": "4.25.0" },
  cpuSeconds: 220,
};

/** Replaces Pulumi's provider of random passwords, which no package registry serves. */
export const randomProvider: Program = {
  name: "pulumi-resource-random",
  version: "v4.21.2",
  variables: { "main.version": "4.21.2" },
  cpuSeconds: 20,
};

/** What `npm run bench` compares with; no other command needs it. */
export const helm: Program = {
  name: "helm",
  package: "helm.sh/helm/v3/cmd/helm",
  version: "v3.18.6",
  variables: { "helm.sh/helm/v3/internal/version.version": "v3.18.6" },
  cpuSeconds: 150,
};

const kubernetesChecker = { variables: {}, cpuSeconds: 20 } as const;

/** Checks objects against Kubernetes' own schemas; only a test needs it. */
export const kubeconform: Program = {
  ...kubernetesChecker,
  name: "kubeconform",
  package: "github.com/yannh/kubeconform/cmd/kubeconform",
  version: "v0.8.0",
};

/** Checks objects against what its authors advise; only a test needs it. */
export const kubeScore: Program = {
  ...kubernetesChecker,
  name: "kube-score",
  package: "github.com/zegl/kube-score/cmd/kube-score",
  version: "v1.20.0",
};

/** Checks objects against rules of ours, in Rego; only a test needs it. */
export const conftest: Program = {
  name: "conftest",
  package: "github.com/open-policy-agent/conftest",
  version: "v0.71.0",
  variables: {},
  cpuSeconds: 190,
};

/** What a real node runs beside its container runtime: kubelet, kube-proxy and a registry. */
export const node: Program = {
  ...controlPlane,
  name: "node",
  module: controlPlane.name,
  package: "./node",
  cpuSeconds: 250,
};

/** Holds a pod's namespaces, on a real node. */
export const pause: Program = {
  ...controlPlane,
  name: "pause",
  module: controlPlane.name,
  package: "./pause",
  cpuSeconds: 10,
};

/** A real node's DNS. */
export const coredns: Program = {
  name: "coredns",
  package: "github.com/coredns/coredns",
  version: "v1.15.0",
  variables: {},
  cpuSeconds: 500,
};

/** Enforces NetworkPolicies on a real node. */
export const kubeRouter: Program = {
  name: "kube-router",
  package: "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router",
  version: "v2.1.0",
  variables: {},
  cpuSeconds: 150,
};

/** A real node's Ingress controller, which reads the annotations of ingress-nginx too. */
export const traefik: Program = {
  name: "traefik",
  package: "github.com/traefik/traefik/v3/cmd/traefik",
  version: "v3.6.12",
  variables: {},
  cpuSeconds: 600,
};

/** What only a real node needs. */
export const nodePrograms: readonly Program[] = [node, pause, coredns, kubeRouter, traefik];

/** Every program, in the order in which they are listed. */
export const programs: readonly Program[] = [
  controlPlane,
  pulumi,
  kubernetesProvider,
  randomProvider,
  nodejsHost,
  helm,
  kubeconform,
  kubeScore,
  conftest,
  ...nodePrograms,
];

/** The folder of a program's sources. */
export const sourcesOf = (root: string, { name, module = name }: Program): string =>
  join(root, "toolchain", module);

/** The version of Go that a module asks for. */
export function goVersionOf(sources: string): string {
  return /^go (\S+)$/m.exec(readFileSync(join(sources, "go.mod"), "utf8"))?.[1] ?? "?";
}
