import {
  copyFile,
  link,
  mkdir,
  readdir,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { isCode } from "../../../../lib/errors";
import type { Image } from "./description";
import { type Blob, cacheFolder, digestOf, layersFolder, partialFolder } from "./layers";

// Written by hand: the registries' libraries for this format either talk to a registry or pack files of
// their own choice; the format itself is four JSON objects.

/** An image with its layers. */
export interface Built {
  readonly image: Image;
  readonly layers: readonly Blob[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

const type = (what: string): string => `application/vnd.oci.image.${what}`;
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** How many layouts are kept: for other checkouts and the previous revision. */
const kept = 3;
const dayMilliseconds = 86_400_000;

/** A reference with its registry, as a container runtime completes it. */
export function fullReference(name: string): string {
  const [first = "", ...rest] = name.split("/");
  if (rest.length > 0 && /[.:]|^localhost$/.test(first)) return name;
  return `docker.io/${rest.length === 0 ? "library/" : ""}${name}`;
}

/**
 * Writes images as one OCI image layout, unless it is there: its name says its content.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 */
export async function writeLayout(images: readonly Built[]): Promise<string> {
  const texts: string[] = [];
  const json = (mediaType: string, value: unknown): Descriptor => {
    const text = JSON.stringify(value);
    texts.push(text);
    return { mediaType, digest: `sha256:${digestOf(text)}`, size: Buffer.byteLength(text) };
  };
  const manifests = images.flatMap(({ image, layers }) => {
    const manifest = json(type("manifest.v1+json"), {
      schemaVersion: 2,
      mediaType: type("manifest.v1+json"),
      config: json(type("config.v1+json"), configOf(image, layers)),
      layers: layers.map(({ digest, size }) => ({
        mediaType: type("layer.v1.tar"),
        digest: `sha256:${digest}`,
        size,
      })),
    });
    return image.names.map(fullReference).map((name) => ({
      ...manifest,
      // The second is what containerd takes as it is: it puts a prefix before the first.
      annotations: {
        "org.opencontainers.image.ref.name": name,
        "io.containerd.image.name": name,
      },
    }));
  });
  const index = { schemaVersion: 2, mediaType: type("index.v1+json"), manifests };
  const folder = join(cacheFolder(), `layout-${digestOf(JSON.stringify(index)).slice(0, 16)}`);
  if (!(await touch(folder))) await write(folder, index, texts, images);
  await dropOld(folder);
  return folder;
}

function configOf(image: Image, layers: readonly Blob[]): object {
  const { user, env, workdir, entrypoint, cmd } = image;
  return {
    architecture: process.arch === "x64" ? "amd64" : process.arch,
    os: "linux",
    config: {
      User: user,
      Env: Object.entries({ PATH: searchPath, ...env }).map(([key, value]) => `${key}=${value}`),
      WorkingDir: workdir,
      Entrypoint: entrypoint,
      Cmd: cmd,
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
  };
}

async function write(
  folder: string,
  index: object,
  texts: readonly string[],
  images: readonly Built[],
): Promise<void> {
  const partial = await partialFolder();
  try {
    const blobs = join(partial, "blobs", "sha256");
    await mkdir(blobs, { recursive: true });
    await writeFile(join(partial, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(partial, "index.json"), JSON.stringify(index));
    for (const text of texts) await writeFile(join(blobs, digestOf(text)), text);
    for (const { path, digest } of images.flatMap(({ layers }) => layers))
      await link(path, join(blobs, digest)).catch((error: unknown) => {
        if (isCode(error, "EEXIST")) return;
        // Not every file system has hard links.
        if (isCode(error, "EPERM")) return copyFile(path, join(blobs, digest));
        throw error;
      });
    await rename(partial, folder).catch((error: unknown) => {
      // Another build was faster.
      if (!isCode(error, "ENOTEMPTY") && !isCode(error, "EEXIST")) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function touch(path: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(path, now, now);
    return true;
  } catch (error) {
    if (isCode(error, "ENOENT")) return false;
    throw error;
  }
}

/** Keeps the newest layouts, and layers that are in one of them or were used today. */
async function dropOld(current: string): Promise<void> {
  const layouts = (await readdir(cacheFolder()))
    .filter((name) => name.startsWith("layout-"))
    .map((name) => join(cacheFolder(), name));
  const used = await Promise.all(
    layouts.map(async (path) => ({ path, time: (await stat(path)).mtimeMs })),
  );
  const old = used.sort((a, b) => b.time - a.time).slice(kept);
  for (const { path } of old)
    if (path !== current) await rm(path, { recursive: true, force: true });
  for (const name of await readdir(layersFolder())) {
    const path = join(layersFolder(), name);
    const { nlink, mtimeMs } = await stat(path);
    if (nlink === 1 && Date.now() - mtimeMs > dayMilliseconds) await rm(path, { force: true });
  }
}
