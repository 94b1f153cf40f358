"""The five engines of the offline crew, as crews name them: 'offline'. They have no settings."""

from __future__ import annotations

from blocks.offline.crew import offline_crew
from studio.model.engine_plugin import EnginePlugin, EngineSettings

writer = EnginePlugin(EngineSettings, lambda _: offline_crew().writer, elsewhere=False)
painter = EnginePlugin(EngineSettings, lambda _: offline_crew().painter, elsewhere=False)
narrator = EnginePlugin(EngineSettings, lambda _: offline_crew().narrator, elsewhere=False)
animator = EnginePlugin(EngineSettings, lambda _: offline_crew().animator, elsewhere=False)
composer = EnginePlugin(EngineSettings, lambda _: offline_crew().composer, elsewhere=False)
