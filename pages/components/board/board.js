// A board of cards: people and desks by days, or stacks side by side. Plain DOM, no library; what
// is data goes in as text only, so it can never become anything else.
//
// - A card is carried with the mouse, with a finger by its grip, or by the keyboard: M, arrows,
//   Enter; or arrows while Alt is held, and it lands when Alt is let go. Escape puts it back.
// - One move is under way at a time, the next ones wait; each has an id of its own, so that the
//   server does it once. A card stays where it was put until the server has answered (data.turn).
// - Listeners hang on the board, not on the cards, and only cards in sight are painted.
const SHOWN = 5 // cards of a place, until one asks for more
const PATIENCE = 15000
const boards = new WeakMap()
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

export default function ({ data, parentElement, setTriggerValue }) {
  let me = boards.get(parentElement)
  if (!me) {
    const root = el("div", "board")
    root.setAttribute("role", "application")
    parentElement.append(root)
    me = { root, open: new Set(), queue: [], under: null, carried: null, at: null, turn: data.turn }
    boards.set(parentElement, me)
    listen(me)
  }
  me.data = data
  me.send = setTriggerValue
  if (data.turn !== me.turn) {
    me.turn = data.turn
    answered(me)
  }
  if (me.carried) me.isOld = true // never redrawn under somebody's hand
  else draw(me)
  return () => {
    settle(me)
    clearTimeout(me.patience)
    me.abort.abort()
    me.root.remove()
    boards.delete(parentElement)
  }
}

// ---- drawing

const el = (tag, kind, text) => {
  const node = document.createElement(tag)
  if (kind) node.className = kind
  if (text !== undefined && text !== null) node.textContent = text
  return node
}

const draw = (me) => {
  const { columns, rows, cards, words } = me.data
  const { root } = me
  const held = focused(me)
  const before = [root.scrollLeft, root.scrollTop]
  me.isOld = false
  me.cells = new Map()
  root.className = `board${rows ? "" : " stacks"}${me.data.moves ? " moves" : ""}`
  const isEmpty = ({ id, closed }) => closed && !cards.some((one) => placeOf(me, one).col === id)
  const widths = columns.map((one) => (isEmpty(one) ? "var(--shut)" : "minmax(var(--least), 1fr)"))
  root.style.gridTemplateColumns = `${rows ? "var(--head) " : ""}${widths.join(" ")}`
  root.setAttribute("aria-label", words.name)
  const places = new Map()
  // What was just put somewhere stands on top there: it must be seen.
  const onTop = (card) => card.id === me.landed || placeOf(me, card) !== card
  for (const card of cards) {
    const { col, row } = placeOf(me, card)
    const at = key(col, row)
    const there = places.get(at) ?? []
    places.set(at, onTop(card) ? [card, ...there] : [...there, card])
  }
  const all = document.createDocumentFragment()
  if (rows) all.append(el("div", "corner"))
  for (const column of columns) {
    const head = el("div", `head${column.today ? " today" : ""}`)
    head.append(el("span", "t", column.title), el("span", "n", column.hint))
    all.append(head)
  }
  for (const [nth, row] of (rows ?? [{ id: "" }]).entries()) {
    if (rows) {
      const who = el("div", `who${row.desk ? " desk" : ""}${nth ? "" : " first"}`)
      who.append(el("span", "t", row.title), el("span", "n", row.hint))
      all.append(who)
    }
    for (const column of columns) {
      const at = key(column.id, row.id)
      all.append(cell(me, column, row, places.get(at) ?? [], nth))
    }
  }
  me.said = el("div", "said")
  me.said.setAttribute("role", "status")
  all.append(me.said)
  root.replaceChildren(all)
  if (me.isDrawn) root.scrollTo(...before)
  else begin(me)
  me.isDrawn = true
  const first = root.querySelector(`[data-id="${held ?? me.last}"]`) ?? root.querySelector(".card")
  if (first) first.tabIndex = 0
  if (held && first?.dataset.id === held) first.focus({ preventScroll: true })
}

