import type { z } from "zod";
import type { Refuse } from "../../rules";
import type * as parts from "./settings";

/** The settings that the rules compare. */
export interface Compared {
  readonly namespace: string;
  readonly image: string;
  readonly podSecurity: string;
  readonly exposure: { readonly type: string };
  readonly allowedHosts: readonly string[];
  readonly web: z.infer<typeof parts.web>;
  readonly jobQueue: z.infer<typeof parts.jobQueue>;
  readonly volumes: z.infer<typeof parts.volumes>;
  readonly files: z.infer<typeof parts.files>;
  readonly engine: z.infer<typeof parts.engine>;
  readonly init: z.infer<typeof parts.init>;
  readonly superuser: z.infer<typeof parts.superuser>;
  readonly dirMonitor?: z.infer<typeof parts.dirMonitor> | undefined;
  readonly database: z.infer<typeof parts.database>;
  readonly imageUpdates?: z.infer<typeof parts.imageUpdates> | undefined;
}

export type Rule = (settings: Compared, refuse: Refuse) => void;
