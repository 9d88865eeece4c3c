import { collectOffline } from "../offline/offline";
import { isForPeople, messageOf } from "../../lib/errors";
import type { KubeObject } from "../../lib/objects";

/** What a stack's configuration wants, or why that is not known. */
export type Wants =
  | { readonly objects: readonly KubeObject[]; readonly unknown?: undefined }
  | { readonly objects?: undefined; readonly unknown: string };

/** Renders the stack; with a wrong configuration nothing is known. */
export async function readWants(root: string, stack: string): Promise<Wants> {
  try {
    const { objects } = await collectOffline({ root, stack });
    return { objects };
  } catch (error) {
    if (isForPeople(error)) return { unknown: messageOf(error) };
    throw error;
  }
}
