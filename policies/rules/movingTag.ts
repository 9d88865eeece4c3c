import { isMoving } from "../../lib/image";
import { textAt } from "../../lib/objects";
import { image as rule } from "../../lib/rules";
import { containersOf, titleOf } from "../pods";
import type { ObjectRule } from "../rule";

/** The same pod template must start the same program tomorrow. */
export const movingTag: ObjectRule = {
  name: "no-moving-tag",
  description: "An image in prod is pinned: by a tag that names a version, or by digest.",
  environment: "prod",
  check: (object) =>
    containersOf(object).flatMap((container) => {
      const image = textAt(container, "image");
      if (rule.accepts(image) && !isMoving(image)) return [];
      return [`${titleOf(container)}: image ${image} may be another one tomorrow`];
    }),
};
