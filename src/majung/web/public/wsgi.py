"""What a server process loads: `granian --interface wsgi majung.web.public.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "majung.web.public.settings")
application = get_wsgi_application()
