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
