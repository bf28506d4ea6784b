"""Rasa's message processor with what costs time and changes nothing taken out, piece by piece."""

from __future__ import annotations

import asyncio
import functools
import gzip
import logging
import os
import tarfile
import zlib
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionExtractSlots, ActionListen, ActionSessionStart, RemoteAction
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.exceptions import ActionLimitReached, ModelNotFound
from rasa.model import get_latest_model
from rasa.shared.core.events import ActionExecutionRejected, DefinePrevUserUtteredFeaturization, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.components.ahead import reading_ahead
from bot.fast_path.graph_runner import DirectGraphRunner
from bot.fast_path.model_storage import PredictOnlyStorage
from bot.fast_path.pieces import Piece
from bot.fast_path.remote_action import FastRemoteAction

logger = logging.getLogger(__name__)
_rasa = logging.getLogger("rasa.core.processor")

#: Actions that read the conversation and never write to the tracker they are given.
_READERS = (RemoteAction, ActionListen, ActionSessionStart, ActionExtractSlots)

#: Messages understood at the same time; it is work for the processor, and threads beyond this only take turns.
_READING_AT_ONCE = min(4, os.cpu_count() or 1)

#: Actions that are the same from one call to the next.
_STATELESS = frozenset({RemoteAction, FastRemoteAction, ActionListen, ActionSessionStart, ActionExtractSlots})


class FastProcessor(MessageProcessor):
    """A message processor with the pieces given.

    Args:
        pieces: what is on.
        arguments: those of Rasa's own processor.
    """

    def __init__(self, *arguments: Any, pieces: Collection[Piece], **keywords: Any) -> None:
        self._pieces = frozenset(pieces)
        self._kept: dict[str, Action] = {}
        self._in_work = 0
        self._readers = ThreadPoolExecutor(_READING_AT_ONCE, thread_name_prefix="understanding")
        super().__init__(*arguments, **keywords)

    def _load_model(self, model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        """Unpack and load a model archive, or the newest in a folder.

        Raises:
            ModelNotFound: if there is none, or it cannot be read.
        """
        archive = model_path if Path(model_path).is_file() else get_latest_model(str(model_path))
        if not archive:
            raise ModelNotFound(f"No model found at path '{model_path}'.")
        storage = PredictOnlyStorage if Piece.PREDICT_ONLY in self._pieces else LocalModelStorage
        runner = DirectGraphRunner if Piece.DIRECT_GRAPH in self._pieces else DaskGraphRunner
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            try:
                _read_through(Path(archive))
                metadata, ready = loader.load_predict_graph_runner(Path(folder), Path(archive), storage, runner)
            except (tarfile.TarError, zlib.error, EOFError, OSError) as error:  # half of it copied, broken bytes, files missing inside
                raise ModelNotFound(f"Model {archive} can not be loaded.") from error
        return Path(archive).name, metadata, ready

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """Answer a message (see Rasa's own)."""
        self._in_work += 1
        try:
            replies: list[dict[str, Any]] | None = await super().handle_message(message)
            return replies
        finally:
            self._in_work -= 1

    async def parse_message(
        self, message: UserMessage, tracker: DialogueStateTracker | None = None, only_output_properties: bool = True
    ) -> dict[str, Any]:
        """What understanding makes of a message (see Rasa's own)."""
        if self.http_interpreter:
            parsed: dict[str, Any] = await super().parse_message(message, tracker, only_output_properties)
            return parsed
        about = tracker or DialogueStateTracker.from_events(message.sender_id, [])
        ahead = Piece.READ_AHEAD in self._pieces and self._in_work <= 1
        work = functools.partial(self._understand, message, about, only_output_properties, ahead)
        if Piece.THREADS in self._pieces:
            parsed = await asyncio.get_running_loop().run_in_executor(self._readers, work)
        else:
            parsed = work()
        self._update_full_retrieval_intent(parsed)
        self._check_for_unseen_features(parsed)
        return parsed

    def _understand(self, message: UserMessage, about: DialogueStateTracker, only_output_properties: bool, ahead: bool) -> dict[str, Any]:
        with reading_ahead(ahead):
            parsed: dict[str, Any] = self._parse_message_with_graph(message, about, only_output_properties)
        return parsed

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Warn of intents and entities that the domain lacks; Rasa makes an empty domain each time, to compare."""
        intent = parse_data["intent"]["name"]
        names = {entity["entity"] for entity in parse_data["entities"]}
        if (intent and intent not in self.domain.intents) or not names.issubset(self.domain.entities):
            super()._check_for_unseen_features(parse_data)

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        """The next action and the prediction it comes from."""
        if self.is_action_limit_reached(tracker, self.should_predict_another_action(tracker.latest_action_name)):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        action = self._get_action(self.domain.action_names_or_texts[prediction.max_confidence_index])
        logger.debug("Predicted next action '%s' with confidence %.2f.", action.name(), prediction.max_confidence)
        return action, prediction

    def _get_action(self, action_name: str) -> Action:
        kept = self._kept.get(action_name)
        if kept is not None:
            return kept
        action = super()._get_action(action_name)
        if Piece.CACHED_VALIDATOR in self._pieces and type(action) is RemoteAction:
            action = FastRemoteAction.of(action)
        if Piece.KEPT_ACTIONS in self._pieces and type(action) in _STATELESS:
            self._kept[action_name] = action
        return action

    async def run_action_extract_slots(self, output_channel: OutputChannel, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """Fill slots from the last message; returns the tracker given."""
        if not self._quiet():
            filled: DialogueStateTracker = await super().run_action_extract_slots(output_channel, tracker)
            return filled
        action = self._get_action("action_extract_slots")
        events = await action.run(output_channel, self.nlg, tracker, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, self.domain)
        return tracker

    def _quiet(self) -> bool:
        """Whether Rasa's debug lines, costly to put together, would go nowhere."""
        return Piece.QUIET_DEBUG in self._pieces and not _rasa.isEnabledFor(logging.DEBUG)

    def _log_action_on_tracker(
        self, tracker: DialogueStateTracker, action: Action, events: list[Event] | None, prediction: PolicyPrediction
    ) -> None:
        if not self._quiet():
            super()._log_action_on_tracker(tracker, action, events, prediction)
            return
        made = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in made):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(made, self.domain)

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        marks = all(isinstance(event, DefinePrevUserUtteredFeaturization) for event in prediction.events)
        if Piece.ONE_TRACKER in self._pieces and marks and isinstance(action, _READERS):
            # Rasa asks for one copy, applies the prediction's events to it (at most a mark that no action reads) and shows
            # it to the action; afterwards it applies them to the tracker itself.
            _lend(tracker)
        more: bool = await super()._run_action(action, tracker, output_channel, nlg, prediction)
        return more


def _read_through(archive: Path) -> None:
    """Read an archive to its checksum, which unpacking leaves out: with a broken bit a model loads and understands amiss.

    Raises:
        OSError, EOFError, zlib.error: if it is not whole.
    """
    with gzip.open(archive) as file:
        while file.read(1 << 20):
            pass


def _lend(tracker: DialogueStateTracker) -> None:
    """Have the next `copy` of this tracker return the tracker itself, once, and let pass the events meant for the copy."""

    def copy() -> DialogueStateTracker:
        del tracker.copy
        return tracker

    def update_with_events(*_: Any, **__: Any) -> None:
        del tracker.update_with_events

    tracker.copy = copy
    tracker.update_with_events = update_with_events
