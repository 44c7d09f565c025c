// Carries a ticket to the server, which answers with the session's cookie, or asks the server to
// take the cookie of an ended session away. Once a mark: a page is drawn many times.
const carried = (window.__crmCarried ??= new Set())

export default function ({ data, setTriggerValue }) {
  if (!data || carried.has(data.mark)) return
  carried.add(data.mark)
  const headers = { "X-Requested-With": "crm" }
  if (data.ticket) headers["X-Ticket"] = data.ticket
  fetch("/auth/session", {
    method: data.ticket ? "POST" : "DELETE",
    credentials: "same-origin",
    headers,
  })
    .then((answer) => setTriggerValue("answer", String(answer.status)))
    .catch(() => setTriggerValue("answer", "0"))
}
