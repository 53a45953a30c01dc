"""The Redis server that machines share, by `ADWATCH_REDIS_URL`. Its address may hold a password and is never shown."""

from __future__ import annotations

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from crawler.crawling import REDIS_VARIABLE as VARIABLE
from crawler.errors import AdwatchError, ConfigError
from crawler.secret import secret_of

ANSWER_SECONDS = 5
RETRIES = 3


class QueueError(AdwatchError):
    """The shared queue cannot be reached."""


def connect() -> Redis:
    """A client; it connects when it is used. Raises ConfigError without an address, or with one that is none."""
    url = secret_of(VARIABLE)
    if url is None:
        raise ConfigError(f"{VARIABLE} is not set; name the Redis that the machines share, like redis://queue:6379/0")
    retry = Retry(ExponentialBackoff(cap=1.0, base=0.1), RETRIES)
    try:
        return Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=retry,
            retry_on_error=[RedisConnectionError, RedisTimeoutError],
        )
    except ValueError:
        # What is wrong with it may be a part of the password.
        raise ConfigError(f"{VARIABLE} is no address of a Redis, like redis://queue:6379/0") from None


def require_server(redis: Redis) -> None:
    """Raises QueueError where the server does not answer."""
    try:
        redis.ping()
    except RedisError as error:
        raise QueueError(f"the Redis of {VARIABLE} does not answer: {type(error).__name__}") from error
