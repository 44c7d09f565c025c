"""What a command takes: validated, bounded, immutable."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from services.core.fields import RequestId


class Input(BaseModel):
    """A form's worth of values. Unknown fields are refused, strings are trimmed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Request(Input):
    """An input that writes: `request_id` is made when the form is first shown, so that a double
    click, a rerun or a retry writes once (see `services.core.run.perform`)."""

    secret_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields whose values may be kept nowhere, not even in a digest that could be guessed."""

    request_id: RequestId
