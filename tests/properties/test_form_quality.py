"""The score of a visit form: bounded, never raised by copying, blind to spaces and marks (B5)."""

from hypothesis import assume, given
from hypothesis import strategies as st

from services.visits.form_quality import ANSWERS, BEST, LOOKS_BACK, marks, quality

TEXTS = st.text(max_size=60)
FORMS = st.fixed_dictionaries(dict.fromkeys(ANSWERS, TEXTS))


@given(FORMS, st.lists(FORMS, max_size=8))
def test_marks_are_of_the_six_and_bounded(form, before):
    found = marks(form, before)
    assert tuple(found) == ANSWERS
    assert all(0 <= mark <= BEST for mark in found.values())
    assert 0 <= quality(found) <= BEST


@given(FORMS, st.lists(FORMS, max_size=4), FORMS)
def test_more_to_compare_with_never_raises_a_mark(form, before, another):
    alone, compared = marks(form, before), marks(form, [another, *before])
    assert all(compared[name] <= alone[name] for name in ANSWERS)


@given(FORMS, st.lists(FORMS, max_size=LOOKS_BACK - 1))
def test_a_copied_form_has_nothing_of_its_own(form, before):
    """B5."""
    assert all(mark < BEST for mark in marks(form, [form, *before]).values())


@given(FORMS, st.lists(FORMS, min_size=LOOKS_BACK, max_size=LOOKS_BACK), FORMS)
def test_only_the_last_forms_are_looked_at(form, before, older):
    assert marks(form, [*before, older]) == marks(form, before)


@given(FORMS)
def test_spaces_and_marks_say_nothing(form):
    loud = {name: f" …{text}！ \n" for name, text in form.items()}
    assert marks(loud) == marks(form)


@given(TEXTS)
def test_one_text_six_times_counts_once(text):
    found = marks(dict.fromkeys(ANSWERS, text))
    assume(any(found.values()))
    assert sum(mark == BEST for mark in found.values()) <= 1


def test_what_the_marks_are():
    form = {
        "needs": "车队计划年底再添两台厢式货车",
        "rivals": "无",
        "gap": "",
        "improvement": "好好好好好好好好好好",
        "feedback": "对上次的保养速度很满意，嫌价格高",
        "strategy": "……",
    }
    assert list(marks(form).values()) == [2, 1, 0, 1, 2, 0]
    near = {"needs": "车队计划年底再添三台厢式货车。"}
    assert marks(near, [form])["needs"] == 1
