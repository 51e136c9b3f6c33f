"""Meetings of groups that share people: the best schedule, or what would have to give for one.

`problem` describes, `schedule` solves, `explain` answers an infeasible case with its smallest relaxations, `relax`
applies one. Dates come in; nothing here reads a clock or knows a country. Needs the extra `schedule` (OR-Tools).
"""

from majung.methods.schedule.model import Change, Kind
from majung.methods.schedule.plan import Meeting, Objective, Schedule, Status, schedule
from majung.methods.schedule.problem import Group, Problem, Room, problem, working_days
from majung.methods.schedule.relaxation import Explanation, Relaxation, explain, relax

__all__ = [
    "Change",
    "Explanation",
    "Group",
    "Kind",
    "Meeting",
    "Objective",
    "Problem",
    "Relaxation",
    "Room",
    "Schedule",
    "Status",
    "explain",
    "problem",
    "relax",
    "schedule",
    "working_days",
]
