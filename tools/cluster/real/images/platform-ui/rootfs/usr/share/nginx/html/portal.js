// What the environment was when the server started.
const { BACKEND: backend } = window.__env;
const byId = (id) => document.getElementById(id);

async function ask(path, json) {
  const headers = { "Content-Type": "application/json" };
  const options = json && { method: "POST", headers, body: JSON.stringify(json) };
  const response = await fetch(`${backend}/${path}`, options);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return await response.json();
}

async function list() {
  const models = await ask("data-models");
  for (const { code, datasets } of models)
    byId("models").append(`${code}: ${datasets.join(", ")}`, document.createElement("br"));
  return models;
}

/** Describes a variable over all datasets of the first data model. */
async function describe(variable) {
  const [{ code, datasets }] = await ask("data-models");
  const inputdata = { data_model: code, datasets, y: [variable] };
  const request = { name: "From the page", algorithm: { name: "describe", inputdata } };
  const { status, result } = await ask("experiments/transient", request);
  if (status !== "success") return result.message;
  const { count, mean } = result.variables[variable];
  return `${count} values of ${result.workers.length} workers, mean ${mean.toFixed(2)}`;
}

list().catch((error) => (byId("models").textContent = String(error)));
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { variable } = Object.fromEntries(new FormData(event.target));
  byId("answer").textContent = await describe(variable).catch(String);
});
