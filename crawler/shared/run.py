"""One source's run as all workers see it, in Redis. Each step is one script there, which nothing interleaves with.

A request is known by its key and is pushed once. Whoever takes it holds a lease; it is done when what it brought is
stored, and returns to the queue when the lease runs out before. Work may be done twice, then, and is never lost: a
second attempt owns what the first one met, so that it brings the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from crawler.health import Problem, problem_stat
from crawler.ledger import Room

KEPT_SECONDS = 2 * 24 * 3600
"""What a night leaves behind that never ended is forgotten then."""
MOST_TRIES = 3
"""A request whose worker died so often is given up: it may be what kills them."""
RUNS = "adwatch:runs"
"""Sorted set of the open runs, `NIGHT:SOURCE`, the first opened first."""
WORKERS = "adwatch:workers"
"""Sorted set of the workers' names, by the second until which each is taken to be there."""
PARTS = (
    *("state", "requests", "waiting", "leased", "holder", "tries", "met", "asked", "ads", "pages", "listed", "stats"),
    *("memory", "spiders", "robots"),
)

NOW = "local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
PUSH = """
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], -ARGV[3] * 1e9 + redis.call('HINCRBY', KEYS[3], 'seq', 1), ARGV[1])
return 1
"""
POP = f"""{NOW}
if redis.call('HEXISTS', KEYS[6], 'opened') == 0 or redis.call('HEXISTS', KEYS[6], 'closed') == 1 then return false end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('ZREM', KEYS[3], key)
  redis.call('HDEL', KEYS[4], key)
  redis.call('ZADD', KEYS[2], -1e15, key)
end
while true do
  local key = redis.call('ZPOPMIN', KEYS[2])[1]
  if not key then return false end
  if redis.call('HINCRBY', KEYS[5], key, 1) <= tonumber(ARGV[3]) then
    redis.call('ZADD', KEYS[3], now + ARGV[2], key)
    redis.call('HSET', KEYS[4], key, ARGV[1])
    return {{key, redis.call('HGET', KEYS[1], key)}}
  end
  redis.call('HSET', KEYS[1], key, '')
  redis.call('HINCRBY', KEYS[7], ARGV[4], 1)
end
"""
RENEW = f"""{NOW}
for i = 3, #ARGV do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[1] then redis.call('ZADD', KEYS[1], 'XX', now + ARGV[2], ARGV[i]) end
end
"""
ACKNOWLEDGE = """
if redis.call('HGET', KEYS[6], 'opened') ~= ARGV[3] then return 0 end
for i = 4, 3 + ARGV[2] do
  redis.call('HSET', KEYS[1], ARGV[i], '')
  redis.call('ZREM', KEYS[2], ARGV[i])
  if redis.call('HGET', KEYS[4], ARGV[i]) == ARGV[1] then
    redis.call('ZREM', KEYS[3], ARGV[i])
    redis.call('HDEL', KEYS[4], ARGV[i])
  end
end
for i = 4 + ARGV[2], #ARGV, 2 do redis.call('HINCRBY', KEYS[5], ARGV[i], ARGV[i + 1]) end
"""
RETURN = """
for i = 2, #ARGV do
  if redis.call('HGET', KEYS[3], ARGV[i]) == ARGV[1] then
    redis.call('ZREM', KEYS[2], ARGV[i])
    redis.call('HDEL', KEYS[3], ARGV[i])
    redis.call('HINCRBY', KEYS[4], ARGV[i], -1)
    redis.call('ZADD', KEYS[1], -1e15, ARGV[i])
  end
end
"""
MEET = """
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 or redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return 1
end
return 0
"""
RESERVE = """
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 0 end
if ARGV[4] ~= '' and ARGV[3] ~= '' and redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[3]) then return 2 end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 1 end
redis.call('SADD', KEYS[1], ARGV[1])
if ARGV[4] ~= '' then redis.call('SADD', KEYS[2], ARGV[4]) end
return 0
"""
JOIN = f"""{NOW}
if redis.call('HEXISTS', KEYS[1], 'opened') == 0 then return false end
redis.call('HSETNX', KEYS[1], 'began', now)
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
return {{now - redis.call('HGET', KEYS[1], 'began'), redis.call('HGET', KEYS[1], 'opened')}}
"""
FORGET = "if redis.call('HEXISTS', KEYS[1], 'opened') == 0 then redis.call('ZREM', ARGV[1], ARGV[2]) end"
STAND = f"""{NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now)
local state = {{redis.call('HEXISTS', KEYS[1], 'opened'), redis.call('HGET', KEYS[1], 'closed') or '',
  redis.call('HEXISTS', KEYS[1], 'visited'), redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[3]),
  redis.call('ZCARD', KEYS[4]), now - (redis.call('HGET', KEYS[1], 'began') or now)}}
return state
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands."""

    is_open: bool
    """False where nobody opened it, and where it ended or was forgotten."""
    closed: str
    """Why it ended early; empty where it did not."""
    visited: bool
    """The visits to known ads are asked for."""
    waiting: int
    leased: int
    spiders: int
    """Processes of workers that have not left it, and are not silent."""
    seconds: float
    """Since the first of them came."""

    @property
    def is_drained(self) -> bool:
        """All that was asked for is stored."""
        return not (self.waiting or self.leased)

    @property
    def is_over(self) -> bool:
        """Nothing is left to do in it."""
        return not self.is_open or bool(self.closed) or (self.is_drained and self.visited)


