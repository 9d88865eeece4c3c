import { at, isJson, type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { templateOf } from "../../lib/workloads";

/** A Service that a variable or an argument of a workload names as an address. */
export interface Reference {
  readonly service: KubeObject;
  /** The Service's port. @default - the text names none */
  readonly port?: number;
  /** The variable, or `args`. */
  readonly by: string;
}

/** A value that is an address: HOST, HOST:PORT or a URI, also behind `--flag=`. A list is none. */
const address =
  /^(?:--?[\w-]+=)?(?:[a-z][a-z0-9+.:-]*:\/\/(?:[^/]*@)?)?([a-z0-9][a-z0-9.-]*)(?::(\d+))?(?:[/?].*)?$/i;

/** What a workload wants to reach, as far as its environment and arguments say. */
export function references(
  workload: KubeObject,
  objects: readonly KubeObject[],
): readonly Reference[] {
  const { namespace } = workload.metadata;
  const services = objects.filter(({ kind }) => kind === "Service");
  return texts(workload, objects).flatMap(({ by, text }) => {
    const [, host = "", port] = address.exec(text) ?? [];
    const service = services.find(({ metadata }) => {
      const names = [metadata.name, metadata.namespace, "svc.cluster.local"].join(".");
      const full = metadata.namespace === namespace && host === metadata.name;
      // A pod of a headless Service has a name of its own before it.
      return (
        full ||
        (host.includes(".") && `.${names}.`.includes(`.${host.replace(/^[\w-]+-\d+\./, "")}.`))
      );
    });
    if (service === undefined) return [];
    return [{ service, by, ...(port !== undefined && { port: Number(port) }) }];
  });
}

interface Text {
  readonly by: string;
  readonly text: string;
}

function texts(workload: KubeObject, objects: readonly KubeObject[]): readonly Text[] {
  const pod = at(templateOf(workload), "spec");
  const contents = (kind: string, name: string): Json => {
    const found = objects.find(
      (each) =>
        each.kind === kind &&
        each.metadata.name === name &&
        each.metadata.namespace === workload.metadata.namespace,
    );
    const data = at(found, "stringData") ?? at(found, "data");
    return isJson(data) ? data : {};
  };
  const ofVariable = (variable: Json): string => {
    const from = variable["valueFrom"];
    const [map, secret] = [at(from, "configMapKeyRef"), at(from, "secretKeyRef")];
    const found = {
      ...contents("ConfigMap", textAt(map, "name")),
      ...contents("Secret", textAt(secret, "name")),
    };
    return textAt(variable, "value") || textAt(found, textAt(map ?? secret, "key"));
  };
  return [...listAt(pod, "initContainers"), ...listAt(pod, "containers")].flatMap((container) => {
    const words = [at(container, "command"), at(container, "args")].flat().map(String);
    const whole = listAt(container, "envFrom").flatMap((from) =>
      Object.entries({
        ...contents("ConfigMap", textAt(from, "configMapRef", "name")),
        ...contents("Secret", textAt(from, "secretRef", "name")),
      }),
    );
    return [
      ...listAt(container, "env").map((each) => ({
        by: textAt(each, "name"),
        text: ofVariable(each),
      })),
      ...whole.map(([by, text]) => ({ by, text: String(text) })),
      ...words.map((text) => ({ by: "args", text })),
    ];
  });
}
