"""How gunicorn serves the cockpit; the Procfile names this module. Nothing here knows a page.

Each process opens the snapshots itself, after the fork: DuckDB does not survive one. What its
DuckDB may use is in the settings, shared out among the processes. A deployment changes anything
else here with GUNICORN_CMD_ARGS, which gunicorn lets win.
"""

import gc
import os
from typing import Any

from cockpit.settings import read

settings = read()

bind = (
    f"[{settings.host}]:{settings.port}"
    if ":" in settings.host
    else f"{settings.host}:{settings.port}"
)
workers = settings.workers
worker_class = "gthread"
threads = settings.threads
preload_app = False

# A process ends after its share of requests, and not all at once: nothing may grow for weeks.
max_requests = 20_000
max_requests_jitter = 4_000
timeout = 60
graceful_timeout = 30

# Pages ask for news every 10 to 15 seconds: their connection lives to the next time.
keepalive = 20
# The URL is the state, and a Chinese word in it takes nine bytes a character.
limit_request_line = 8190

# A heartbeat on a disk that is busy would look like a process that hangs.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# No address is believed when it says for whom it asks, until a deployment names its proxy.
forwarded_allow_ips = ""
# No second way in, beside the port.
control_socket_disable = True

loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """Pages are large trees without circles, which go by themselves: who looks for circles at every
    seven hundredth part of them, as Python does, spends a tenth of the time on it.
    """
    gc.set_threshold(50_000, 10, 10)
