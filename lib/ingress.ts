/** What a system needs from its Ingress, and how each controller is told. Pure. */

/** Where a certificate comes from. */
export type Tls =
  | { readonly mode: "none"; readonly secretName?: undefined }
  | { readonly mode: "secret"; readonly secretName: string }
  | {
      readonly mode: "certManager";
      readonly issuer: string;
      readonly secretName?: string | undefined;
    };

/** A path, with all paths below it, and where it leads. */
export interface IngressPath {
  /** For example /notebook. */
  readonly path: string;
  readonly service: { readonly name: string; readonly port: number };
}

export interface IngressIntent {
  /** Whose annotations to write; `nginx` is also read by Traefik from 3.7 on. */
  readonly controller: "nginx" | "traefik";
  /** @default - the cluster's default class */
  readonly className?: string | undefined;
  readonly hosts: readonly string[];
  readonly tls: Tls;
  /** Keep a browser on one pod, by a cookie of this name. @default - no sticky sessions */
  readonly stickyCookie?: string | undefined;
  /** Seconds a connection may be idle in either direction. @default - the controller's */
  readonly timeoutSeconds?: number | undefined;
  /** Largest request body in MiB; 0 is without limit. @default - the controller's */
  readonly maxBodyMebibytes?: number | undefined;
  /** Whether the controller buffers responses. @default - the controller's */
  readonly buffering?: boolean | undefined;
  /** Path to which `/` redirects. @default - none */
  readonly rootRedirect?: string | undefined;
  /** Paths that lead to other Services of the namespace. @default - every path leads to the one Service */
  readonly paths?: readonly IngressPath[] | undefined;
  /** More annotations, which override ours. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface IngressRendering {
  readonly annotations: Readonly<Record<string, string>>;
  /** What the controller reads on the Service. */
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  /** Traefik Middlewares that the annotations name. */
  readonly middlewares: readonly { readonly suffix: string; readonly spec: object }[];
}

type Renderer = (name: string, namespace: string, intent: IngressIntent) => IngressRendering;

const issuer = ({ tls }: IngressIntent): Record<string, string> =>
  tls.mode === "certManager" ? { "cert-manager.io/cluster-issuer": tls.issuer } : {};

/** Only the entries that are set, under a prefix. */
function under(
  prefix: string,
  entries: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) =>
      value === undefined ? [] : [[`${prefix}/${key}`, value]],
    ),
  );
}

const nginx: Renderer = (_name, _namespace, intent) => {
  const { stickyCookie, timeoutSeconds, maxBodyMebibytes: body, buffering } = intent;
  const seconds = timeoutSeconds === undefined ? undefined : String(timeoutSeconds);
  const sticky = stickyCookie !== undefined;
  return {
    annotations: {
      ...issuer(intent),
      ...under("nginx.ingress.kubernetes.io", {
        "proxy-read-timeout": seconds,
        "proxy-send-timeout": seconds,
        // WebSockets are an upgrade of HTTP 1.1.
        "proxy-http-version": seconds && "1.1",
        "proxy-body-size": body === undefined ? undefined : body === 0 ? "0" : `${body}m`,
        "proxy-buffering": buffering === undefined ? undefined : buffering ? "on" : "off",
        "app-root": intent.rootRedirect,
        affinity: sticky ? "cookie" : undefined,
        // The other mode, balanced, moves sessions when replicas are added.
        "affinity-mode": sticky ? "persistent" : undefined,
        "session-cookie-name": stickyCookie,
        "session-cookie-path": sticky ? "/" : undefined,
        "session-cookie-samesite": sticky ? "Lax" : undefined,
      }),
      ...intent.annotations,
    },
    serviceAnnotations: {},
    middlewares: [],
  };
};

const traefik: Renderer = (name, namespace, intent) => {
  const { stickyCookie, maxBodyMebibytes: body, rootRedirect, tls } = intent;
  const secure = tls.mode !== "none";
  const middlewares = [
    ...(rootRedirect === undefined
      ? []
      : [
          {
            suffix: "root",
            spec: {
              redirectRegex: {
                regex: "^(https?://[^/]+)/?$",
                replacement: `\${1}${rootRedirect}`,
              },
            },
          },
        ]),
    // Without this Traefik sets no limit, and it buffers nothing.
    ...(body
      ? [{ suffix: "body", spec: { buffering: { maxRequestBodyBytes: body * 2 ** 20 } } }]
      : []),
  ];
  const named = middlewares.map(({ suffix }) => `${namespace}-${name}-${suffix}@kubernetescrd`);
  return {
    annotations: {
      ...issuer(intent),
      ...under("traefik.ingress.kubernetes.io", {
        "router.entrypoints": secure ? "websecure" : "web",
        "router.tls": secure ? "true" : undefined,
        "router.middlewares": named.length > 0 ? named.join(",") : undefined,
      }),
      ...intent.annotations,
    },
    serviceAnnotations:
      stickyCookie === undefined
        ? {}
        : under("traefik.ingress.kubernetes.io", {
            "service.sticky.cookie": "true",
            "service.sticky.cookie.name": stickyCookie,
            "service.sticky.cookie.httponly": "true",
            "service.sticky.cookie.samesite": "lax",
            "service.sticky.cookie.secure": secure ? "true" : undefined,
          }),
    middlewares,
  };
};

const renderers: Readonly<Record<IngressIntent["controller"], Renderer>> = { nginx, traefik };

/** The intent in the controller's own terms. Traefik sets timeouts on its entry points, not here. */
export const renderIngress: Renderer = (name, namespace, intent) =>
  renderers[intent.controller](name, namespace, intent);
