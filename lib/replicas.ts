import { nameCheck } from "./names";
import { countCheck, type Problem, problemsOf } from "./problems";

/** What is wrong with the name and the replicas of a Deployment or StatefulSet. */
export function replicasProblems(name: string, replicas: number): Problem[] {
  return problemsOf(nameCheck(name), countCheck("replicas", replicas));
}
