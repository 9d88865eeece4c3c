import { z } from "zod";
import { textOf } from "../../config/fields";
import * as rules from "../../lib/rules";

/** Kinds of value that only MIP's settings have. */

/** An absolute path of a folder. */
export const folder = textOf(rules.folder);

/** A node's host name, as Kubernetes has it. */
export const hostName = textOf(rules.nodeName);

/** An address of a web server. */
export const url = z.string().regex(/^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/, {
  error: "a URL with http:// or https:// and without query",
});
