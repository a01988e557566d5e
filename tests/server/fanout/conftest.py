"""Lets the tests of this folder import the helpers beside them.

Not here: what is tested.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
