"""The assistant's custom actions. `ALL` is what the server runs; rasa-sdk's action server finds the same classes."""

from bot.actions.answer import ActionAnswer
from bot.actions.base import StoreAction
from bot.actions.follow_up import ActionCorrect, ActionFollowUp
from bot.actions.hand_over import ActionHandOver
from bot.actions.look_back import ActionNameSource, ActionRepeat, ActionTellMore
from bot.actions.offer_readings import ActionDefaultFallback, ActionOfferReadings
from bot.actions.out_of_scope import ActionOutOfScope
from bot.actions.safety import ActionSafety
from bot.actions.small_talk import ActionSmallTalk

ALL: tuple[type[StoreAction], ...] = (
    ActionAnswer,
    ActionCorrect,
    ActionDefaultFallback,
    ActionFollowUp,
    ActionHandOver,
    ActionNameSource,
    ActionOfferReadings,
    ActionOutOfScope,
    ActionRepeat,
    ActionSafety,
    ActionSmallTalk,
    ActionTellMore,
)

__all__ = ["ALL", "StoreAction", *sorted(action.__name__ for action in ALL)]
