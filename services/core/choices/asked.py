"""The words for the choices of surveys."""

from enum import StrEnum
from typing import Final

from db.models import ItemKind, ResponseSource, SurveyChannel, SurveyKind, SurveyState
from services.core.words import N_

ASKED: Final[dict[type[StrEnum], dict[str, str]]] = {
    ItemKind: {
        ItemKind.SCALE: N_("Scale 1 to 10"),
        ItemKind.NPS: N_("Would recommend us, 0 to 10"),
        ItemKind.CHOICE: N_("Choice"),
        ItemKind.TEXT: N_("Own words"),
    },
    ResponseSource: {
        ResponseSource.CALL: N_("At a contact"),
        ResponseSource.IMPORT: N_("Of a list"),
    },
    SurveyChannel: {
        SurveyChannel.PHONE: N_("By phone"),
        SurveyChannel.INTERVIEW: N_("In a talk"),
        SurveyChannel.QUESTIONNAIRE: N_("On paper"),
        SurveyChannel.ONLINE: N_("Online"),
    },
    SurveyKind: {
        SurveyKind.SSI: N_("Satisfaction with the sale"),
        SurveyKind.CSI: N_("Satisfaction with the service"),
        SurveyKind.NPS: N_("Would recommend us"),
        SurveyKind.CUSTOM: N_("Own survey"),
    },
    SurveyState: {
        SurveyState.DRAFT: N_("Draft"),
        SurveyState.APPROVED: N_("In force"),
        SurveyState.RETIRED: N_("Ended"),
    },
}
