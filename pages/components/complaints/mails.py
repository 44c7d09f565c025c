"""A mail that becomes a complaint: its words and its sender in the form, itself among the papers
(C25)."""

import datetime as dt
from typing import Any

import streamlit as st

from pages.components.forms import Form
from pages.components.frame import ask, attempt, fetch
from pages.components.words import _, fmoment
from services import complaints
from services.complaints import ComplaintChannel, MailRead
from services.core.uploads import Upload
from services.core.words import N_


def from_mail(form: Form, *, is_given: bool) -> dict[str, Any] | None:
    """The mail that was chosen, if it is one. Chosen for the first time it fills the form; chosen
    again, after F5, it does not touch what was corrected since."""
    store_id = int(form.kept("store_id"))
    most = fetch(complaints.file_megabytes, store_id)
    with st.expander(_(N_("From a mail")), icon=":material/mail:"):
        label = _(N_("A mail saved as an EML file, up to {size} MB: fills in the form"), size=most)
        file = form.one_file("mail", "eml", label=label, megabytes=most)
    taken = form.kept("mail")
    if file is not None:
        mail = attempt(lambda: Upload.model_validate(file), form=f"{form.name}:mail")
        if mail is None:
            return None
        if mail.sha256 != taken:
            read = ask(complaints.read_mail, mail.name, mail.content, store_id)
            if read is None:
                return None
            _fill(form, read, mail.sha256, is_given=is_given)
    _say(form, is_there=file is not None)
    return file


def values(form: Form, mail: dict[str, Any] | None) -> dict[str, Any]:
    """What a mail adds to what is sent: when it came, and itself as a paper."""
    received = form.kept("received_at")
    files = [*([mail] if mail is not None else []), *form.typed["files"]]
    return {
        "files": files,
        "received_at": dt.datetime.fromisoformat(received) if received else None,
    }


def _fill(form: Form, read: MailRead, digest: str, *, is_given: bool) -> None:
    typed = form.kept("words")
    found: dict[str, Any] = {
        "mail": digest,
        "mail_was_cut": read.was_cut,
        "mail_has_more": read.has_more,
        "channel": ComplaintChannel.EMAIL.value,
        "received_at": read.received_at.isoformat() if read.received_at else "",
        "words": f"{typed}\n\n{read.words}" if typed else read.words,
    }
    if read.customer_id and not is_given and not form.kept("customer_id"):
        found |= {"customer_id": read.customer_id}
    elif not form.kept("person"):
        found |= {"person": read.person}
    form.lay(**found)


def _say(form: Form, *, is_there: bool) -> None:
    """What one has to know of the mail that filled the form."""
    if not form.kept("mail"):
        return
    received = form.kept("received_at")
    if received:
        at = dt.datetime.fromisoformat(received)
        st.caption(_(N_("From a mail of {at}: from then on the clocks run"), at=fmoment(at)))
    else:
        words = N_("From a mail whose date is missing or cannot be right: it counts from now on")
        st.caption(_(words))
    if form.kept("mail_was_cut"):
        words = N_("The mail is longer than this field: its end, from […] on, is in the mail only")
        st.warning(_(words), icon=":material/content_cut:")
    if form.kept("mail_has_more"):
        st.caption(_(N_("Pictures or files hang on the mail: they stay in it, among the papers")))
    if not is_there:
        words = N_(
            "The draft does not keep the mail itself: choose it again, and it becomes a paper of "
            "the complaint. What you have corrected stays"
        )
        st.info(_(words), icon=":material/attach_email:")
