/** One of the program's exports. */
export interface StackOutput {
  readonly name: string;
  /** Undefined where it is not known before objects are live. */
  readonly value: unknown;
  readonly secret: boolean;
}
