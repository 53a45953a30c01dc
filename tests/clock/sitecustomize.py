"""The clock of processes that a test starts: Python imports this first where the folder is on its path.

`ADWATCH_TEST_AHEAD`: seconds by which the clock of these processes, and of all that they start, is ahead of the
machine's. It ticks; monotonic clocks stay as they are. Nothing in adwatch itself knows of it.
"""

import os
import time

import time_machine

time_machine.travel(time.time() + float(os.environ["ADWATCH_TEST_AHEAD"]), tick=True).start()
