"""A page with a fragment, a callback, a file to fetch and one to hand in."""

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


def speak() -> None:
    submit(users.speak, users.SpeakLanguage, form="speak", language="en")


st.write("SECRET-PAGE", len(fetch(stores.lines)))
part()
st.button("speak", key="speak", on_click=speak)
st.download_button("file", b"SECRET-FILE", "file.csv", "text/csv")
st.file_uploader("paper", key="paper")
st.plotly_chart({"data": [{"y": [1, 3, 2]}], "layout": {"title": {"text": "drawn"}}}, key="chart")
