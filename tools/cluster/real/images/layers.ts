import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { buildsFolder } from "../../../toolchain";

/** One layer of an image, not built yet. */
export interface Layer {
  /** For messages. */
  readonly what: string;
  /** All that it is made from, as JSON. */
  readonly key: unknown;
  /** Writes it as a tar file; `work` is an empty folder that is removed afterwards. */
  readonly make: (output: string, work: string) => Promise<void>;
}

/** A file in the cache, by its content. */
export interface Blob {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

/** Where layers and layouts are kept. */
export const cacheFolder = (): string => join(buildsFolder(), "images");
export const layersFolder = (): string => join(cacheFolder(), "layers");

export const digestOf = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex");

export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** A new folder beside the cache's content, which the next build removes if this one cannot. */
export async function partialFolder(): Promise<string> {
  await mkdir(layersFolder(), { recursive: true });
  return await mkdtemp(join(cacheFolder(), `partial-${process.pid}-`));
}

/** Removes what builds left behind that were killed. */
export async function removeLeftovers(): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const left = (await readdir(cacheFolder())).filter((name) => {
    const pid = /^partial-(\d+)-/.exec(name)?.[1];
    return pid !== undefined && !isRunning(Number(pid));
  });
  await Promise.all(left.map((name) => rm(join(cacheFolder(), name), { recursive: true })));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** By name: images that are built side by side share layers. */
const ensured = new Map<string, Promise<Blob>>();

/** The layer from the cache, or built: it appears there whole or not at all. */
export function ensureLayer(layer: Layer, progress: (line: string) => void): Promise<Blob> {
  const name = digestOf(JSON.stringify(layer.key)).slice(0, 16);
  const blob =
    ensured.get(name) ?? findOrBuild(name, layer, progress).finally(() => ensured.delete(name));
  ensured.set(name, blob);
  return blob;
}

async function findOrBuild(
  name: string,
  { what, make }: Layer,
  progress: (line: string) => void,
): Promise<Blob> {
  const known = await find(name);
  if (known) return known;
  const began = Date.now();
  progress(`building ${what}, once`);
  const work = await partialFolder();
  try {
    const output = join(work, "layer.tar");
    const inner = join(work, "work");
    await mkdir(inner);
    await make(output, inner);
    await rename(output, join(layersFolder(), `${name}.${await digestOfFile(output)}`));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  progress(`built ${what} in ${Math.round((Date.now() - began) / 1000)} s`);
  const built = await find(name);
  if (!built) throw new Error(`${what} was removed from ${layersFolder()}`);
  return built;
}

// A layer's file is named KEY.DIGEST.
async function find(name: string): Promise<Blob | undefined> {
  await mkdir(layersFolder(), { recursive: true });
  const file = (await readdir(layersFolder())).find((each) => each.startsWith(`${name}.`));
  if (file === undefined) return undefined;
  const path = join(layersFolder(), file);
  const now = new Date();
  await utimes(path, now, now);
  return { path, digest: file.slice(name.length + 1), size: (await stat(path)).size };
}

/** Every file belongs to root, with one time. */
export const plainTar = [
  ...["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"],
  ...["--mode=u+rwX,go+rX,go-w"],
];
