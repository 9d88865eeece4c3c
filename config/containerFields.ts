import { z } from "zod";
import { folder } from "../lib/rules";
import { quantity, int32, onceEach, textOf, variable } from "./fields";

/** Environment variables by name; `what` is what each value must be. */
const variables = <Value extends z.ZodType>(value: Value) =>
  z.record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
      error: "a variable name of letters, digits and _, for example LOG_LEVEL",
    }),
    value,
  );

/** Also a key of a Secret, which has at most 253 characters. */
const secretKey = z.string().regex(/^[a-z][A-Za-z0-9]{0,252}$/, {
  error: "a configuration key of letters and digits, at most 253, for example openmsApiKey",
});

const id = int32(0);

const scratch = z.strictObject({
  path: textOf(folder, "/var/cache/app").describe("where the container sees it"),
  sizeLimit: quantity.default("1Gi").describe("a pod that writes more is evicted"),
  copy: z
    .boolean()
    .default(false)
    .describe("fill it with the image's own folder at `path` before the container starts"),
});

/** What a stack may change about a container that runs to its end. */
export const jobContainer = z
  .strictObject({
    command: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("replaces the system's command and arguments"),
    args: z.array(z.string()).optional().describe("replaces the system's arguments"),
    env: variables(variable)
      .default({})
      .describe("more environment, which wins over the system's; never a secret"),
    secretEnv: variables(secretKey)
      .default({})
      .describe("more environment from secrets, by their keys in the stack's configuration"),
    runAsUser: id.optional().describe("numeric user; 0 needs `podSecurity: baseline`"),
    runAsGroup: id.optional().describe("numeric group; default: the user's number"),
    readOnlyRootFilesystem: z
      .boolean()
      .optional()
      .describe("whether the image's own folders are read-only; default: see the system's page"),
    scratch: onceEach(scratch, "path")
      .default([])
      .describe("more folders that it can write to; each pod starts with new ones"),
  })
  .meta({ title: "jobContainer", description: "changes to how the system runs its image" });

/** What a stack may change about a container that keeps running. */
export const container = jobContainer
  .extend({
    startupDeadlineSeconds: z
      .int()
      .min(10)
      .max(86400)
      .optional()
      .describe("seconds until it must be ready for the first time; then it is restarted"),
  })
  .meta({ title: "container", description: "changes to how the system runs its image" });

/** The level of Pod Security that a system's namespaces enforce. */
export const podSecurity = z
  .enum(["restricted", "baseline"])
  .default("restricted")
  .describe("level of Pod Security that its namespace enforces; only `baseline` allows root");
