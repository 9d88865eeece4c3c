import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../config/problems";
import { type ParsedStack, parseStack } from "./parse";

/** Exported by the SDK, but missing from its types. */
const { isConfigSecret } = pulumi.runtime as unknown as {
  readonly isConfigSecret: (key: string) => boolean;
};

/**
 * The configuration of the stack that is being deployed.
 * @throws ConfigError with every problem, before any resource exists.
 */
export function loadStack(): ParsedStack {
  const { parsed, problems } = parseStack({
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    values: pulumi.runtime.allConfig(),
    isSecret: isConfigSecret,
  });
  if (!parsed) throw new ConfigError(pulumi.getStack(), problems);
  return parsed;
}
