import * as pulumi from "@pulumi/pulumi";
import { unwrap } from "./mocks";
import { at, keyOf, type KubeObject, textAt } from "../../lib/objects";

/** What each object of a run must wait for: the keys of other objects, by the object's key. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** What is read off a request; the class is not in the published types. */
interface Request {
  getDependenciesList(): readonly string[];
  getObject(): { toJavaScript(): unknown } | undefined;
}

interface Response {
  getUrn(): string;
}

type Callback = (error: unknown, response: Response | undefined) => void;

/**
 * Reads the dependencies of a program's objects off its own requests: what it says by `dependsOn`
 * and what it takes from another object's outputs. Pulumi's mocks do not tell them.
 */
export class DependencyWatch {
  private readonly requests = new Map<string, { object: unknown; on: readonly string[] }>();

  /** Begins to listen; to be called once the mocks are set. */
  start(): void {
    const monitor = pulumi.runtime.getMonitor() as unknown as {
      registerResource(request: Request, callback: Callback): unknown;
    };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) =>
      register(request, (error, response) => {
        if (response !== undefined) {
          const object = unwrap(request.getObject()?.toJavaScript());
          this.requests.set(response.getUrn(), { object, on: request.getDependenciesList() });
        }
        callback(error, response);
      });
  }

  /** The dependencies between Kubernetes objects; what lies between two of them is passed over. */
  read(): Dependencies {
    const objects = [...this.requests].filter(([, { object }]) => isKubeObject(object));
    return new Map(
      objects.map(([urn, { object, on }]) => {
        const keys = on.flatMap((each) => this.objectsAt(each, new Set([urn])));
        return [keyOf(object as KubeObject), [...new Set(keys)].sort()];
      }),
    );
  }

  /** The object of a resource, or those that a resource which is none (a password) waits for. */
  private objectsAt(urn: string, seen: Set<string>): readonly string[] {
    const request = this.requests.get(urn);
    if (request === undefined || seen.has(urn)) return [];
    seen.add(urn);
    if (isKubeObject(request.object)) return [keyOf(request.object)];
    return request.on.flatMap((each) => this.objectsAt(each, seen));
  }
}

function isKubeObject(value: unknown): value is KubeObject {
  return typeof at(value, "apiVersion") === "string" && textAt(value, "metadata", "name") !== "";
}
