import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, listAt, textAt } from "../../../lib/objects";
import * as programs from "../../../tools/toolchain";
import { root } from "../folders";
import { type Finding, objectName, printed, progress, type Stacks, written } from "./findings";
import { releases, writeSchemas } from "./schemas";

/** What the schemas of each release refuse, in words, and how many objects they accept. */
export async function kubeconform(folder: string, stacks: Stacks) {
  const [program = ""] = await programs.ensureBuilt([programs.kubeconform], { root, progress });
  await writeSchemas(folder, Object.values(stacks).flat());
  const files = written(folder, stacks);
  const schemas = join(
    folder,
    "{{.NormalizedKubernetesVersion}}/{{.ResourceKind}}{{.KindSuffix}}.json",
  );
  const results = [];
  for (const { version } of releases) {
    const flags = ["-strict", "-verbose", "-output=json", `-schema-location=${schemas}`];
    const words = [...flags, `-kubernetes-version=${version.slice(1)}`];
    const found = await printed(program, [...words, ...files.map(([, file]) => file)]);
    for (const [stack, file] of files) {
      const all = listAt(found, "resources").filter((each) => each["filename"] === file);
      const wrong = all.filter(({ status }) => status !== "statusValid");
      const problems = wrong.map(
        (each) => `${textAt(each, "kind")} ${textAt(each, "name")}: ${textAt(each, "msg")}`,
      );
      results.push({ version, stack, valid: all.length - wrong.length, problems });
    }
  }
  return results;
}

/** The grade that kube-score prints as CRITICAL. */
const critical = 1;

/** What kube-score calls critical. */
export async function kubeScore(folder: string, stacks: Stacks): Promise<Finding[]> {
  const [program = ""] = await programs.ensureBuilt([programs.kubeScore], { root, progress });
  const found: Finding[] = [];
  for (const [stack, file] of written(folder, stacks)) {
    const objects = await printed(program, ["score", "--output-format=json", file]);
    for (const object of objects as Json[]) {
      const namespace = textAt(object, "object_meta", "namespace");
      const name = objectName(
        textAt(object, "type_meta", "kind"),
        textAt(object, "object_meta", "name"),
      );
      for (const check of listAt(object, "checks")) {
        if (check["skipped"] === true || check["grade"] !== critical) continue;
        const containers = new Set(listAt(check, "comments").map((each) => textAt(each, "path")));
        for (const container of containers) {
          const id = `kube-score ${textAt(check, "check", "id")}`;
          found.push({ check: id, stack, namespace, object: name, container });
        }
      }
    }
  }
  return found;
}

/** The folder of our rules for conftest, one a file. */
export const rules = join(root, "tests", "support", "othersTools", "rules");

/** What our rules forbid. It sees all objects at once, so that a rule may compare them. */
export async function conftest(folder: string, stacks: Stacks): Promise<Finding[]> {
  const [program = ""] = await programs.ensureBuilt([programs.conftest], { root, progress });
  const file = join(folder, "stacks.json");
  writeFileSync(file, JSON.stringify(stacks));
  const results = await printed(program, ["test", `--policy=${rules}`, "--output=json", file]);
  return (results as Json[])
    .flatMap((result) => listAt(result, "failures"))
    .map((failure) => {
      const text = (field: string): string => textAt(failure, "metadata", field);
      return {
        check: `conftest ${text("check")}`,
        stack: text("stack"),
        namespace: text("namespace"),
        object: objectName(text("kind"), text("name")),
        container: "",
      };
    });
}
