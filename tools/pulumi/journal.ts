import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";
import type { Cluster } from "../../cluster";
import { isRetained, stackLabel } from "../../lib/labels";
import { byKey, isBorrowed, keyOf, type KubeObject } from "../../lib/objects";
import { lastingClaims } from "./keep";
import { plainSettings } from "../project/stackConfig";
import { stateFolder } from "../project/stateFolder";
import { isInCheckout } from "./state";

/**
 * The objects that each `up` of a stack asked for, since the last one that ended well. With it, `up` needs no checkpoint of
 * the whole state after each step, which for 296 resources took a quarter of its time: what a killed run made and the
 * state does not know, the next one takes over; what that one no longer wants is found here.
 */
export class Journal {
  private readonly wanted = new Set<string>();

  private constructor(private readonly path: string) {}

  /**
   * A stack's journal. There is none, so that checkpoints are needed, where the engine makes passwords, which are in the
   * state alone, and where the state is not in the checkout, so that the next run may be on another machine.
   */
  static of(stack: Stack): Journal | undefined {
    const { name, workspace } = stack;
    const { workDir } = workspace;
    // Only `down` goes without a stack's file: that of a review may be gone, and its passwords were generated.
    const isKnown = existsSync(join(workDir, `Pulumi.${name}.yaml`));
    if (!isInCheckout(stack) || !isKnown) return undefined;
    if (plainSettings(workDir, name)["secretsMode"] === "generated") return undefined;
    return new Journal(join(stateFolder(workDir), "journals", `${name}.jsonl`));
  }

  /** Whether an `up` has not ended well since. */
  get isOpen(): boolean {
    return existsSync(this.path);
  }

  /** The option by which a program notes what it asks for, before the engine can have made it. */
  noting(program: PulumiFn | undefined, isKept: boolean): { readonly program?: PulumiFn } {
    if (program === undefined) return {};
    return {
      program: () => {
        if (isKept) mkdirSync(dirname(this.path), { recursive: true });
        pulumi.runtime.registerStackTransformation(({ props }) => {
          const { apiVersion, kind, metadata } = props as Partial<KubeObject>;
          if (kind === undefined) return undefined;
          const { name, namespace } = metadata ?? {};
          pulumi.output({ apiVersion, kind, metadata: { name, namespace } }).apply((object) => {
            this.note(object as KubeObject, isKept);
          });
          return undefined;
        });
        return program();
      },
    };
  }

  private note(object: KubeObject, isKept: boolean): void {
    this.wanted.add(keyOf(object));
    if (!isKept) return;
    // The line before may have been cut short.
    appendFileSync(this.path, `\n${JSON.stringify(object)}`);
  }

  /** The stack's objects that are live, of those that an earlier `up` asked for and this run has not. */
  async leftovers(cluster: Cluster, stack: string): Promise<readonly KubeObject[]> {
    const live = await Promise.all(
      this.others.map(async (each) => {
        const object = await cluster.find(each);
        const isOwn = object?.metadata.labels?.[stackLabel] === stack;
        if (!isOwn || isRetained(object) || isBorrowed(object)) return [];
        const isOccupied =
          object.kind === "Namespace" &&
          (await lastingClaims(cluster, stack, object.metadata.name, isRetained)).length > 0;
        return isOccupied ? [] : [object];
      }),
    );
    return live.flat();
  }

  private get others(): readonly KubeObject[] {
    if (!this.isOpen) return [];
    const noted = readFileSync(this.path, "utf8").split("\n").flatMap(objectIn);
    return [...byKey(noted)].filter(([key]) => !this.wanted.has(key)).map(([, object]) => object);
  }

  /** Forgets all of it: the state knows what there is. */
  end(): void {
    rmSync(this.path, { force: true });
  }
}

/** The object that a line says, if it is whole: the engine had not heard of one whose line a kill cut short. */
function objectIn(line: string): readonly KubeObject[] {
  try {
    return [JSON.parse(line) as KubeObject];
  } catch {
    return [];
  }
}
