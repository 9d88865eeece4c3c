import { stringify } from "yaml";
import { declaredSecrets } from "../../stack/secrets";
import { UserError } from "../../lib/errors";
import { isJson, textAt } from "../../lib/objects";
import { readProject } from "../project/stackConfig";
import { ciphertexts, plainValues, readStackFile, type StackFile } from "../project/stackFile";
import { systems } from "../../systems";
import type { PlainSettings } from "../../systems/system";
import { reviewSettings } from "./settings";

/** The stack whose values a review starts from. */
export const base = "dev";
const prefix = "review-";

/** The stack of a review. */
export const stackOf = (review: string): string => `${prefix}${review}`;

/** The review that a stack is for; undefined for other stacks. */
export function reviewOf(stack: string): string | undefined {
  return stack.startsWith(prefix) ? stack.slice(prefix.length) : undefined;
}

/** What a review stack is to be. */
interface ReviewArgs {
  readonly root: string;
  /** Its name, for example `pr-123`. */
  readonly review: string;
  /** Some of dev's systems. @default - all of them */
  readonly systems?: readonly string[] | undefined;
  readonly expires: Date;
}

/**
 * The text of a review's stack file: dev's values with namespaces, hosts and sizes of its own, and
 * generated secrets. What only a person can supply is taken over from dev, still encrypted: with
 * dev's `encryptionsalt` the file opens by dev's passphrase.
 *
 * @throws UserError if dev has not the systems.
 */
export function reviewStackFile({ root, review, expires, ...args }: ReviewArgs): string {
  const project = textAt(readProject(root), "name");
  const file = readStackFile(root, base, project);
  const plain: PlainSettings = plainValues(file);
  const own = (key: string): string => `${project}:${key}`;
  const offered = plain[own("systems")];
  const known = Array.isArray(offered) ? offered.map(String) : [];
  const chosen = args.systems ?? known;
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0 || chosen.length === 0) {
    throw new UserError(
      `--systems ${unknown.join(",") || '""'}: must be among those of stack ${base}: ${known.join(", ")}`,
    );
  }
  const settings = Object.fromEntries(
    chosen.map((name): [string, PlainSettings] => {
      const given = plain[own(name)];
      return [name, reviewSettings(review, name, isJson(given) ? given : {}, systems[name])];
    }),
  );
  // Beside the systems' own keys: what belongs to other ways of keeping secrets than a review's.
  const left = [...Object.keys(systems), "secretStore", "sealingCertificate"].map(own);
  const ofStack = Object.entries(plain).filter(([key]) => !left.includes(key));
  const salt = file.encryptionsalt;
  const text = stringify(
    {
      ...(salt !== undefined && { encryptionsalt: salt }),
      config: {
        ...Object.fromEntries(ofStack),
        [own("environment")]: "review",
        [own("expires")]: expires.toISOString(),
        [own("systems")]: chosen,
        [own("secretsMode")]: "generated",
        [own("protectData")]: false,
        ...Object.fromEntries(Object.entries(settings).map(([name, each]) => [own(name), each])),
        ...secretsOfBase(file, settings, own),
      },
    },
    { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  );
  return `# A review stack, made from ${base}'s values. Remove it: npm run review -- down ${review}\n${text}`;
}

function secretsOfBase(
  file: StackFile,
  settings: Readonly<Record<string, PlainSettings>>,
  own: (key: string) => string,
): Readonly<Record<string, unknown>> {
  const parsed = Object.entries(settings).flatMap(([name, each]) => {
    // What is wrong with settings, the deployment says.
    const checked = systems[name]?.schema.safeParse(each);
    return checked?.success === true ? [[name, checked.data] as const] : [];
  });
  const supplied = declaredSecrets(Object.fromEntries(parsed))
    .filter(({ kind }) => kind === "user")
    .map(({ key }) => own(key));
  // The cluster is dev's, whose kubeconfig may be encrypted.
  const isTaken = (key: string): boolean => supplied.includes(key) || key.startsWith("kubernetes:");
  const taken = Object.entries(ciphertexts(file)).filter(([key]) => isTaken(key));
  return Object.fromEntries(taken.map(([key, ciphertext]) => [key, { secure: ciphertext }]));
}
