/** A setting that must be refused. */
export interface BadSetting {
  readonly title: string;
  /** Laid over the good settings; `undefined` takes one away. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Path of the setting that the message must name, from the system on. */
  readonly key: string;
  /** What the message must say. */
  readonly says: RegExp;
  /** How many problems the fault makes. @default 1 */
  readonly problems?: number;
}

/** What the tests that go over all systems must know of each. */
export interface SystemCases {
  /** Settings that are right. */
  readonly good: Readonly<Record<string, unknown>>;
  /** One fault each. */
  readonly bad: readonly BadSetting[];
  /** Paths of the settings that prod's file has and dev's has not. */
  readonly onlyInProd: readonly string[];
  /** Paths of the settings that may differ between dev and prod. */
  readonly differs: readonly string[];
}
