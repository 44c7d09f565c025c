"""A page with a fragment, a callback, a file to fetch, one to hand in, and three ways to break."""

import streamlit as st

from pages.components.frame import fetch, submit, who
from services import stores, users

if who() is None:
    st.write("STRANGER")
    st.stop()


@st.fragment
def part() -> None:
    st.button("again", key="again")
    st.write("SECRET-PART", len(fetch(stores.lines)))
    if st.button("break the fragment"):
        breaks()


def speak() -> None:
    submit(users.speak, users.SpeakLanguage, form="speak", language="en")


def breaks() -> None:
    raise ValueError("secret-name".upper())  # so that the log's lines of code do not have it


st.write("SECRET-PAGE", len(fetch(stores.lines)))
part()
st.button("speak", key="speak", on_click=speak)
st.download_button("file", b"SECRET-FILE", "file.csv", "text/csv")
st.file_uploader("paper", key="paper")
st.plotly_chart({"data": [{"y": [1, 3, 2]}], "layout": {"title": {"text": "drawn"}}}, key="chart")
st.button("break the callback", on_click=breaks)
if st.button("break the page"):
    breaks()
