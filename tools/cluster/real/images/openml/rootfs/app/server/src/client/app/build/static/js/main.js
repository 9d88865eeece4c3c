const backend = "<REACT_APP_URL_SITE_BACKEND>";
const places = {
  API: "<REACT_APP_URL_API>",
  search: "<REACT_APP_URL_ELASTICSEARCH>, version <REACT_APP_ELASTICSEARCH_VERSION_MAYOR>",
  files: "<REACT_APP_URL_MINIO>",
};

const show = (id, text) => {
  document.getElementById(id).textContent = text;
};

async function ask(path, options) {
  const response = await fetch(`${backend}${path}`, options);
  return await response.json();
}

async function signIn(form) {
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const headers = { "Content-Type": "application/json" };
  const { access_token: token, msg } = await ask("login", { method: "POST", headers, body });
  if (token === undefined) return msg;
  const user = await ask("profile", { headers: { Authorization: `Bearer ${token}` } });
  return `Welcome, ${user.first_name}`;
}

show(
  "places",
  Object.entries(places)
    .map((each) => each.join(": "))
    .join("; "),
);
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  show("answer", await signIn(event.target).catch(String));
});
