import type { KubeObject } from "../lib/objects";

/** What every rule has. */
interface Named {
  readonly name: string;
  /** What must hold, in one sentence. */
  readonly description: string;
  /** The value of the stack's setting `environment` with which it applies. @default - any */
  readonly environment?: "prod";
  /** Shown, and no error. @default false */
  readonly isAdvice?: boolean;
}

/** A rule that an object keeps or breaks by itself: checked before the object changes. */
export interface ObjectRule extends Named {
  readonly check: (object: KubeObject) => readonly string[];
}

/** What is wrong with one object of many. */
export interface Finding {
  readonly object: KubeObject;
  readonly problem: string;
}

/** A rule over all objects of a stack: checked once all are known. */
export interface StackRule extends Named {
  readonly checkAll: (objects: readonly KubeObject[]) => readonly Finding[];
}

export type Rule = ObjectRule | StackRule;

/** Whether a rule applies to a stack of this environment. */
export const appliesIn = (rule: Rule, environment: string): boolean =>
  rule.environment === undefined || rule.environment === environment;
