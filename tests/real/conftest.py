"""What tests against real programs and schemas share."""

import pytest

from tests.real.schemas import Schemas, UnavailableError
from tests.real.schemas import schemas as real_schemas


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """Return the real schemas, or skip with the reason why they cannot be had."""
    try:
        return real_schemas()
    except UnavailableError as error:
        pytest.skip(str(error))
