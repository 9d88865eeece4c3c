export { readStatus } from "./read";
export type { StackStatus } from "./report";
export { statusLines } from "./text";
export { readWants } from "./wants";
export { type View, watch } from "./watch";