class SharedRun:
    """The run of one source in one night."""

    def __init__(self, redis: Redis, night_id: int, source: str) -> None:
        self.redis = redis
        self.night_id = night_id
        self.source = source
        self.name = f"{night_id}:{source}"
        self.opening = ""
        """Tells the run that this process opened or joined from one that was opened in its place."""

    def open(self, *, evidence: str, requests: Mapping[str, tuple[str, int]]) -> bool:
        """Opens the run with its first requests, by key as (message, priority); False where it is open already.

        `evidence` is the key of the evidence folder that workers must see.
        """
        if self._do("HGET", self._key("state"), "opened"):
            return False
        self._do("DEL", *map(self._key, PARTS))
        self.opening = uuid.uuid4().hex
        for key, (message, priority) in requests.items():
            self.push(key, message, priority=priority)
            # The start addresses are pages that were asked for, too.
            page = key.partition(" ")[2]
            self.meet(page, key)
            self._do("SADD", self._key("asked"), page)
        self._do("HSET", self._key("state"), "opened", self.opening, "evidence", evidence)
        self._do("ZADD", RUNS, self.night_id, self.name)
        self.keep_alive()
        return True

    def evidence(self) -> str | None:
        """Id of the evidence folder that this run keeps in."""
        found: str | None = self._do("HGET", self._key("state"), "evidence")
        return found

    def push(self, key: str, message: str, *, priority: int) -> bool:
        """Puts a request into the queue; False where it was pushed before, done or not."""
        return bool(self._script(PUSH, ("requests", "waiting", "state"), key, message, priority))

    def pop(self, holder: str, *, lease_seconds: float) -> tuple[str, str] | None:
        """Takes the next request, as (key, message); those whose lease ran out come first."""
        keys = ("requests", "waiting", "leased", "holder", "tries", "state", "stats")
        lost = problem_stat(Problem.CRASHED)
        found = self._script(POP, keys, holder, _milliseconds(lease_seconds), MOST_TRIES, lost)
        return (found[0], found[1]) if found else None

    def renew(self, holder: str, ids: Iterable[str], *, lease_seconds: float) -> None:
        """Holds these requests for a while more."""
        if ids := list(ids):
            self._script(RENEW, ("leased", "holder"), holder, _milliseconds(lease_seconds), *ids)

    def acknowledge(self, holder: str, ids: Sequence[str], counts: Mapping[str, int]) -> None:
        """These requests are done, what they brought is stored; `counts` are added to the run's.

        Not where the run was lost since and opened again: what they led to was lost too, and is found by reading again.
        """
        pairs = [part for stat, count in counts.items() if count for part in (stat, count)]
        if ids or pairs:
            keys = ("requests", "waiting", "leased", "holder", "stats", "state")
            self._script(ACKNOWLEDGE, keys, holder, len(ids), self.opening, *ids, *pairs)

    def give_back(self, holder: str, ids: Iterable[str]) -> None:
        """Returns requests that were taken and not begun."""
        if ids := list(ids):
            self._script(RETURN, ("waiting", "leased", "holder", "tries"), holder, *ids)

    def meet(self, key: str, owner: str) -> bool:
        """True for the request that met this key first, as often as it asks."""
        return bool(self._script(MEET, ("met",), key, owner))

    def reserve(self, key: str, *, pages: int, ad_pages: int | None, ad: int | None) -> Room:
        """As `crawler.ledger.Ledger.reserve`; a page that is counted already has room."""
        most, link = ("" if value is None else str(value) for value in (ad_pages, ad))
        answer = self._script(RESERVE, ("asked", "ads"), key, pages, most, link)
        return (Room.FREE, Room.NO_PAGES, Room.NO_AD_PAGES)[answer]

    def counts(self) -> tuple[int, int]:
        """Pages asked for, and pages of ads among them."""
        return self._do("SCARD", self._key("asked")), self._do("SCARD", self._key("ads"))

    def asked_ads(self) -> frozenset[int]:
        """Keys of the ads whose page was asked for."""
        return frozenset(int(key) for key in self._do("SMEMBERS", self._key("ads")))

    def put(self, part: str, values: Mapping[str, str]) -> None:
        """Keeps texts by name in `pages`, `listed` or `robots`; what is there stays."""
        for name, value in values.items():
            self._do("HSETNX", self._key(part), name, value)

    def get(self, part: str, name: str) -> str | None:
        """One of them."""
        found: str | None = self._do("HGET", self._key(part), name)
        return found

    def claim(self, what: str, holder: str, *, seconds: int) -> bool:
        """True for one process, until it releases what it claims, or these seconds are over."""
        return bool(self._do("SET", self._key(what), holder, "NX", "EX", seconds))

    def release(self, what: str) -> None:
        """Others may claim it."""
        self._do("DEL", self._key(what))

    def get_all(self, part: str) -> dict[str, str]:
        """All of them."""
        return dict(self._do("HGETALL", self._key(part)))

    def stats(self) -> dict[str, int]:
        """What all workers counted, of requests that are done."""
        return {name: int(count) for name, count in self._do("HGETALL", self._key("stats")).items()}

    def stat(self, name: str) -> int:
        """One of them."""
        return int(self._do("HGET", self._key("stats"), name) or 0)

    def join(self, spider: str, *, lease_seconds: float) -> float | None:
        """Notes that this process works on the run. Returns the seconds since it began; None where it is none."""
        joined = self._script(JOIN, ("state", "spiders"), spider, _milliseconds(lease_seconds))
        if not joined or self.opening not in ("", joined[1]):
            return None
        self.opening = joined[1]
        return float(joined[0]) / 1000

    def leave(self, spider: str, *, memory: int) -> None:
        """This process is done with the run; `memory` is the most that it held, bytes."""
        self._do("HSET", self._key("memory"), spider, memory)
        self._do("ZREM", self._key("spiders"), spider)

    def memory(self) -> int:
        """The most that one of the processes held, bytes."""
        return max(map(int, self._do("HVALS", self._key("memory"))), default=0)

    def standing(self) -> Standing:
        """How it stands now."""
        opened, closed, visited, waiting, leased, spiders, began = self._script(
            STAND, ("state", "waiting", "leased", "spiders")
        )
        return Standing(bool(opened), closed, bool(visited), waiting, leased, spiders, began / 1000)

    def note_visited(self) -> None:
        """The visits to known ads are asked for."""
        self._do("HSET", self._key("state"), "visited", "1")

    def close(self, reason: str) -> None:
        """Ends it before everything is fetched; the first reason stays."""
        self._do("HSETNX", self._key("state"), "closed", reason)

    def keep_alive(self) -> None:
        """Puts off the day when it is forgotten."""
        for part in PARTS:
            self._do("EXPIRE", self._key(part), KEPT_SECONDS)

    def delete(self) -> None:
        """Forgets it."""
        self._do("ZREM", RUNS, self.name)
        self._do("DEL", *map(self._key, PARTS))

    def forget_name(self) -> None:
        """Takes it off the list of open runs, unless it is open: unlike the rest, that list does not expire."""
        self._script(FORGET, ("state",), RUNS, self.name)

    def _key(self, part: str) -> str:
        return f"adwatch:run:{self.name}:{part}"

    def _do(self, *command: Any) -> Any:
        return self.redis.execute_command(*command)  # type: ignore[no-untyped-call]

    def _script(self, script: str, parts: Sequence[str], *arguments: str | int) -> Any:
        return self.redis.register_script(script)(keys=[self._key(part) for part in parts], args=list(arguments))


