// The page in the browser. It sends a button's name to the server and puts what comes back where it belongs; the server
// escapes all text. `element` and `server` and `upload` come from Gradio.
const app = element.querySelector(".pc-app") ?? element;
const at = (id) => document.getElementById(id);
const all = (selector) => [...app.querySelectorAll(selector)];
const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((one) => one.toString(16).padStart(2, "0")).join("");
const narrow = () => matchMedia("(max-width: 820px)").matches;
const stored = (name, make) => { try { return (localStorage[name] ??= make()); } catch { return make(); } };
const page = { view: "ask", chat: "", within: "", sort: "", seen: "", owner: stored("pincite-owner", () => hex(16)) }; // sent with every action
const shown = {}; // what the server sent for each part

// ---- the server
const act = async (name, values = {}) => {
  const sent = { ...page, query: at("seek").value, words: at("seek-chats").value, ...values };
  const reply = await server.act(name, sent).catch(() => null);
  app.classList.toggle("pc-offline", !reply);
  if (!reply) fetch("./").catch(() => {}); // a server that was started again gives a new token
  else if (!/^(news$|chat:)/.test(name) || sent.chat === page.chat) apply(reply); // of these, none of a conversation that was left
  return reply;
};
const apply = (reply) => {
  if (reply.turns && reply.page.chat !== page.chat) return act("chats"); // the answer of a conversation that was left
  const focused = document.activeElement, inPanel = at("panel").contains(focused);
  go(reply.page ?? {});
  for (const [id, html] of Object.entries(reply.parts ?? {})) if (at(id) && shown[id] !== html) at(id).innerHTML = shown[id] = html;
  for (const html of Object.values(reply.turns ?? {})) put(Object.assign(document.createElement("template"), { innerHTML: html }).content.firstChild);
  if ("query" in reply) at("seek").value = reply.query;
  if (reply.parts?.panel !== undefined || reply.panel === false) showPanel(reply.panel ?? !narrow());
  if (reply.toast) toast(reply.toast, reply.trouble);
  if (reply.focus) at(reply.focus)?.focus();
  else if (focused && !focused.isConnected) (at(focused.id) ?? app.querySelector(`[name="${CSS.escape(focused.name)}"]`) ?? (inPanel ? at("panel").querySelector(".pc-text") : at("question")))?.focus();
  if (reply.then) act(reply.then);
};
const news = () => Promise.resolve(document.hidden || act("news")).finally(() => setTimeout(news, 1000));
const toast = (html, trouble) => {
  const box = Object.assign(document.createElement("div"), { className: `pc-toast ${trouble ? "pc-trouble" : ""}`, role: trouble ? "alert" : "status", innerHTML: html });
  at("toasts").append(box);
  if (!trouble) setTimeout(() => box.remove(), box.querySelector("[name]") ? 12000 : 5000); // more time for what can be undone
};

// ---- where the page is: the address names the conversation and the view
const go = (change, moves = true) => {
  const { chat, view } = page;
  Object.assign(page, change);
  app.dataset.view = page.view;
  all(".pc-bar nav button").forEach((one) => one.setAttribute("aria-current", one.name === `view:${page.view}` ? "page" : "false"));
  const query = new URLSearchParams({ ...(page.view !== "ask" && { view: page.view }), ...(page.chat && { c: page.chat }) }).toString();
  if (moves && (chat !== page.chat || view !== page.view)) history.pushState({}, "", location.pathname + (query && `?${query}`));
};
const arrive = async () => {
  const asked = new URLSearchParams(location.search), question = (asked.get("q") ?? "").trim();
  if (question) history.replaceState({}, "", location.pathname); // it is asked once
  go({ view: ["articles", "evaluation"].find((one) => one === asked.get("view")) ?? "ask", chat: question ? "" : asked.get("c") ?? "" }, false);
  await act(`chat:${page.chat}`);
  if (page.view !== "ask") act(page.view);
  if (question) ask(question);
  else at(location.hash.slice(1))?.scrollIntoView();
};
addEventListener("popstate", () => (isOpen() && narrow() ? showPanel(false) : arrive()));

// ---- the document beside the conversation; on a phone over it, and Back closes it
const isOpen = () => app.classList.contains("pc-open");
const showPanel = (open) => {
  if (open && narrow() && !isOpen()) history.pushState({ panel: true }, "");
  app.classList.toggle("pc-open", open && at("panel").innerHTML !== "");
  const opened = isOpen() && at("panel").querySelector("[data-opened]")?.dataset.opened;
  all(".pc-source").forEach((one) => one.toggleAttribute("aria-current", one.name === opened));
  if (open && narrow()) at("panel").focus();
  if (open) toMark();
};
const toMark = () => at("pc-mark")?.scrollIntoView({ block: "center" });
app.addEventListener("load", (event) => event.target.className === "pc-page" && toMark(), true); // a page has its height once it is drawn
app.addEventListener("error", (event) => event.target.className === "pc-page" && act(event.target.name), true); // and is shown as text if it cannot be drawn

