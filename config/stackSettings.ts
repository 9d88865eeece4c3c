import { z } from "zod";

/** Kinds of environment whose data would be missed: secrets must outlive the state there. */
const lasting: readonly string[] = ["prod"];

/** Kinds of environment that somebody else may remove once their time is over. */
const throwAway: readonly string[] = ["review"];

const isTime = (text: string): boolean => z.iso.datetime().safeParse(text).success;

/** What a stack says beside the settings of its systems. */
export const stackSchema = z
  .strictObject({
    environment: z
      .enum(["dev", "staging", "review", "prod"])
      .default("dev")
      .describe("what the stack is for; generated secrets are refused in prod"),
    systems: z
      .array(z.string())
      .min(1)
      .describe(
        "the systems that this stack runs, by name; each has its settings under its own key",
      ),
    secretsMode: z
      .enum(["config", "generated", "existing"])
      .default("config")
      .describe(
        "config: encrypted in the stack's file; generated: made at the first deployment; existing: Secrets that somebody else keeps",
      ),
    protectData: z
      .boolean()
      .default(true)
      .describe("keep volumes and their namespaces when the stack goes, refuse to replace them"),
    deadlineSeconds: z
      .int()
      .min(1)
      .max(86400)
      .default(300)
      .describe("how long a workload may take to become ready before the deployment fails"),
    clusterIdentifier: z
      .string()
      .default("")
      .describe("change it when the stack moves to another cluster; empty: the stack's name"),
    expires: z
      .string()
      .refine((text) => text === "" || isTime(text), {
        error: "a time in UTC, for example 2026-12-31T12:00:00Z",
      })
      .default("")
      .describe(
        "from when on `npm run review -- sweep` removes a review stack, in UTC; empty: never",
      ),
  })
  .superRefine((settings, context) => {
    if (settings.expires !== "" && !throwAway.includes(settings.environment)) {
      context.addIssue({
        code: "custom",
        path: ["expires"],
        message: `nothing where the environment is ${settings.environment}, only for ${throwAway.join(", ")}`,
        input: settings.expires,
      });
    }
    if (settings.secretsMode !== "generated" || !lasting.includes(settings.environment)) return;
    context.addIssue({
      code: "custom",
      path: ["secretsMode"],
      message: `config or existing where the environment is ${settings.environment}`,
      input: settings.secretsMode,
    });
  });

export type StackSettings = z.infer<typeof stackSchema>;
