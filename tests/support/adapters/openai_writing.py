"""An OpenAI writer with a test server that speaks OpenAI's chat protocol."""

from __future__ import annotations

import json
from typing import Any

from blocks.offline.writer.writer import OfflineWriter
from blocks.openai_api.writer import OpenAIWriter
from tests.support.adapters.contract import PATIENT
from tests.support.adapters.desk import HoldingDesk, PlainDesk
from tests.support.adapters.openai_stand import account_at
from tests.support.vendors.openai_server import OpenAIServer, write_plan

SCRIPT = """INT. KITCHEN - NIGHT

Mara counts the matches. "Eleven," she says.

EXT. HARBOUR

MARA
The boat is gone. Nobody saw it leave."""


def writer_at(server: OpenAIServer, desk: PlainDesk | HoldingDesk | None = None) -> OpenAIWriter:
    return OpenAIWriter(
        account_at(server.url), "a-model", limits=PATIENT, desk=desk or PlainDesk(), script_writer=OfflineWriter()
    )


def told_story(**changes: Any) -> str:
    return json.dumps(json.loads(write_plan("story", {})) | changes)


def scene(**changes: Any) -> dict[str, Any]:
    usual = {"location": "a pier", "characters": "Mara", "action": "waits", "emotion": "still", "narration": "Here."}
    return usual | changes


def sent(server: OpenAIServer) -> list[Any]:
    return [json.loads(exchange.content) for exchange in server.posts]
