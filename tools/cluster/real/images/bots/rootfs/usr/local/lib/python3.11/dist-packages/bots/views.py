import xmlrpc.client

from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from . import botsinit
from .models import Ta


def index(request):
    return render(request, "bots/index.html")


def home(request):
    files = Ta.objects.order_by("-id")[: botsinit.ini.getint("settings", "limit")]
    return render(request, "bots/home.html", {"files": files, "answer": request.GET.get("answer")})


@require_POST
def runengine(_request):
    """Hands a run of the engine to the job queue."""
    port = botsinit.ini.getint("jobqueue", "port")
    try:
        queue = xmlrpc.client.ServerProxy(f"http://localhost:{port}")
        answer = queue.addjob(["bots-engine", f"-c{botsinit.folder}", "--new"], 5)
    except (OSError, xmlrpc.client.Error) as error:
        print(f"job queue: {error}")
        answer = 1
    return redirect(f"/bots/home?answer={answer}")
