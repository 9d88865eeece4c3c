/** The parts of an image's name: `registry/repository:tag`. */
export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** The parts of an image's name, or undefined where it names no registry or no tag. */
export function parseImage(image: string): ImageName | undefined {
  // A first part with a dot, a port or `localhost` is a registry; all else is a path at Docker Hub.
  const match = /^([^/]+[.:][^/]*|localhost)\/([^:@]+):([^:@/]+)$/.exec(image);
  const [, registry, repository, tag] = match ?? [];
  if (registry === undefined || repository === undefined || tag === undefined) return undefined;
  return { registry, repository, tag };
}

/**
 * Whether the same name may be another image tomorrow, so that a node must ask the registry at each start: a
 * tag without a digit, such as main or stable, names no version.
 */
export function isMoving(image: string): boolean {
  const tag = /:([^:@/]+)$/.exec(image)?.[1];
  return !image.includes("@") && tag !== undefined && !/\d/.test(tag);
}
