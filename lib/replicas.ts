import { isName, nameRule } from "./names";
import { type Problem, problemsOf } from "./problems";

/** What is wrong with the name and the number of a Deployment's or a StatefulSet's pods. */
export function replicasProblems(name: string, replicas: number): Problem[] {
  return problemsOf(
    [!isName(name), "name", `"${name}" is no object name; allowed: ${nameRule}`],
    [
      !Number.isInteger(replicas) || replicas < 0,
      "replicas",
      `${replicas} is no whole number >= 0`,
    ],
  );
}
