import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { StackSettings } from "../config/stackSettings";
import type { Capacity } from "../lib/capacity";
import type { RunbookEntry } from "../lib/runbook";
import type { SecretSource } from "../lib/secretSource";
import type { SecretDeclaration } from "../config/secretDeclaration";

/** What a system gets when it is deployed. */
export interface SystemContext<Settings> {
  /** The system's name in the table, and the prefix of its resources. */
  readonly name: string;
  readonly stack: string;
  readonly stackSettings: StackSettings;
  readonly settings: Settings;
  /** The value of a declared secret, by its key. */
  readonly secret: (key: string) => pulumi.Output<string>;
  /** Where its Secrets come from; for its Namespace. */
  readonly secretSource: SecretSource;
  /** See the Secrets component. */
  readonly digestKey: pulumi.Output<string>;
}

/** Settings as written in a stack's file. */
export type PlainSettings = Readonly<Record<string, unknown>>;

/** The outputs of a deployed system. */
export interface Deployed {
  readonly urls: pulumi.Output<string[]>;
  /** Its namespace, or its namespaces. */
  readonly namespace: pulumi.Output<string | string[]>;
  readonly capacity: Capacity;
}

/** One system: its settings, its secrets, and the components it consists of. */
export interface System<Settings = unknown> {
  /** A phrase for the README's table. */
  readonly description: string;
  /** A strict schema, with a default wherever a sensible one exists. */
  readonly schema: z.ZodType<Settings>;
  /**
   * The namespaces it uses with these settings, by the path of the setting that names each.
   * @default - the one of the setting `namespace`
   */
  readonly namespaces?: (settings: Settings) => Readonly<Record<string, string>>;
  /** The secrets it needs with these settings. */
  readonly secrets: (settings: Settings) => readonly SecretDeclaration[];
  /**
   * The settings with the namespaces of a review; `own` turns a name into the review's.
   * @default - sets `namespace`, from the system's name
   */
  readonly inNamespaces?: (settings: PlainSettings, own: (name: string) => string) => PlainSettings;
  /** Commands for logs, manual runs, restart, health, backup and restore, where the system has them. */
  readonly runbook: (settings: Settings) => readonly RunbookEntry[];
  readonly deploy: (
    context: SystemContext<Settings>,
    options: pulumi.ComponentResourceOptions,
  ) => Deployed;
}

/** A system as an entry of the table, whatever its settings: it only gets what its own schema returned. */
export function defineSystem<Settings>(system: System<Settings>): System {
  return system as unknown as System;
}
