import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";

/**
 * Runs something with a Pulumi runtime of its own: configuration, stack and pending registrations
 * of an earlier run in the same process do not reach it. Pulumi's Automation API does the same for
 * its inline programs; the class is not in the published types.
 */
export async function isolated<T>(action: () => Promise<T>): Promise<T> {
  const state = createRequire(__filename)("@pulumi/pulumi/runtime/state") as {
    readonly LocalStore: new () => object;
  };
  const { asyncLocalStorage } = globalThis as unknown as {
    readonly asyncLocalStorage: AsyncLocalStorage<object>;
  };
  return asyncLocalStorage.run(new state.LocalStore(), action);
}
