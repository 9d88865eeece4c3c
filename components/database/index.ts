export * from "./args";
export * from "./database";
