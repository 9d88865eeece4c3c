import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyOf, type KubeObject, textAt } from "../lib/objects";
import { root } from "../tests/support/folders";
import { TestStack } from "../tests/support/stackberth";
import { supplySecrets } from "../tests/support/suppliedSecrets";
import { collectOffline } from "../tools/offline/offline";
import { plainSettings } from "../tools/project/stackConfig";
import { type Files, writeFiles } from "./files";

/** Stacks whose settings a benchmark can have. */
export const stackLikes = ["dev", "prod"] as const;

export type StackLike = (typeof stackLikes)[number];

/** A stack of all systems, and its objects for the other ways, before and after the change of one image. */
export interface Subject {
  readonly stack: string;
  readonly count: number;
  readonly before: Files;
  readonly after: Files;
  /** Sets the image that changes in the stack's file, to the old or the new one. */
  readonly setImage: (which: keyof Images) => void;
  /** Removes the stack's file and those of the objects. */
  readonly remove: () => void;
}

/** The front end of MIP: a Deployment of each federation, of which dev has one and prod two. */
const imagePath = ["stackberth:mip", "images", "frontend"];

interface Images {
  readonly before: string;
  readonly after: string;
}

/** All systems, in the order in which a stack deploys them. */
export const systemsOf = (like: StackLike): readonly string[] =>
  plainSettings(root, like)["systems"] as readonly string[];

/** Makes a stack like dev or prod, whose data is not protected, and writes its objects. */
export async function makeSubject(like: StackLike): Promise<Subject> {
  const stack = `test-bench-${like}`;
  const all = systemsOf(like);
  const file = new TestStack(stack, like, all);
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const remove = (): void => {
    rmSync(folder, { recursive: true });
    file.remove();
  };
  try {
    file.set(["stackberth:protectData"], false);
    if (like === "prod") await supplySecrets(stack, all);
    const image = textAt(plainSettings(root, stack), "mip", "images", "frontend");
    const images: Images = { before: image, after: `${image}-changed` };
    const setImage = (which: keyof Images): void => file.set(imagePath, images[which]);
    const before = await objectsOf(stack);
    setImage("after");
    const after = await objectsOf(stack);
    setImage("before");
    requireDeployments(before, after);
    return {
      stack,
      count: before.length,
      before: writeFiles(join(folder, "before"), stack, before),
      after: writeFiles(join(folder, "after"), stack, after),
      setImage,
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function objectsOf(stack: string): Promise<readonly KubeObject[]> {
  const { objects } = await collectOffline({ root, stack });
  // The account that a namespace has by itself: Helm takes over nothing that is there.
  return objects
    .filter(({ kind, metadata }) => kind !== "ServiceAccount" || metadata.name !== "default")
    .map(withAcceptedSecret);
}

/** What stands for a secret is no JSON, which the API server wants of credentials for a registry. */
function withAcceptedSecret(object: KubeObject): KubeObject {
  if (object["type"] !== "kubernetes.io/dockerconfigjson") return object;
  return { ...object, stringData: { ".dockerconfigjson": '{"auths":{}}' } };
}

function requireDeployments(before: readonly KubeObject[], after: readonly KubeObject[]): void {
  const texts = new Map(before.map((object) => [keyOf(object), JSON.stringify(object)]));
  const changed = after.filter((object) => texts.get(keyOf(object)) !== JSON.stringify(object));
  const kinds = [...new Set(changed.map(({ kind }) => kind))].join(", ");
  if (before.length !== after.length || kinds !== "Deployment") {
    throw new Error(`the other image must change Deployments alone, but changes: ${kinds}`);
  }
}
