import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { describeIssues } from "../../../../config/problems";
import { UserError } from "../../../../lib/errors";
import { isImage } from "../../../../lib/image";

const path = z.string().regex(/^(\/[^/\0]+)+$/, "an absolute path, for example /app");
const words = z.array(z.string());

const description = z.strictObject({
  /** The references under which it is served, as a pod names them. */
  names: z.array(z.string().refine(isImage, "NAME:TAG, for example redis:7-alpine")).min(1),
  /** The release of Debian. */
  suite: z.enum(["bookworm", "trixie"]).default("bookworm"),
  /** Debian packages beside the minimal system; without the key, the image has no system at all. */
  packages: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, "a Debian package, such as python3"))
    .optional(),
  /** Programs of the caller, and where the image has them. */
  binaries: z.record(z.string(), path).default({}),
  /** Folders that rootfs/ cannot hold: empty ones, and those of another owner or mode. */
  folders: z
    .record(
      path,
      z.strictObject({
        owner: z.int().min(0).default(0),
        mode: z
          .string()
          .regex(/^[01]?[0-7]{3}$/, 'an octal mode in quotes, for example "0755"')
          .default("0755"),
      }),
    )
    .default({}),
  user: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  workdir: path.optional(),
  entrypoint: words.optional(),
  cmd: words.optional(),
});

/** What an image is made of: `image.yaml` in its folder, with the files beside it. */
export interface Image extends z.infer<typeof description> {
  readonly name: string;
  /** Files as they lie in the image. */
  readonly rootfs: string | undefined;
  /** Python packages, each pinned, with all that they need. */
  readonly requirements: string | undefined;
}

export const imagesFolder = (root: string): string =>
  join(root, "tools", "cluster", "real", "images");

/** The names of all images: the folders with an image.yaml. */
export function imageNames(root: string): readonly string[] {
  const folder = imagesFolder(root);
  const entries = readdirSync(folder);
  return entries.filter((name) => existsSync(join(folder, name, "image.yaml"))).sort();
}

/** @throws UserError with all problems of the file, by key. */
export function readImage(root: string, name: string): Image {
  const folder = join(imagesFolder(root), name);
  const file = join(folder, "image.yaml");
  if (!existsSync(file))
    throw new UserError(`no image ${name}; there are ${imageNames(root).join(", ")}`);
  const value: unknown = parse(readFileSync(file, "utf8"));
  const { data, error } = description.safeParse(value);
  if (error) {
    const keys = Object.keys(description.shape);
    const problems = describeIssues(error, `${name}/image.yaml:`, value, (at) =>
      at.length === 0 ? keys : ["owner", "mode"],
    );
    throw new UserError(problems.map(({ key, text }) => `${key}: ${text}`).join("\n"));
  }
  const rootfs = join(folder, "rootfs");
  const requirements = join(folder, "requirements.txt");
  const image: Image = {
    ...data,
    name,
    rootfs: existsSync(rootfs) ? rootfs : undefined,
    requirements: existsSync(requirements) ? readFileSync(requirements, "utf8") : undefined,
  };
  if (image.requirements !== undefined && data.packages?.includes("python3") !== true)
    throw new UserError(`${name}/image.yaml:packages: must have python3, for requirements.txt.`);
  return image;
}
