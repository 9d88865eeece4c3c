"""Runs a script in a pod of its own, hands out what it wrote, and keeps users' scripts and the runs."""

import json
import os
import platform
import shutil
import uuid
from pathlib import Path
from typing import Annotated

from fastapi import Body, FastAPI, File, Form, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from backend.database import Database
from backend.k8s_runner import KubernetesRunner

VERSION = "1.22.0"
APP = Path(__file__).resolve().parent.parent
OUTPUTS = APP / "outputs"
USER_SCRIPTS = APP / "user_scripts"
DEPLOY = Path("/deploy")
SAMPLE = APP / "assets" / "sample.png"
LIBRARY = APP / "library" / "metadata.json"
USER_JOBS = APP / "user_jobs.json"
# A fixed time; SCRIPT_TIMEOUT is for scripts that name none, and here all do.
RUN_SECONDS = 60

# Whoever may not make them ends here.
for folder in ("library/images", "assets/uploads", "outputs", "logs", "user_scripts"):
    (APP / folder).mkdir(parents=True, exist_ok=True)

database = Database(os.environ.get("DATABASE_PATH", str(APP / "maps_helper.db")))
runner = KubernetesRunner(
    os.environ.get("KUBERNETES_NAMESPACE", "maps-data-analysis"),
    os.environ.get("RUNNER_IMAGE", "py-exec:latest"),
    os.environ.get("RUNNER_POD_TEMPLATE"),
)
app = FastAPI(title="MAPS test app")


@app.get("/health")
def health():
    return {"ok": True, "version": VERSION, "pod": platform.node()}


def folders_of(job):
    folders = {name: OUTPUTS / job / name for name in ("input", "result", "code")}
    for path in folders.values():
        path.mkdir(parents=True)
    (folders["result"] / ".matplotlib").mkdir()
    return folders


@app.post("/run")
async def run(
    code: Annotated[str, Form()],
    script_parameters: Annotated[str, Form()] = "",
    user_id: Annotated[str, Form()] = "anonymous",
    use_sample: Annotated[bool, Form()] = False,
    image: Annotated[UploadFile | None, File()] = None,
):
    if image is None and not use_sample:
        return JSONResponse({"error": "No image provided."}, status_code=400)
    job = str(uuid.uuid4())
    folders = folders_of(job)
    given = folders["input"] / "image.png"
    if image is None:
        shutil.copyfile(SAMPLE, given)
    else:
        given.write_bytes(await image.read())
    (folders["code"] / "main.py").write_text(code, encoding="utf-8")
    database.start(job, user_id)
    # Not awaited: until the script ends, or its time is over, this process answers nothing else.
    result = runner.run_script(job, code, json.dumps({"user_id": user_id}), script_parameters, RUN_SECONDS)
    database.end(job, result["status"])
    remember(user_id, job)
    if result["status"] == "timeout":
        return JSONResponse({"error": "Execution timed out", "job_id": job}, status_code=504)
    answer = {"job_id": job, "stdout": result["logs"]}
    if result["status"] != "success":
        return JSONResponse({**answer, "error": "Execution failed"}, status_code=400)
    files = sorted(path.name for path in folders["result"].iterdir() if path.is_file())
    return {**answer, "output_files": [f"/outputs/{job}/result/{name}" for name in files]}


def remember(user, job):
    """Adds a job to the list beside the code, which is written anew each time."""
    jobs = json.loads(USER_JOBS.read_text(encoding="utf-8")) if USER_JOBS.exists() else {}
    jobs.setdefault(user, []).append(job)
    USER_JOBS.write_text(json.dumps(jobs), encoding="utf-8")


@app.get("/outputs/{job}/{folder}/{name:path}")
def output(job: str, folder: str, name: str):
    path = OUTPUTS / job / folder / name
    if not path.exists():
        return JSONResponse({"error": "File not found"}, status_code=404)
    return FileResponse(path)


@app.get("/api/executions")
def executions():
    return {"executions": database.executions()}


@app.get("/library/images")
def library():
    return json.loads(LIBRARY.read_text(encoding="utf-8"))


@app.post("/api/user-scripts")
def save_script(script: Annotated[dict[str, str], Body()]):
    name = str(uuid.uuid4())
    (USER_SCRIPTS / f"{name}.json").write_text(json.dumps(script), encoding="utf-8")
    return {"id": name}


@app.get("/api/user-scripts")
def user_scripts():
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in USER_SCRIPTS.glob("*.json")}


@app.post("/api/deploy-script")
def deploy_script(script: Annotated[dict[str, str], Body()]):
    DEPLOY.mkdir(parents=True, exist_ok=True)
    path = DEPLOY / Path(script["name"]).name
    path.write_text(script["code"], encoding="utf-8")
    return {"path": str(path)}


app.mount("/", StaticFiles(directory=APP / "frontend", html=True))
