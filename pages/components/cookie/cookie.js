// Carries a ticket to the server, which answers with the session's cookie, and asks whether the
// browser keeps it; or asks the server to take the cookie of an ended session away. Once a mark: a
// page is drawn many times. Whoever was drawn last is told, again if the page asks again: an answer
// given while the connection was down has reached nobody.
const journeys = (window.__crmJourneys ??= new Map())
const PATIENCE = 15000
const QUIET = 300 // milliseconds in which nothing is said: most sign-ins are through by then
const NO_CONTENT = 204

const ask = async (method, ticket) => {
  const headers = { "X-Requested-With": "crm" }
  if (ticket) headers["X-Ticket"] = ticket
  const signal = AbortSignal.timeout(PATIENCE)
  const answer = await fetch("/auth/session", {
    method,
    credentials: "same-origin",
    cache: "no-store",
    headers,
    signal,
  })
  return answer.status
}

const bring = async (ticket) => {
  const given = await ask("POST", ticket)
  return given === NO_CONTENT ? ask("GET", ticket) : given
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return
  const tell = (status) => setTriggerValue("answer", String(status))
  const known = journeys.get(data.mark)
  if (known) {
    known.tell = tell
    if (known.status !== null) tell(known.status)
  } else {
    const journey = { tell, status: null }
    journeys.set(data.mark, journey)
    const arrive = (status) => {
      journey.status = status
      journey.tell(status)
    }
    ;(data.ticket ? bring(data.ticket) : ask("DELETE")).then(arrive, () => arrive(0))
  }
  if (!data.words) return
  const say = () => {
    const line = document.createElement("p")
    line.textContent = data.words
    parentElement.replaceChildren(line)
  }
  const late = setTimeout(say, QUIET)
  return () => clearTimeout(late)
}