// ---- asking
const put = (turn) => { // in its place, or as the last
  at(turn.id) ? at(turn.id).replaceWith(turn) : at("turns").append(turn);
  delete shown.turns;
  turn.scrollIntoView({ block: "start" });
  at("said").textContent = [".pc-answer, .pc-none, .pc-says, .pc-note", ".pc-confidence"].map((one) => turn.querySelector(one)?.textContent ?? "").join(" ");
};
const ask = async (words, turn = `t${hex(4)}`) => {
  if (!words.trim()) return;
  if (!page.chat) at("turns").replaceChildren(), go({ chat: hex(16) });
  const waiting = at("pending").content.firstElementChild.cloneNode(true);
  waiting.id = `turn-${turn}`;
  waiting.querySelector("h2").textContent = words;
  put(waiting);
  await act("ask", { turn, value: words });
  if (!waiting.isConnected) return;
  waiting.remove(); // it was not asked
  fill(words);
};
let editing; // the turn whose question is in the field
const fill = (words, turn) => {
  editing = turn;
  at("question").value = words;
  at("question").focus();
};

// ---- what buttons do here; all others are sent to the server
const copy = (words) => { // as a copy by key: it needs no permission and no secure address
  document.addEventListener("copy", (event) => (event.clipboardData.setData("text/plain", words), event.preventDefault()), { once: true });
  document.execCommand("copy");
  toast("<p>Copied</p>");
};
const here = {
  view: (view) => { showPanel(false); go({ view }); act(view === "ask" ? `chat:${page.chat}` : view); },
  ask: (turn, button) => ask(button.value, turn),
  edit: (turn, button) => fill(button.value, turn),
  copy: (turn, button) => copy(button.value),
  link: (turn, button) => copy(`${button.value}${location.origin}${location.pathname}?c=${page.chat}#turn-${turn}`),
  stop: () => { all(".pc-reading .pc-note").forEach((one) => (one.textContent = "Stopping")); act("stop"); },
  close: () => (history.state?.panel ? history.back() : showPanel(false)),
  logout: async () => { await fetch("logout", { method: "POST" }); location.reload(); },
};
app.addEventListener("click", ({ target }) => {
  target.closest(".pc-toast button")?.parentElement.remove();
  const button = target.closest("button[name]"), [verb, argument] = button?.name.split(":") ?? [];
  button?.closest(":popover-open")?.hidePopover();
  if (verb === "chat") go({ view: "ask", chat: argument });
  if (verb in here) here[verb](argument, button);
  else if (button) act(button.name, { chosen: all("#articles input:checked").map((one) => one.value) });
});
app.addEventListener("submit", (event) => {
  event.preventDefault();
  all(".pc-toast.pc-trouble").forEach((one) => one.remove()); // what went wrong is tried again
  if (event.target.id !== "composer") return act(event.target.getAttribute("name"), Object.fromEntries(new FormData(event.target)));
  const words = at("question").value, turn = editing;
  fill("");
  ask(words, turn);
});
app.addEventListener("input", ({ target }) => {
  clearTimeout(target.waits);
  if (target.type === "search") target.waits = setTimeout(() => act(target.name), 150);
});

// ---- adding files: chosen, or dropped anywhere on the page
const send = async (files) => {
  const lost = [];
  go({ view: "articles" });
  for (const [number, file] of files.entries()) {
    at("job").textContent = `Uploading ${number + 1} of ${files.length}: ${file.name}`;
    const path = await upload(file).then((one) => one.path, () => "");
    if (!path) lost.push(file.name);
    else if ((await act("upload", { files: [path], names: [file.name] }))?.trouble) break;
  }
  at("job").innerHTML = shown.job ?? "";
  act("uploaded", { names: lost });
};
app.addEventListener("change", (event) => event.target.type === "file" && send([...event.target.files]));
for (const type of ["dragover", "dragleave", "drop"]) app.addEventListener(type, (event) => {
  event.preventDefault();
  app.classList.toggle("pc-dragging", type === "dragover");
  if (type === "drop" && event.dataTransfer.files.length && at("files")) send([...event.dataTransfer.files]);
});

// ---- keys; menus and dialogs close by themselves
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || (event.key === "Escape" && app.querySelector(":popover-open"))) return;
  const field = event.target.closest?.("input, textarea, select"), question = event.target.id === "question";
  const pressed = {
    Escape: () => app.querySelector(".pc-renaming") ? act("chats") : app.querySelector(".pc-narrowing") ? act("widen") : at("form").innerHTML ? act("close-form") : editing ? fill("") : app.querySelector(".pc-reading") ? here.stop() : isOpen() && here.close(),
    ...(question && !event.shiftKey && !event.isComposing && { Enter: () => at("composer").requestSubmit() }),
    ...(question && !event.target.value && { ArrowUp: () => app.querySelector('#turns .pc-turn:last-of-type .pc-menu-list [name^="edit:"]')?.click() }),
    ...(!field && { "?": () => at("keys").showPopover(), "/": () => at("question").focus(), n: () => all(".pc-step")[1]?.click(), p: () => all(".pc-step")[0]?.click() }),
  }[event.key];
  if (pressed && event.key !== "Escape") event.preventDefault();
  pressed?.();
});
at("logout").hidden = !window.gradio_config?.username;
arrive().then(news);
