"""How long a failed job waits."""

from datetime import timedelta

import pytest

from portal.jobs.queue import LONGEST_WAIT, wait_after
from portal.jobs.registry import HANDLERS, handler
from portal.notifications.services import DELIVERY_ATTEMPTS


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 2), (2, 4), (5, 32), (9, 512), (10, 900), (500, 900)])
def test_the_wait_doubles_up_to_a_limit_and_varies_by_half(attempt: int, seconds: int) -> None:
    waits = [wait_after(attempt) for _ in range(200)]
    assert all(timedelta(seconds=seconds * 0.5) <= wait <= timedelta(seconds=seconds * 1.5) for wait in waits)
    assert len(set(waits)) > 100


def test_a_mail_outlives_a_mail_server_that_is_away_for_an_hour() -> None:
    shortest = sum(
        (min(timedelta(seconds=2) * 2**n, LONGEST_WAIT) * 0.5 for n in range(DELIVERY_ATTEMPTS - 1)),
        timedelta(),
    )
    assert shortest > timedelta(hours=1)


def test_two_functions_cannot_do_one_kind() -> None:
    kind = "test.twice"
    try:
        handler(kind)(lambda context, payload: None)
        with pytest.raises(ValueError, match="two handlers"):
            handler(kind)(lambda context, payload: None)
    finally:
        HANDLERS.pop(kind, None)
