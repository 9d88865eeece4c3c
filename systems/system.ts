import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { StackSettings } from "../config/stackSettings";
import type { Capacity } from "../lib/capacity";
import type { RunbookEntry } from "../lib/runbook";
import type { SecretSource } from "../lib/secretSource";
import type { SecretDeclaration } from "../config/secretDeclaration";

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

/** Settings as they stand in a stack's file. */
export type PlainSettings = Readonly<Record<string, unknown>>;

/** What a system tells of itself once it is deployed. */
export interface Deployed {
  readonly urls: pulumi.Output<string[]>;
  /** The namespace it lives in, or the namespaces. */
  readonly namespace: pulumi.Output<string | string[]>;
  readonly capacity: Capacity;
}

/** One real system: its settings, its secrets and its composition of components. */
export interface System<Settings = unknown> {
  /** One sentence for the README's table. */
  readonly description: string;
  /** Strict, every value with a default where a sensible one exists. */
  readonly schema: z.ZodType<Settings>;
  /**
   * The namespaces it takes with these settings, by the path of the setting that says so.
   * @default - the one under `namespace`
   */
  readonly namespaces?: (settings: Settings) => Readonly<Record<string, string>>;
  /** The secrets it needs with these settings. */
  readonly secrets: (settings: Settings) => readonly SecretDeclaration[];
  /**
   * Settings with namespaces of a review's own; `own` makes a name such.
   * @default - sets `namespace` after the system's name
   */
  readonly inNamespaces?: (settings: PlainSettings, own: (name: string) => string) => PlainSettings;
  /** Logs, runs by hand, restart, health, backup and restore, as far as the system has them. */
  readonly runbook: (settings: Settings) => readonly RunbookEntry[];
  readonly deploy: (
    context: SystemContext<Settings>,
    options: pulumi.ComponentResourceOptions,
  ) => Deployed;
}

/** Lets the table hold systems of different settings; a schema's output is what its system gets. */
export function defineSystem<Settings>(system: System<Settings>): System {
  return system as unknown as System;
}
