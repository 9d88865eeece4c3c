import { UserError } from "../../../../lib/errors";
import { debianLayer, pythonLayer } from "./debian";
import { type Image, imageNames, readImage } from "./description";
import { filesLayer } from "./files";
import { type Layer, ensureLayer, removeLeftovers } from "./layers";
import { type Built, writeLayout } from "./layout";

export { noDebian } from "./debian";
export { imageNames } from "./description";

/** Which images to build. */
export interface ImagesOptions {
  /** Root of this project. */
  readonly root: string;
  /** @default - all: the folders here with an image.yaml */
  readonly names?: readonly string[];
  /** Paths of the programs that images name in `binaries`. */
  readonly binaries?: Readonly<Record<string, string>>;
  readonly progress: (line: string) => void;
}

/**
 * Builds images into one OCI image layout and returns its folder, whose name changes with its content.
 * What is built already is neither built nor downloaded again.
 *
 * @throws UserError if a description is wrong, a program is missing, or a package cannot be had.
 */
export async function buildImages(options: ImagesOptions): Promise<string> {
  const { root, names = imageNames(root), binaries = {}, progress } = options;
  const images = names.map((name) => readImage(root, name));
  const programs = images.map((image) => programsOf(image, binaries));
  await removeLeftovers();
  const built: Built[] = [];
  const waiting = [...images.entries()];
  const build = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, image] = next;
      const place = images.length > 1 ? ` (image ${index + 1} of ${images.length})` : "";
      const tell = (line: string): void => progress(`${line}${place}`);
      const layers = [];
      for (const layer of await layersOf(image, programs[index] ?? {}, tell))
        layers.push(await ensureLayer(layer, tell));
      built[index] = { image, layers };
    }
  };
  try {
    // debootstrap and pip each keep one processor busy.
    await Promise.all([build(), build()]);
  } finally {
    // Where one fails, the other begins no more.
    waiting.length = 0;
  }
  return await writeLayout(built);
}

/** The caller's programs, by their path in the image. */
function programsOf(
  { name, binaries }: Image,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const pairs = Object.entries(binaries).map(([program, to]) => {
    const from = given[program];
    if (from === undefined)
      throw new UserError(
        `${name}/image.yaml:binaries.${program}: the caller names no such program.`,
      );
    return [to, from] as const;
  });
  return Object.fromEntries(pairs);
}

async function layersOf(
  image: Image,
  programs: Readonly<Record<string, string>>,
  progress: (line: string) => void,
): Promise<readonly Layer[]> {
  const { suite, packages, requirements } = image;
  const base = packages && debianLayer(suite, packages);
  const python =
    base && requirements !== undefined && pythonLayer(image, requirements, base, progress);
  const files = await filesLayer(image, programs);
  return [...(base ? [base] : []), ...(python ? [python] : []), files];
}
