"""Upload an mzML file, run the workflow through the queue, see its table and its picture."""

import platform
import shutil
import uuid
from pathlib import Path

import pyopenms  # noqa: F401  An image without it must fail here, not in a worker.
import streamlit as st
from rq.job import Job
from src import workflow
from src.settings import is_safe, read, settings, workspaces_folder

config = settings()
st.set_page_config(page_title=config["app-name"])
for service in ("google-analytics", "piwik-pro", "matomo"):
    if config["analytics"][service]["enabled"]:
        st.caption(f"Visits are counted with {service}.")
threads = config["max_threads"]["online" if config["online_deployment"] else "local"]


def open_workspace():
    """The folder of this visit; its name is in the address, so that a visitor can return to it."""
    if not config["enable_workspaces"]:
        return workspaces_folder() / "default"
    name = st.query_params.get("workspace", "")
    if not is_safe(name):
        name = str(uuid.uuid4())
        st.query_params["workspace"] = name
    return workspaces_folder() / name


workspace = open_workspace()
(workspace / "mzML").mkdir(parents=True, exist_ok=True)

st.title(config["app-name"])
st.caption(f"workspace {workspace.name}, version {config['version']}, {threads} threads")
st.caption(f"served by {platform.node()}")

demos = config["demo_workspaces"]
folders = [Path(folder) for folder in demos["source_dirs"]] if demos["enabled"] else []
known = {path.name: path for folder in folders if folder.is_dir() for path in folder.iterdir()}
with st.sidebar:
    st.header("Demo workspaces")
    for name, path in sorted(known.items()):
        if st.button(f"Load {name}"):
            shutil.copytree(path, workspace, dirs_exist_ok=True)
    with st.expander("Administration"):
        if st.text_input("Password", type="password") == st.secrets["admin"]["password"]:
            st.write("Signed in as administrator")

for upload in st.file_uploader("mzML files", type="mzML", accept_multiple_files=True):
    (workspace / "mzML" / Path(upload.name).name).write_bytes(upload.getbuffer())

files = sorted((workspace / "mzML").glob("*.mzML"))
if not files:
    st.info("Upload an mzML file first.")
    st.stop()

file = st.selectbox("File", files, format_func=lambda path: path.name)
preset = st.selectbox("Preset", list(read("presets.json")["tic-workflow"]))
parameters = {**read("default-parameters.json"), **read("presets.json")["tic-workflow"][preset]}

last = workspace / ".job_id"
if st.button("Run workflow", type="primary"):
    last.write_text(workflow.enqueue(workspace, file, parameters).id, encoding="utf-8")
if not last.exists():
    st.stop()


@st.fragment(run_every=1)
def show(job):
    """The state of a job and, once it has them, its results."""
    results = workspace / "results" / job
    state = Job.fetch(job, connection=workflow.queue().connection).get_status(refresh=True).value
    st.write(f"Job {job}: {state}")
    if not results.exists():
        return
    lines = (results / "spectra.tsv").read_text(encoding="utf-8").splitlines()
    head, *rows = (line.split("\t") for line in lines)
    st.subheader("Results")
    st.write(f"{len(rows)} spectra")
    st.image(str(results / f"tic.{parameters['image-format']}"))
    st.table([dict(zip(head, row, strict=True)) for row in rows[:10]])
    st.download_button("Download table", "\n".join(lines), "spectra.tsv")


show(last.read_text(encoding="utf-8"))
