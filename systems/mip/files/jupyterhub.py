# Runs in JupyterHub's configuration, where `c` is. A notebook asks the portal in its user's name: with
# the token that the user logged in with.


async def give_portal_token(spawner):
    state = await spawner.user.get_auth_state() or {}
    token = state.get("access_token")
    if token:
        spawner.environment["PORTAL_TOKEN"] = token
    else:
        spawner.log.warning("no access token: the notebook cannot ask the portal")


c.Spawner.pre_spawn_hook = give_portal_token  # noqa: F821

# The portal shows hub and notebooks in a frame of its own page, and nobody else may.
headers = {"Content-Security-Policy": "frame-ancestors 'self'"}
c.JupyterHub.tornado_settings = {"headers": headers}  # noqa: F821
c.Spawner.args = [f"--ServerApp.tornado_settings={{'headers': {headers}}}"]  # noqa: F821
