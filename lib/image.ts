/** The parts of an image's name: `registry/repository:tag@digest`. */
export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

// The grammar of https://github.com/distribution/reference/blob/v0.6.0/regexp.go. As there, a first part
// with a dot, a port or `localhost` is a registry, and all else a path at Docker Hub.
const label = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?";
const registry = `(?:(?=[^/]*[.:]|localhost/)(?<registry>${label}(\\.${label})*|\\[[0-9A-Fa-f:]+\\])(?<port>:\\d{1,5})?/)?`;
const part = "[a-z0-9]+((?:[._]|__|-+)[a-z0-9]+)*";
const reference = new RegExp(
  `^${registry}(?<repository>${part}(/${part})*)(:(?<tag>\\w[\\w.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$`,
);

/** Whether `text` names an image with a tag or a digest as registries and container runtimes read it. */
export function isImage(text: string): boolean {
  const { repository, tag, digest } = reference.exec(text)?.groups ?? {};
  if (repository === undefined || repository.length > 255) return false;
  return (tag ?? digest) !== undefined;
}

/** The parts of an image's name, or undefined where it names no registry or no tag, or a digest. */
export function parseImage(image: string): ImageName | undefined {
  const { registry, port = "", repository, tag, digest } = reference.exec(image)?.groups ?? {};
  if (registry === undefined || repository === undefined || tag === undefined) return undefined;
  return digest === undefined ? { registry: `${registry}${port}`, repository, tag } : undefined;
}

/**
 * Whether the same name may be another image tomorrow, so that a node must ask the registry at each start: a
 * tag without a digit, such as main or stable, names no version.
 */
export function isMoving(image: string): boolean {
  const tag = /:([^:@/]+)$/.exec(image)?.[1];
  return !image.includes("@") && tag !== undefined && !/\d/.test(tag);
}
