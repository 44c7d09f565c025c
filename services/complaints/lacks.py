"""What may be missing before a complaint is closed, and its words (spec 3.3)."""

from enum import StrEnum
from typing import Final

from services.core.words import N_


class Lack(StrEnum):
    """What still keeps a complaint from being closed."""

    REPLY = "reply"
    CONFIRMATION = "confirmation"
    ACCEPTANCE = "acceptance"
    FINDING = "finding"
    CAUSE = "cause"
    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"
    DIRECTOR = "director"
    HEAD = "head"
    LEADER = "leader"
    REMEDY = "remedy"


LACKS: Final[dict[Lack, str]] = {
    Lack.REPLY: N_("the answer to the customer"),
    Lack.CONFIRMATION: N_("its confirmation by whoever stands for it"),
    Lack.ACCEPTANCE: N_("what the customer says to it"),
    Lack.FINDING: N_("the finding"),
    Lack.CAUSE: N_("the cause"),
    Lack.CORRECTIVE: N_("a corrective action"),
    Lack.PREVENTIVE: N_("a preventive action"),
    Lack.DIRECTOR: N_("the director's talk with the customer"),
    Lack.HEAD: N_("the talk of the head of department with the customer"),
    Lack.REMEDY: N_("what was promised to the customer"),
    Lack.LEADER: N_("a manager, who alone closes it as unjustified"),
}
