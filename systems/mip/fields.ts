import { z } from "zod";

/** Kinds of value that only MIP's settings have. */

/** An absolute path of a folder. */
export const folder = z.string().regex(/^\/[^\s]*[^\s/]$/, {
  error: "an absolute path of a folder, for example /data/dementia",
});

/** A node's host name, as Kubernetes has it. */
export const hostName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
    error: "a node's name as `kubectl get nodes` prints it, in lower case",
  });

/** A port of every node, in the range that Kubernetes keeps for them. */
export const nodePort = z.int().min(30000).max(32767);

/** An address of a web server. */
export const url = z.string().regex(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/, {
  error: "a URL with http:// or https:// and without query",
});
