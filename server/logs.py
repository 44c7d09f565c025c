"""What Streamlit may write into the log."""

import logging

import streamlit as st
from streamlit.logger import get_logger


def keep_texts_out() -> None:
    """Let Streamlit say that a page broke, not how: an error's text may repeat what was typed.

    `pages.components.troubles.broken` writes down what kind of error it was, where, and the number
    that the user sees.
    """
    st.set_option("logger.enableRich", False)
    get_logger("streamlit.error_util").addFilter(_bare)


def _bare(record: logging.LogRecord) -> bool:
    record.exc_info = record.exc_text = None
    return True
