import { readFile } from "node:fs/promises";
import type { Stack } from "@pulumi/pulumi/automation";
import { at, type Json, listAt } from "../../lib/objects";
import { stateFile } from "./backend";

/** What a stack's state says. */
export interface State {
  readonly resources: readonly Json[];
  /** Whether the engine was stopped while it worked on a resource. */
  readonly isInterrupted: boolean;
}

/** Reads a stack's state: its file, where that is in the checkout, and else by `pulumi`, which takes a second. */
export async function readState(stack: Stack): Promise<State> {
  const file = isInCheckout(stack) ? await readLatest(stack) : undefined;
  const state: unknown = file ?? (await stack.exportStack()).deployment;
  return {
    resources: listAt(state, "resources"),
    isInterrupted: listAt(state, "pending_operations").length > 0,
  };
}

/** Whether a stack's state is kept in the checkout, so that no other machine has it. */
export function isInCheckout({ workspace }: Pick<Stack, "workspace">): boolean {
  return workspace.envVars["PULUMI_BACKEND_URL"] !== undefined;
}

/** What the file of a state says; undefined if it is damaged, of which `pulumi` tells the user. */
async function readLatest({ name, workspace: { workDir } }: Stack): Promise<unknown> {
  try {
    const text = await readFile(stateFile(workDir, name, {}), "utf8");
    return at(JSON.parse(text), "checkpoint", "latest") ?? {};
  } catch {
    return undefined;
  }
}
