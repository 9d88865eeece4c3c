import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digest } from "../../../lib/digest";
import { at, isJson, type Json, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { buildsFolder, run } from "../../../tools/toolchain";
import { root } from "../folders";
import { type Finding, objectName, printed, progress, type Stacks } from "./findings";

/** The Python of a virtual environment with checkov, which is made once for each list of packages. */
async function checkovPython(): Promise<string> {
  const requirements = join(root, "toolchain", "checkov", "requirements.txt");
  const path = join(buildsFolder(), `checkov-${digest(readFileSync(requirements, "utf8"))}`);
  if (!existsSync(path)) await install(requirements, path);
  return join(path, "bin", "python");
}

/** It appears whole or not at all, like the programs beside it. */
async function install(requirements: string, path: string): Promise<void> {
  progress("installing checkov, once: about a minute");
  const partial = `${path}.${process.pid}.partial`;
  const pip = [join(partial, "bin", "python"), "-m", "pip", "install", "--quiet"];
  try {
    mkdirSync(buildsFolder(), { recursive: true });
    for (const [program = "", ...words] of [
      ["python3", "-m", "venv", partial],
      [...pip, "--requirement", requirements],
    ]) {
      const complaints: string[] = [];
      const { code } = await run(program, words, { onComplaint: (line) => complaints.push(line) });
      if (code !== 0) throw new Error(`cannot install checkov:\n${complaints.join("\n")}`);
    }
    if (!existsSync(path)) renameSync(partial, path);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

const templates = [
  ["spec", "jobTemplate", "spec", "template", "spec"],
  ["spec", "template", "spec"],
];

/** A copy with another value at the path. */
function replaced(value: Json, [key = "", ...rest]: readonly string[], inner: Json): Json {
  const old = value[key];
  return { ...value, [key]: rest.length > 0 && isJson(old) ? replaced(old, rest, inner) : inner };
}

/** Copies of a workload with one of its containers each: checkov stops at the first that fails a check. */
function perContainer(object: KubeObject): [container: string, object: Json][] {
  const path = templates.find((each) => isJson(at(object, ...each)));
  if (path === undefined) return [["", object]];
  const pod = at(object, ...path) as Json;
  return ["initContainers", "containers"].flatMap((list) =>
    listAt(pod, list).map((container): [string, Json] => {
      const only = { ...pod, initContainers: [], containers: [], [list]: [container] };
      return [textAt(container, "name"), replaced(object, path, only)];
    }),
  );
}

/** What fails a check of checkov. */
export async function checkov(folder: string, stacks: Stacks): Promise<Finding[]> {
  const python = await checkovPython();
  const origins: Omit<Finding, "check">[] = [];
  for (const [stack, objects] of Object.entries(stacks)) {
    for (const object of objects) {
      const { namespace = "", name } = object.metadata;
      for (const [container, copy] of perContainer(object)) {
        const file = join(folder, `${origins.length}.json`);
        writeFileSync(file, JSON.stringify(copy));
        origins.push({ stack, namespace, object: objectName(object.kind, name), container });
      }
    }
  }
  const flags = ["--framework=kubernetes", "--output=json", "--compact", "--quiet"];
  const words = ["-m", "checkov.main", "--directory=.", "--skip-download", ...flags];
  const report = await printed(python, words, folder);
  return listAt(report, "results", "failed_checks").flatMap((each) => {
    const origin = origins[Number(/\d+/.exec(textAt(each, "file_path"))?.[0])];
    return origin ? [{ check: `checkov ${textAt(each, "check_id")}`, ...origin }] : [];
  });
}
