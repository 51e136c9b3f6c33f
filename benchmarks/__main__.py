"""`./run bench [NAME ...]`: every benchmark, or the named ones, beside the public packages."""

import importlib
import pkgutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
PARTS = {"__main__", "harness"}
STUDIES = {"backtest", "s_curves", "ranking_pictures"}  # need the real series, or only draw: run them by name

sys.path.insert(0, str(HERE))  # each benchmark also runs alone, as a script beside the harness
modules = [m.name for m in pkgutil.iter_modules([str(HERE)]) if m.name not in PARTS]
known = [name for name in modules if "def main(" in (HERE / f"{name}.py").read_text(encoding="utf-8")]
wanted = sys.argv[1:] or [name for name in known if name not in STUDIES]
sys.argv = sys.argv[:1]
for name in wanted:
    if name not in known:
        sys.exit(f"no benchmark {name!r}; there are: {', '.join(known)}")
for name in wanted:
    print(f"== {name}")
    importlib.import_module(name).main()
