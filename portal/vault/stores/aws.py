"""What every AWS client of the vault shares: time-outs, limited retries, errors that stop here."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from portal.core.errors import Unavailable

DEFAULT_REGION = "us-east-1"


class AwsClient:
    """A boto3 client made at first use, so that starting a command does not import boto3.

    ``endpoint`` and ``region`` come from the URL in the settings; credentials from the environment, where
    AWS tools expect them.
    """

    def __init__(self, service: str, *, endpoint: str | None = None, region: str | None = None) -> None:
        self._service = service
        self._endpoint = endpoint
        self._region = region

    @cached_property
    def api(self) -> Any:
        """The client; safe for threads."""
        import boto3  # noqa: PLC0415 - a quarter of a second, only where AWS is used
        from botocore.config import Config  # noqa: PLC0415

        config = Config(
            connect_timeout=3,
            read_timeout=30,
            tcp_keepalive=True,
            max_pool_connections=32,
            retries={"mode": "standard", "total_max_attempts": 3},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={
                "addressing_style": "path" if self._endpoint else "auto",
                "payload_signing_enabled": False,
            },
        )
        session = boto3.session.Session()
        region = self._region or session.region_name or DEFAULT_REGION
        return session.client(self._service, endpoint_url=self._endpoint, region_name=region, config=config)


def error_code(error: Exception) -> str:
    """The service's code for an error, such as ``NoSuchKey``; empty when the service did not answer."""
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


@contextmanager
def unavailable(message: str) -> Iterator[None]:
    """Turn whatever AWS or the network raises into ``Unavailable``."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(message) from error
