"""What a server process loads: `granian --interface wsgi majung.web.wsgi:application`."""

import gc
import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "majung.web.settings")
application = get_wsgi_application()

if os.environ.get("MAJUNG_WARM", "1") == "1":
    from majung.web.analyses import warm

    threading.Thread(target=warm, name="warm", daemon=True).start()

# What was loaded stays: the collector need not walk it again in the middle of a page (a fifth of a second each time).
gc.collect()
gc.freeze()
