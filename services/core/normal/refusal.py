"""The one error of this package."""


class InvalidValue(ValueError):
    """A value that cannot be what the field asks for.

    `code` is stable and for programs, `msgid` is the English reason (translated where it is
    shown) and `params` fill its placeholders. The refused value itself is never repeated, so that
    a password or an identity number cannot end in a log.
    """

    def __init__(self, code: str, msgid: str, **params: str | int | list[str]) -> None:
        super().__init__(msgid)
        self.code = code
        self.msgid = msgid
        self.params = params
