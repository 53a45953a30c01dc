"""Names for processes that a test starts: Python imports this first where the folder is on its path.

`ADWATCH_TEST_NAMES` is JSON, name -> answers to give one after another, the last one for good. In these processes
127.0.0.9 counts as an address of the public internet.
"""

import ipaddress
import json
import os
import socket
from collections import Counter

ANSWERS = json.loads(os.environ.get("ADWATCH_TEST_NAMES", "{}"))
PUBLIC = "127.0.0.9"
asked = Counter()
real = socket.getaddrinfo
really_global = ipaddress.IPv4Address.is_global.fget


def getaddrinfo(host, *arguments, **options):
    name = host.decode() if isinstance(host, bytes) else host
    if name not in ANSWERS:
        return real(host, *arguments, **options)
    answers = ANSWERS[name]
    addresses = answers[min(asked[name], len(answers) - 1)]
    asked[name] += 1
    return [found for address in addresses for found in real(address, *arguments, **options)]


socket.getaddrinfo = getaddrinfo
socket.gethostbyname = lambda name: getaddrinfo(name, None)[0][4][0]
ipaddress.IPv4Address.is_global = property(lambda self: str(self) == PUBLIC or really_global(self))
