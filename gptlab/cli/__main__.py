"""Run the command line as `python -m gptlab.cli`, which is what torchrun needs."""

import sys

from gptlab.cli.main import main

sys.exit(main())
