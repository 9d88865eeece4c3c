def set_context(_request):
    return {"bots_title": "bots test app"}
