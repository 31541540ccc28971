"""Every write about places: one function, one verb, one transaction, one row of the ledger."""

from repere.places.actions.arriving import arrive, extend, keep_arrival, leave
from repere.places.actions.asking import ask, close_request, confirm_arrival, give_back, hold, send_to_unlisted
from repere.places.actions.asking_back import answer_back, ask_back
from repere.places.actions.capacity import change_capacity
from repere.places.actions.changing import change_line, change_request
from repere.places.actions.danger import ask_second_look, report_incident, take_back_incident
from repere.places.actions.ending_marks import decide_end, end_mark
from repere.places.actions.holding import accept, decline
from repere.places.actions.moved import confirm_move
from repere.places.actions.shelters import (
    add_shelter,
    add_unit,
    change_shelter,
    change_unit,
    confirm_shelter,
    reopen_shelter,
    take_out_of_use,
)
from repere.places.actions.vouching import ask_for_voice, keep_reminded, vouch_for_shelter
from repere.places.refusals import NotVisible, Refused

__all__ = [
    "NotVisible", "Refused", "accept", "add_shelter", "add_unit", "answer_back", "arrive", "ask", "ask_back", "ask_for_voice",
    "ask_second_look", "change_capacity", "change_line", "change_request", "change_shelter", "change_unit", "close_request",
    "confirm_arrival", "confirm_move", "confirm_shelter", "decide_end", "decline", "end_mark", "extend", "give_back", "hold",
    "keep_arrival", "keep_reminded", "leave", "reopen_shelter", "report_incident", "send_to_unlisted", "take_back_incident",
    "take_out_of_use", "vouch_for_shelter",
]  # fmt: skip
