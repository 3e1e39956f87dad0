"""The one door of a clone: ``python3 installer/bootstrap.py demo|run|test|bench|translations|lock``.

Only this file is read by whatever Python a person happens to have, so it keeps to what every Python understands.
"""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit(
        "The eHealth certificate agent needs Python 3.11 or newer; this is Python %d.%d (%s).\n"
        "Install a newer Python and start this again with it."
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from installer.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