// A phone begins with today, not with Monday.
const begin = (me) => {
  const today = me.root.querySelector(".head.today")
  const corner = me.root.querySelector(".corner")
  if (today) me.root.scrollLeft = today.offsetLeft - (corner?.offsetWidth ?? 0)
}

const key = (col, row) => `${col}|${row}`

// Where a card stands: where it was put, until the server has said so.
const placeOf = (me, card) => {
  const moves = [...(me.under ? [me.under] : []), ...me.queue]
  return moves.findLast((move) => move.id === card.id) ?? card
}

const cell = (me, column, row, cards, nth) => {
  const at = key(column.id, row.id)
  const { words, cells } = me.data
  const told = cells[at] ?? {}
  const off = column.closed ? " off" : ""
  const box = el("div", `cell${column.today ? " today" : ""}${off}${nth ? "" : " first"}`)
  box.dataset.col = column.id
  box.dataset.row = row.id
  box.setAttribute("role", "group")
  box.setAttribute("aria-label", [row.title, column.title, told.label].filter(Boolean).join(", "))
  me.cells.set(at, box)
  if (told.label) box.append(load(told))
  const shown = me.open.has(at) ? cards : cards.slice(0, SHOWN)
  for (const one of shown) box.append(card(me, one))
  const hidden = cards.length - shown.length
  if (hidden) box.append(button("open", at, words.more.replace("{n}", hidden)))
  else if (me.open.has(at) && cards.length > SHOWN) box.append(button("open", at, words.fewer))
  if (told.beyond && !hidden) box.append(button("all", at, words.all.replace("{n}", told.all)))
  return box
}

const button = (what, at, text) => {
  const node = el("button", "more", text)
  node.type = "button"
  node.dataset[what] = at
  return node
}

const load = ({ label, made, open, capacity }) => {
  const line = el("div", "load")
  if (capacity) {
    const bar = el("div", "bar")
    const share = (made + open) / capacity
    const parts = [["made", made], [`open${share > 1 ? " over" : share > 0.85 ? " much" : ""}`, open]]
    for (const [kind, number] of parts) {
      const part = el("i", kind)
      part.style.width = `${(number / Math.max(capacity, made + open)) * 100}%`
      bar.append(part)
    }
    line.append(bar)
  }
  line.append(el("span", "n", label))
  return line
}

const card = (me, one) => {
  const waits = me.under?.id === one.id || me.queue.some((move) => move.id === one.id)
  const kinds = ["card", one.tone, one.fixed && "fixed", waits && "waiting"]
  if (me.landed === one.id) kinds.push("landed")
  const node = el("div", kinds.filter(Boolean).join(" "))
  node.dataset.id = one.id
  node.tabIndex = -1
  node.setAttribute("role", "button")
  node.setAttribute("aria-label", one.label)
  const top = el("div", "top")
  const icon = el("span", "icon", one.icon)
  icon.setAttribute("aria-hidden", "true")
  top.append(icon, el("span", "t", one.title))
  if (one.mark) {
    const mark = el("span", `icon ${one.mark.tone}`, one.mark.text)
    mark.setAttribute("aria-hidden", "true")
    top.append(mark)
  }
  node.append(top, el("div", "sub", one.sub))
  if (one.chips.length) {
    const chips = el("div", "chips")
    for (const { text, tone } of one.chips) chips.append(el("span", `chip ${tone}`, text))
    node.append(chips)
  }
  const grip = el("span", "grip", "⋮⋮")
  grip.setAttribute("aria-hidden", "true")
  node.append(grip)
  node.title = one.label
  return node
}

// ---- what may go where; the server has the last word

const find = (me, id) => me.data.cards.find((one) => String(one.id) === String(id))

const fits = (me, one, { col, row }) => {
  const column = me.data.columns.find((each) => each.id === col)
  const line = me.data.rows?.find((each) => each.id === row)
  const from = placeOf(me, one)
  if (!column || !line) return false
  if (col !== from.col && (column.closed || col > one.last)) return false
  if (row === from.row) return true
  return line.takes && (!line.desk || line.desk === one.desk)
}

// ---- carrying

const carry = (me, one) => {
  me.carried = one
  me.at = placeOf(me, one)
  me.root.classList.add("carrying")
  for (const box of me.cells.values()) box.classList.toggle("no", !fits(me, one, box.dataset))
}

