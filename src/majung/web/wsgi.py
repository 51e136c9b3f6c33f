"""What a server process loads: `granian --interface wsgi majung.web.wsgi:application`."""

import gc
import os
import threading
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "majung.web.settings")
application = get_wsgi_application()
# Every page and the API take seconds to load: not while the first visitors wait.
import_module("majung.web.urls")
reverse("readyz")

if os.environ.get("MAJUNG_WARM", "1") == "1":
    from majung.web.analyses import warm

    threading.Thread(target=warm, name="warm", daemon=True).start()

# What was loaded stays: the collector need not walk it again in the middle of a page (a fifth of a second each time).
gc.collect()
gc.freeze()
