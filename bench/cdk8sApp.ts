import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiObject, type ApiObjectProps, App, Chart, YamlOutputType } from "cdk8s";
import { parse } from "yaml";

/*
 * A cdk8s app with the objects of a folder of YAML: `cdk8sApp.ts OBJECTS OUT` writes one manifest into OUT.
 * Each is an ApiObject, which is what constructs of a program come down to; an Include would start a
 * process more for each file.
 */

const [objects = "", outdir = ""] = process.argv.slice(2);
const app = new App({ outdir, yamlOutputType: YamlOutputType.FILE_PER_APP });
const chart = new Chart(app, "bench", { disableResourceNameHashes: true });
const files = readdirSync(objects, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".yaml"))
  // What has no namespace comes first, namespaces among it.
  .sort((a, b) => Number(b.startsWith("cluster/")) - Number(a.startsWith("cluster/")));
for (const file of files) {
  new ApiObject(
    chart,
    file.replaceAll("/", "-"),
    parse(readFileSync(join(objects, file), "utf8")) as ApiObjectProps,
  );
}
app.synth();
