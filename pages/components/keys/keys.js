// What the keyboard needs beyond Streamlit. Installed once a page load, whoever draws it how often.
//
// - "/" leads to the search box, unless one is typing.
// - Tab and Ctrl+Enter work inside of a date as elsewhere.
// - A drawer opens with the cursor in its first empty text field (data.first is "field"), or with
//   its first button in focus ("button").
// - A button that shows a sign only has a name for whoever hears the page (data.name).
// - What is written into a long field reaches the server at each pause, not only when the field is
//   left: else F5 or a dropped line takes a customer's whole story along.
// - Streamlit's hint in a field that is being written into is not shown: it is English whatever one
//   reads, and its Ctrl+Enter sends the whole form here.
// - Why a form was refused comes into sight (data.look): it stands below the form's end.
const FIELDS = "textarea:enabled, input:enabled:is([type=text], [type=search], :not([type]))"
const BUTTON = "[data-testid=stButton] button"
const CALENDAR = "[data-testid=stDateInputCalendar], [data-testid=stDateTimeInputCalendar]"

const types = (node) => node?.isContentEditable || node?.matches?.("input, textarea, select")

const onKey = (event) => {
  if (event.isComposing) return // a character of Chinese is on its way
  const { target } = event
  if (event.key === "/" && !types(target)) {
    const search = document.querySelector("input[type=search]")
    if (!search || document.querySelector("[role=dialog]")) return
    event.preventDefault()
    search.focus()
    search.select()
  } else if (target.getAttribute?.("role") === "spinbutton") {
    leaveDate(event)
  }
}

// A date's calendar opens with the first key, keeps what was typed to itself until it is closed,
// and leads Tab out of the drawer, which then closes unsaved.
const leaveDate = (event) => {
  const saves = event.key === "Enter" && event.ctrlKey
  if (!saves && event.key !== "Tab") return
  if (document.querySelector(CALENDAR)) press(event.target, { key: "Escape" })
  if (!saves) return
  event.preventDefault()
  event.stopImmediatePropagation()
  event.target.blur() // shortcuts are not heard inside of a date
  setTimeout(save, 100)
}

// The calendar of a date with a time opens once more when its field gets the keyboard back.
const save = () => {
  if (document.querySelector(CALENDAR)) press(document.activeElement, { key: "Escape" })
  press(document.body, { key: "Enter", ctrlKey: true })
}

const press = (target, { key, ctrlKey = false }) => {
  const options = { key, code: key, ctrlKey, bubbles: true, cancelable: true }
  for (const type of ["keydown", "keyup"]) target.dispatchEvent(new KeyboardEvent(type, options))
}

// Streamlit sends a field when it is left. It is told so, and the cursor stays where it is.
const PAUSE = 1500
let pause
const onInput = ({ target, isComposing }) => {
  clearTimeout(pause)
  if (isComposing || target.tagName !== "TEXTAREA") return
  pause = setTimeout(() => {
    if (document.activeElement !== target) return // it was left, and sent
    for (const type of ["focusout", "focusin"]) {
      target.dispatchEvent(new FocusEvent(type, { bubbles: true }))
    }
  }, PAUSE)
}

const hideHints = () => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync("[data-testid=InputInstructions] { display: none }")
  document.adoptedStyleSheets.push(sheet)
}

if (!window.__crmKeys) {
  window.__crmKeys = true
  hideHints()
  document.addEventListener("keydown", onKey, { capture: true })
  document.addEventListener("input", onInput, { capture: true })
  document.addEventListener("compositionstart", () => clearTimeout(pause), { capture: true })
  document.addEventListener("compositionend", onInput, { capture: true })
}

// What got the cursor may still be taken away: fields of the last run leave a moment later. And what
// comes a moment later may stand before it: nobody has typed yet, so the cursor goes there.
const enter = (drawer, at, until, held, isOurs) => {
  const first = at === "button" ? drawer.querySelector(BUTTON) : firstField(drawer)
  const isEmpty = isOurs && document.activeElement === held && !held.value
  if (!held?.isConnected) {
    const typing = typedIn(drawer)
    held = typing ?? first
    isOurs = !typing
    held?.focus()
  } else if (isEmpty && at !== "button" && first && stands(first, held)) {
    held = first
    held.focus()
  } else if (isLost(drawer)) {
    held.focus()
  }
  if (Date.now() < until) setTimeout(enter, 50, drawer, at, until, held, isOurs)
}

// The drawer takes the cursor to its cross when what had it goes away.
const isLost = (drawer) => {
  const here = document.activeElement
  return here === document.body || here === drawer || here.ariaLabel === "Close"
}

const stands = (first, other) =>
  first.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING

const typedIn = (drawer) => {
  const here = document.activeElement
  return here !== drawer && drawer.contains(here) && here.tagName !== "BUTTON" ? here : null
}

const firstField = (drawer) => {
  const fields = [...drawer.querySelectorAll(FIELDS)]
  const texts = fields.filter((field) => field.getAttribute("role") !== "combobox")
  return texts.find((field) => !field.value) ?? texts[0]
}

// The button may come after its name, and come anew: the name is put on it each time.
const name = (place, words) => {
  const around = place.closest("[data-testid=stVerticalBlock], [data-testid=stHorizontalBlock]")
  if (!around) return
  const put = () => {
    for (const button of around.querySelectorAll("button")) button.setAttribute("aria-label", words)
  }
  put()
  around.crmNames?.disconnect()
  around.crmNames = new MutationObserver(put)
  around.crmNames.observe(around, { childList: true, subtree: true })
}

// Once for each refusal; the words above it may not have their room yet.
const look = (place, turn) => {
  if (place.crmLooked === turn) return
  place.crmLooked = turn
  setTimeout(() => place.scrollIntoView({ block: "nearest" }), 100)
}

export default function ({ data, parentElement }) {
  const place = parentElement.host ?? parentElement
  if (data?.look) look(place, data.look)
  if (data?.name) name(place, data.name)
  const drawer = place.closest("[role=dialog]")
  const turn = data?.turn ?? "opened"
  if (!data?.first || !drawer || (drawer.dataset.crmEntered ?? "").split("|").includes(turn)) return
  drawer.dataset.crmEntered = `${drawer.dataset.crmEntered ?? ""}|${turn}`
  enter(drawer, data.first, Date.now() + 2000)
}
