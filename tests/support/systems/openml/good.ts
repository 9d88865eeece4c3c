export const smtp = { server: "smtp.example.org", login: "openml", sender: "noreply@example.org" };
/** Settings that are right. */
export const good = {
  image: "registry.example.org/openml-flask:v1.0.0",
  database: { type: "external" },
  smtp,
  frontend: { image: "registry.example.org/openml-next:v1.0.0" },
};
export const sqlite = { type: "sqlite" };
