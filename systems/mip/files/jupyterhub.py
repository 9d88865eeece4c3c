# Part of JupyterHub's configuration, which defines `c`. A notebook queries the portal on behalf of its
# user, with the token from the user's login.


async def give_portal_token(spawner):
    state = await spawner.user.get_auth_state() or {}
    token = state.get("access_token")
    if token:
        spawner.environment["PORTAL_TOKEN"] = token
    else:
        spawner.log.warning("no access token: the notebook cannot query the portal")


c.Spawner.pre_spawn_hook = give_portal_token  # noqa: F821

# Only the portal may show the hub and the notebooks in a frame.
headers = {"Content-Security-Policy": "frame-ancestors 'self'"}
c.JupyterHub.tornado_settings = {"headers": headers}  # noqa: F821
c.Spawner.args = [f"--ServerApp.tornado_settings={{'headers': {headers}}}"]  # noqa: F821
