"""What a flow's form asks on Prefect's pages, where that differs from what its function takes.

A form needs an answer to some of what a call from Python may leave out, and a field that may stay empty is shown as its
own kind of field, without a choice between a type and nothing. Prefect makes a form from a flow's signature.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, ParamSpec, TypeVar

from prefect import Flow
from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core.core_schema import CoreSchema

P = ParamSpec("P")
R = TypeVar("R")


def asking_for(*required: str) -> Callable[[Flow[P, R]], Flow[P, R]]:
    """Return a decorator that gives a flow its form, in the order of its function's parameters.

    A parameter whose default is None is a field that may stay empty. Prefect's check before a run takes null for it,
    too, except for a list of choices and for several types: such a field can be left out only.

    Args:
        required: parameters that the form must be given, whatever their default.
    """

    def with_form(made: Flow[P, R]) -> Flow[P, R]:
        function = inspect.signature(made.fn, eval_str=True)
        fields = [_field(parameter, parameter.name in required) for parameter in function.parameters.values()]
        # Prefect asks `inspect.signature` about the flow, which looks for this. Calls follow the function's own.
        made.__signature__ = inspect.Signature(fields)  # type: ignore[attr-defined]  # a flow has none of its own
        return made

    return with_form


def _field(parameter: inspect.Parameter, required: bool) -> inspect.Parameter:
    # Keyword-only, because the defaults that are taken away leave gaps.
    field = parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
    if required:
        return field.replace(default=inspect.Parameter.empty)
    if parameter.default is not None:
        return field
    # A default that is made stands in no schema, where it would be a null that the form fills in and then refuses.
    kind: Any = parameter.annotation
    optional = Annotated[kind, _WithoutNull(), Field(default_factory=_nothing)]
    return field.replace(annotation=optional, default=inspect.Parameter.empty)


def _nothing() -> None:
    return None


class _WithoutNull:
    """Takes null out of a field's types; a field with one type left is of that type."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        kinds = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        rest = {name: value for name, value in schema.items() if name != "anyOf"}
        if len(kinds) == 1:
            return {**kinds[0], **rest}
        return {**rest, "anyOf": kinds} if kinds else schema
