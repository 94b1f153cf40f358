"""The writer against a fault server that nobody here wrote: llmock, https://github.com/JulienRabault/LLMock."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from blocks.offline.writer.writer import OfflineWriter
from blocks.openai_api.account import OpenAIAccount
from blocks.openai_api.manners import forget
from blocks.openai_api.writer import OpenAIWriter
from studio.model.paid import Fault, VendorError
from tests.support.adapters.contract import PATIENT
from tests.support.adapters.desk import PlainDesk
from tests.support.adapters.openai_stand import brief_of


def writer_at(llmock: Any, desk: PlainDesk) -> OpenAIWriter:
    forget()
    account = OpenAIAccount(api_key=SecretStr("sk-dummy-key-0001"), base_url=llmock.base_url())
    return OpenAIWriter(account, "gpt-5.4-mini", limits=PATIENT, desk=desk, script_writer=OfflineWriter())


def test_its_structured_output_is_a_story(llmock: Any) -> None:
    """What another server makes of our schema is read, and becomes a film."""
    desk = PlainDesk()
    writer = writer_at(llmock, desk)
    brief = brief_of()
    story = writer.write_story(brief)
    graph = writer.map_scenes(story, 1)
    assert writer.plan_shots(story, graph, brief)
    assert all(reply.usage["text in"] > 0 for reply in desk.replies)


@pytest.mark.parametrize(("status", "fault"), [(401, "key"), (500, "passing"), (503, "passing"), (400, "wrong")])
def test_its_errors_are_told_apart(llmock: Any, status: int, fault: Fault) -> None:
    """One request each: nothing is tried again."""
    llmock.fail(status, message="this request is not taken")
    desk = PlainDesk()
    with pytest.raises(VendorError) as failed:
        writer_at(llmock, desk).write_story(brief_of())
    assert failed.value.fault == fault
    assert len(llmock.requests) == 1


def test_its_rate_limit_says_when(llmock: Any) -> None:
    """`Retry-After` comes through, and the next call is a good one."""
    llmock.rate_limit(retry_after=3)
    desk = PlainDesk()
    with pytest.raises(VendorError) as failed:
        writer_at(llmock, desk).write_story(brief_of())
    assert (failed.value.fault, failed.value.retry_after) == ("slow down", 3.0)
    assert writer_at(llmock, desk).write_story(brief_of()).scenes
