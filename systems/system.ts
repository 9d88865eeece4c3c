import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { StackSettings } from "../config/stackSettings";
import type { Capacity } from "../lib/capacity";
import type { SecretSource } from "../lib/secretSource";
import type { SecretDeclaration } from "../secrets/declaration";

/** What a system is given to deploy itself with. */
export interface SystemContext<Settings> {
  /** The system's name in the table, and the prefix of its resources. */
  readonly name: string;
  readonly stack: string;
  readonly stackSettings: StackSettings;
  readonly settings: Settings;
  /** A declared secret, by its key. */
  readonly secret: (key: string) => pulumi.Output<string>;
  /** How its Secrets come to be; for its Namespace. */
  readonly secretSource: SecretSource;
  /** See the Secrets component. */
  readonly digestKey: pulumi.Output<string>;
}

/** What a system tells of itself once it is deployed. */
export interface Deployed {
  readonly urls: pulumi.Output<string[]>;
  readonly namespace: pulumi.Output<string>;
  readonly capacity: Capacity;
}

/** One real system: its settings, its secrets and its composition of components. */
export interface System<Settings = unknown> {
  /** One sentence for the README's table. */
  readonly description: string;
  /** Strict, every value with a default where a sensible one exists. */
  readonly schema: z.ZodType<Settings>;
  /** The secrets it needs with these settings. */
  readonly secrets: (settings: Settings) => readonly SecretDeclaration[];
  readonly deploy: (
    context: SystemContext<Settings>,
    options: pulumi.ComponentResourceOptions,
  ) => Deployed;
}

/** Lets the table hold systems of different settings; a schema's output is what its system gets. */
export function defineSystem<Settings>(system: System<Settings>): System {
  return system as unknown as System;
}
