import { stackSchema, type StackSettings } from "../../config/stackSettings";
import { UserError } from "../../lib/errors";
import { systems } from "../../systems";
import { plainSettings } from "./stackConfig";

/** A stack's plain settings, checked by the schemas of the stack and of its systems. */
export class CheckedSettings {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(
    root: string,
    private readonly stack: string,
  ) {
    this.values = plainSettings(root, stack);
  }

  /** The stack's own settings. @throws UserError that names the command that lists the problems. */
  ofStack(): StackSettings {
    const keys = Object.keys(stackSchema.shape).filter((key) => key in this.values);
    const own = Object.fromEntries(keys.map((key) => [key, this.values[key]]));
    const checked = stackSchema.safeParse(own);
    if (checked.success) return checked.data;
    throw this.invalid("the stack");
  }

  /** The settings of one system. @throws UserError as `ofStack` does. */
  ofSystem(name: string): unknown {
    const checked = systems[name]?.schema.safeParse(this.values[name] ?? {});
    if (checked?.success === true) return checked.data;
    throw this.invalid(name);
  }

  private invalid(what: string): UserError {
    return new UserError(
      `Pulumi.${this.stack}.yaml: the settings of ${what} are not valid; to see each problem: ` +
        `npm run preview -- --stack ${this.stack}`,
    );
  }
}