const over = (me, box) => {
  if (me.box === box) return
  me.box?.classList.remove("over")
  me.box = box
  box?.classList.add("over")
}

// Let go: over a place that takes it the card stays there and the server is asked.
const settle = (me, lands = false) => {
  const one = me.carried
  if (!one) return
  const box = me.box
  over(me, null)
  me.root.classList.remove("carrying")
  for (const each of me.cells.values()) each.classList.remove("no")
  me.ghost?.remove()
  me.root.querySelector(".lifted")?.classList.remove("lifted")
  const from = placeOf(me, one)
  me.carried = me.ghost = me.press = me.keyed = null
  const { col, row } = box?.dataset ?? {}
  const isElsewhere = box && (col !== from.col || row !== from.row)
  if (!lands || !isElsewhere) return me.isOld && draw(me)
  if (!fits(me, one, box.dataset)) {
    me.said.textContent = me.data.words.no
    return me.isOld && draw(me)
  }
  me.queue.push({ id: one.id, col, row, stays: col === from.col, request: newId() })
  me.last = one.id
  next(me)
  draw(me)
}

const next = (me) => {
  if (me.under || !me.queue.length) return
  me.under = me.queue.shift()
  const { version } = find(me, me.under.id) ?? {}
  me.send("moved", { ...me.under, version })
  me.patience = setTimeout(() => {
    answered(me)
    draw(me)
  }, PATIENCE)
}

const answered = (me) => {
  clearTimeout(me.patience)
  const was = me.under
  me.under = null
  const now = was && find(me, was.id)
  me.landed = now && now.col === was.col && now.row === was.row ? was.id : null
  next(me)
}

// Not crypto.randomUUID: a browser has it on https only.
const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

// ---- mouse and finger

const onDown = (me, event) => {
  const node = event.target.closest(".card")
  const one = node && find(me, node.dataset.id)
  if (!one || one.fixed || !me.data.moves || event.button || me.carried) return
  if (event.pointerType === "touch" && !event.target.closest(".grip")) return // it scrolls
  me.press = { node, one, x: event.clientX, y: event.clientY, box: node.getBoundingClientRect() }
}

const onMove = (me, event) => {
  const { press } = me
  if (!press) return
  const [dx, dy] = [event.clientX - press.x, event.clientY - press.y]
  if (!me.carried) {
    if (Math.hypot(dx, dy) < 5) return
    carry(me, press.one)
    me.ghost = press.node.cloneNode(true)
    me.ghost.classList.add("ghost")
    me.ghost.style.width = `${press.box.width}px`
    me.root.append(me.ghost)
    press.node.classList.add("lifted")
  }
  event.preventDefault()
  me.ghost.style.left = `${press.box.left + dx}px`
  me.ghost.style.top = `${press.box.top + dy}px`
  const under = me.root.getRootNode().elementFromPoint(event.clientX, event.clientY)
  over(me, under?.closest?.(".cell") ?? null)
  const edge = me.root.getBoundingClientRect()
  const near = (at, low, high) => (at > high - 36 ? 14 : at < low + 36 ? -14 : 0)
  me.root.scrollBy(
    near(event.clientX, edge.left + 60, edge.right),
    near(event.clientY, edge.top + 30, Math.min(edge.bottom, innerHeight)),
  )
}

const onUp = (me, event) => {
  if (!me.carried || !me.press) return void (me.press = null)
  settle(me, event.type === "pointerup")
  me.isDragged = true
  setTimeout(() => (me.isDragged = false), 50)
}

const onClick = (me, event) => {
  const at = event.target.closest("[data-open]")?.dataset.open
  const all = event.target.closest("[data-all]")?.dataset.all
  const node = event.target.closest(".card")
  if (at) {
    if (!me.open.delete(at)) me.open.add(at)
    draw(me)
  } else if (all) {
    const [col, row] = all.split("|")
    me.send("asked", { col, row, at: Date.now() })
  } else if (node && !me.isDragged && !me.carried) {
    open(me, node)
  }
}

