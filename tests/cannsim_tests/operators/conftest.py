"""Makes this folder's helper modules, and the one above, importable under any import mode."""

import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here.parent)]
