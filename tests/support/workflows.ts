import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "./stackberth";

type Environment = Readonly<Record<string, string>>;

/** A step as a workflow's file has it. */
export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Environment;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** A job as a workflow's file has it. */
export interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly env?: Environment;
  readonly permissions?: Environment;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: { readonly stack: readonly string[] } };
  readonly steps: readonly Step[];
}

/** A workflow of GitHub. */
export interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency?: { readonly group: string };
  readonly defaults?: { readonly run: { readonly shell: string } };
  readonly jobs: Readonly<Record<string, Job>>;
}

export const workflowFolder = join(root, ".github", "workflows");

/** The names of the workflows' files. */
export const workflowFiles: readonly string[] = readdirSync(workflowFolder).sort();

/** The text of a workflow. */
export const workflowText = (file: string): string =>
  readFileSync(join(workflowFolder, file), "utf8");

/** A workflow, from the text of its file. */
export const readWorkflow = (text: string): Workflow => parse(text) as Workflow;

/** A workflow, by its file. */
export const workflow = (file: string): Workflow => readWorkflow(workflowText(file));

/** All steps of a workflow, from the text of its file. */
export const stepsOf = (text: string): readonly Step[] =>
  Object.values(readWorkflow(text).jobs).flatMap(({ steps }) => steps);

/** An `npm` command: its words, without quotes. */
export type NpmCommand = readonly string[];

/** The `npm` commands in a piece of shell. */
export function npmCommands(shell: string): readonly NpmCommand[] {
  const plain = shell.replaceAll(/\s\d*>+&?\s*\S+/g, "");
  return [...plain.matchAll(/\bnpm ([^|&;()\n]*)/g)].map(([, words = ""]) =>
    words.trim().replaceAll('"', "").split(/\s+/),
  );
}
