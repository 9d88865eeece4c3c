import { createHash, randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Crypter, randomCharacters } from "../secrets";
import { stateFolder } from "../project/stateFolder";
import { UserError } from "../../lib/errors";
import { at, countAt, isJson, type Json, textAt } from "../../lib/objects";

interface Stored {
  /** Changes when the password is to change: length, alphabet or `keepers`. */
  readonly inputs: string;
  readonly secure: string;
}

/** The direct engine's `RandomPassword` resources, kept encrypted between runs. */
export class Passwords {
  private readonly path: string;
  private readonly stored: Record<string, Stored>;
  private readonly plain = new Map<string, string>();

  constructor(
    root: string,
    private readonly stack: string,
    private readonly crypter: Crypter | undefined,
  ) {
    this.path = pathOf(root, stack);
    this.stored = existsSync(this.path) ? readStored(this.path) : {};
  }

  /** The password of a resource: the one of earlier runs unless its inputs have changed. */
  readonly get = (name: string, inputs: Json): string => {
    const digest = createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
    const key = `${name}|${digest}`;
    const known = this.plain.get(key) ?? this.reopen(name, digest);
    const password = known ?? generatePassword(inputs);
    this.plain.set(key, password);
    if (known === undefined && this.crypter !== undefined) {
      this.stored[name] = { inputs: digest, secure: this.crypter.encrypt(password) };
    }
    return password;
  };

  /** Writes what is new, so that the next run finds it; before anything uses it. */
  save(): void {
    if (this.plain.size === 0) return;
    if (this.crypter === undefined) {
      throw new UserError(
        `the program generates passwords, but Pulumi.${this.stack}.yaml has no encryptionsalt to ` +
          `keep them with: run npm run secrets -- --stack ${this.stack}`,
      );
    }
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(`${this.path}.new`, JSON.stringify(this.stored, null, 2), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
  }

  /** Deletes what is kept of a stack's passwords. */
  static forget(root: string, stack: string): void {
    rmSync(pathOf(root, stack), { force: true });
  }

  private reopen(name: string, digest: string): string | undefined {
    const stored = this.stored[name];
    if (stored?.inputs !== digest) return undefined;
    return this.crypter?.decrypt(stored.secure);
  }
}

const pathOf = (root: string, stack: string): string =>
  join(stateFolder(root), "state", `${stack}.json`);

function readStored(path: string): Record<string, Stored> {
  const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (isJson(parsed)) return parsed as unknown as Record<string, Stored>;
  throw new UserError(`${path} is damaged: restore it, or delete it to get new passwords`);
}

const letters = "abcdefghijklmnopqrstuvwxyz";
const classes = [
  ["lower", "minLower", letters],
  ["upper", "minUpper", letters.toUpperCase()],
  ["numeric", "minNumeric", "0123456789"],
  ["special", "minSpecial", "!@#$%&*()-_=+[]{}<>:?"],
] as const;

/** A password by the rules of `RandomPassword`: every class is on unless it is set to false. */
export function generatePassword(inputs: Json): string {
  const given = textAt(inputs, "overrideSpecial");
  const used = classes
    .filter(([flag]) => at(inputs, flag) !== false)
    .map(([flag, least, all]) => {
      const alphabet = flag === "special" && given !== "" ? given : all;
      return { alphabet, least: countAt(inputs, least) };
    });
  const every = used.map(({ alphabet }) => alphabet).join("");
  const characters = used.flatMap(({ alphabet, least }) => randomCharacters(alphabet, least));
  characters.push(...randomCharacters(every, countAt(inputs, "length") - characters.length));
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? "", characters[last] ?? ""];
  }
  return characters.join("");
}