const open = (me, node) => {
  me.last = node.dataset.id
  me.send("opened", { id: find(me, node.dataset.id)?.id, at: Date.now() })
}

// ---- keyboard

const focused = (me) => me.root.getRootNode().activeElement?.closest?.(".card")?.dataset.id ?? null

const onKey = (me, event) => {
  if (event.key === "Escape" && me.carried) {
    event.preventDefault()
    event.stopPropagation()
    return settle(me)
  }
  const node = event.target.closest?.(".card")
  const one = node && find(me, node.dataset.id)
  if (!one) return
  const step = STEPS[event.key]
  const mayMove = me.data.moves && !one.fixed && !me.press
  if (step && (event.altKey || me.keyed) && mayMove) {
    event.preventDefault()
    if (!me.carried) pick(me, node, one, event.altKey ? "alt" : "m")
    aim(me, step)
  } else if (step && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    walk(me, node, step)
  } else if (event.key.toLowerCase() === "m" && mayMove && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    if (me.carried) settle(me)
    else pick(me, node, one, "m")
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault()
    if (me.carried) settle(me, true)
    else open(me, node)
  }
}

const pick = (me, node, one, how) => {
  carry(me, one)
  me.keyed = how
  node.classList.add("lifted")
  me.said.textContent = me.data.words.carried
  over(me, me.cells.get(key(me.at.col, me.at.row)))
}

// The next place that way which takes it, so that nobody is stuck behind a day off.
const aim = (me, [dx, dy]) => {
  const { columns, rows } = me.data
  let col = columns.findIndex((one) => one.id === me.at.col)
  let row = rows.findIndex((one) => one.id === me.at.row)
  for (;;) {
    col += dx
    row += dy
    if (!columns[col] || !rows[row]) return
    const at = { col: columns[col].id, row: rows[row].id }
    const from = placeOf(me, me.carried)
    const isBack = at.col === from.col && at.row === from.row
    if (!isBack && !fits(me, me.carried, at)) continue
    me.at = at
    const box = me.cells.get(key(at.col, at.row))
    over(me, box)
    box.scrollIntoView({ block: "nearest", inline: "nearest" })
    me.said.textContent = box.getAttribute("aria-label")
    return
  }
}

// From card to card: up and down as they stand, left and right to the next place that has one.
const walk = (me, node, [dx, dy]) => {
  const cards = [...me.root.querySelectorAll(".card")]
  const here = node.getBoundingClientRect()
  const center = (box) => [box.left + box.width / 2, box.top + box.height / 2]
  const [x, y] = center(here)
  let best = null
  let least = Infinity
  for (const other of cards) {
    if (other === node) continue
    const [a, b] = center(other.getBoundingClientRect())
    const along = (a - x) * dx + (b - y) * dy
    if (along < 4) continue
    const aside = Math.abs(dx ? b - y : a - x)
    const far = along + aside * 3
    if (far < least) [best, least] = [other, far]
  }
  if (!best) return
  node.tabIndex = -1
  best.tabIndex = 0
  best.focus()
  best.scrollIntoView({ block: "nearest", inline: "nearest" })
}

const listen = (me) => {
  me.abort = new AbortController()
  const { signal } = me.abort
  const { root } = me
  root.addEventListener("pointerdown", (event) => onDown(me, event), { signal })
  root.addEventListener("click", (event) => onClick(me, event), { signal })
  root.addEventListener("keydown", (event) => onKey(me, event), { signal })
  root.addEventListener("contextmenu", (event) => me.press && event.preventDefault(), { signal })
  window.addEventListener("pointermove", (event) => onMove(me, event), { signal, passive: false })
  for (const type of ["pointerup", "pointercancel"]) {
    window.addEventListener(type, (event) => onUp(me, event), { signal })
  }
  window.addEventListener(
    "keydown",
    (event) => event.key === "Escape" && me.press && me.carried && settle(me),
    { signal, capture: true },
  )
  window.addEventListener(
    "keyup",
    (event) => event.key === "Alt" && me.keyed === "alt" && settle(me, true),
    { signal, capture: true },
  )
  window.addEventListener("blur", () => me.keyed && settle(me), { signal })
}