class Clock:
    """When a host may be asked again, for all workers: one request at a time, and a delay between two."""

    TAKE = f"""{NOW}
if redis.call('EXISTS', KEYS[2]) == 1 then return math.max(1, math.min(redis.call('PTTL', KEYS[2]), 100)) end
local free = tonumber(redis.call('GET', KEYS[1]) or 0)
if free > now then return free - now end
redis.call('SET', KEYS[1], now + ARGV[2], 'PX', ARGV[2] + 1000)
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
return 0
"""
    GIVE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"

    def __init__(self, redis: Redis, host: str) -> None:
        self.redis = redis
        self.keys = (f"adwatch:clock:{host}:free", f"adwatch:clock:{host}:busy")

    def take(self, holder: str, *, delay: float, at_most: float) -> float:
        """0 where it is this process's turn, for `at_most` seconds; else the seconds after which to ask again."""
        arguments: list[bytes | bytearray | memoryview[int] | str | int | float] = [
            holder,
            _milliseconds(delay),
            _milliseconds(at_most),
        ]
        waits: Any = self.redis.register_script(self.TAKE)(keys=list(self.keys), args=arguments)
        return float(waits) / 1000

    def give(self, holder: str) -> None:
        """The answer is there."""
        self.redis.register_script(self.GIVE)(keys=[self.keys[1]], args=[holder])


def note_worker(redis: Redis, name: str, *, seconds: int) -> None:
    """This worker is there, and will say so again within these seconds."""
    stamp: Any = redis.time()
    redis.zadd(WORKERS, {name: stamp[0] + seconds})


def forget_worker(redis: Redis, name: str) -> None:
    """This worker is gone."""
    redis.zrem(WORKERS, name)


def count_workers(redis: Redis) -> int:
    """How many workers are there."""
    stamp: Any = redis.time()
    count: Any = redis.zcount(WORKERS, stamp[0], "+inf")
    return int(count)


def open_runs(redis: Redis) -> list[SharedRun]:
    """All runs that are open, the earliest night first."""
    names: Any = redis.zrange(RUNS, 0, -1)
    parts = (str(name).split(":", 1) for name in names)
    return [SharedRun(redis, int(night), source) for night, source in parts]


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
