"""Settings, the database's door, the pages' frame."""

import warnings

# A server has no desktop session; the folder meant is used for one lock file only.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
