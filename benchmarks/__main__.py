"""`./run bench [NAME ...]`: every benchmark, or the named ones, beside the public packages.

Each runs in a process of its own, as it does alone; one that fails does not stop the others, and is named at the end.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# They need the real series, or only draw: run them by name.
STUDIES = {"backtest", "s_curves", "ranking_pictures", "text_and_schedule_pictures"}
STUDIES |= {"evidence_trade", "evidence_spark"}  # gigabytes of disk, a cluster

known = sorted(f.stem for f in HERE.glob("[!_]*.py") if "def main(" in f.read_text(encoding="utf-8"))
wanted = sys.argv[1:] or [name for name in known if name not in STUDIES]
for name in wanted:
    if name not in known:
        sys.exit(f"no benchmark {name!r}; there are: {', '.join(known)}")
failed = []
for name in wanted:
    print(f"== {name}", flush=True)
    if subprocess.call([sys.executable, str(HERE / f"{name}.py")]):
        failed.append(name)
if failed:
    sys.exit(f"failed: {', '.join(failed)}")
