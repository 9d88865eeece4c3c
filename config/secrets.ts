import type { SecretDeclaration } from "../secrets/declaration";
import { systems } from "../systems";
import type { StackSettings } from "./stackSettings";

/** The secret that keys the digests which roll pods; every stack has it. */
export const digestKeyDeclaration: SecretDeclaration = {
  key: "digestKey",
  kind: "hex",
  length: 32,
  usedIn: "annotations stackberth.dev/digest-* (as the key of a digest)",
  description: "Keys the digests by which pods notice a changed Secret.",
};

/** The secrets that a stack needs which runs these systems with these settings. */
export function declaredSecrets(
  settings: Readonly<Record<string, unknown>>,
): readonly SecretDeclaration[] {
  return [
    digestKeyDeclaration,
    ...Object.entries(settings).flatMap(([name, each]) => systems[name]?.secrets(each) ?? []),
  ];
}

/** Which of the declared secrets the stack's own file must hold. */
const stored: Readonly<
  Record<StackSettings["secretsMode"], (declaration: SecretDeclaration) => boolean>
> = {
  config: () => true,
  generated: ({ kind }) => kind === "user",
  existing: () => false,
};

/** The secrets that `npm run secrets` keeps in the stack's file. */
export function storedSecrets(
  mode: StackSettings["secretsMode"],
  declarations: readonly SecretDeclaration[],
): readonly SecretDeclaration[] {
  return declarations.filter(stored[mode]);
}
