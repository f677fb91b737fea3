// The page in the browser. It sends a button's name to the server and puts what comes back where it belongs; the server
// escapes all text. `element` and `server` and `upload` come from Gradio.
const app = element.querySelector(".pc-app") ?? element;
const at = (id) => document.getElementById(id);
const all = (selector) => [...app.querySelectorAll(selector)];
const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((one) => one.toString(16).padStart(2, "0")).join("");
const narrow = () => matchMedia("(max-width: 820px)").matches;
const stored = (name, make) => { try { return (localStorage[name] ??= make()); } catch { return make(); } };
const page = { view: "ask", chat: "", within: "", sort: "title", seen: "", editing: "", opened: "", owner: stored("pincite-owner", () => hex(16)) };
const shown = {}; // what the server sent for each part

// ---- the server
const act = async (name, values = {}) => {
  const library = page.view === "articles", query = at(library && !name.startsWith("chat") ? "seek" : "seek-chats").value;
  const sent = { chat: page.chat, owner: page.owner, view: page.view, query, value: library ? page.sort : "", ...values };
  const reply = await server.act(name, sent).catch(() => null);
  app.classList.toggle("pc-offline", !reply);
  if (reply) apply(reply);
  else fetch("./").catch(() => {}); // a server that was started again gives a new token
  return reply;
};
const apply = (reply) => {
  if (reply.turns && reply.chat !== page.chat) return act("chats"); // the answer of a conversation that was left
  const focused = document.activeElement, inPanel = at("panel").contains(focused);
  if ("chat" in reply) go({ chat: reply.chat });
  for (const [id, html] of Object.entries(reply.parts ?? {})) if (at(id) && shown[id] !== html) at(id).innerHTML = shown[id] = html;
  for (const [turn, html] of Object.entries(reply.turns ?? {})) settle(turn, html);
  if (reply.parts?.panel !== undefined || reply.panel === false) showPanel(reply.panel ?? !narrow());
  if (reply.toast) toast(reply.toast, reply.trouble);
  if ("within" in reply) page.within = reply.within;
  if (reply.within) go({ view: "ask" });
  page.seen = reply.seen ?? page.seen;
  if (reply.focus) at(reply.focus)?.focus();
  else if (focused && !focused.isConnected) (at(focused.id) ?? app.querySelector(`[name="${CSS.escape(focused.name)}"]`) ?? (inPanel ? at("panel").querySelector(".pc-text") : at("question")))?.focus();
  if (reply.parts?.turns !== undefined) reading().forEach((turn) => act(`wait:${turn}`));
  if (reply.then) act(reply.then);
  mark();
};
const mark = () => all(".pc-source").forEach((one) => one.toggleAttribute("aria-current", one.name === page.opened && app.classList.contains("pc-open")));

// ---- messages
const say = (words) => (at("said").textContent = words);
const toast = (html, trouble) => {
  const box = Object.assign(document.createElement("div"), { className: `pc-toast ${trouble ? "pc-trouble" : ""}`, role: trouble ? "alert" : "status", innerHTML: html });
  at("toasts").append(box);
  if (!trouble) setTimeout(() => box.remove(), 12000);
};
const copy = (words) => { // as a copy by key: it needs no permission and no secure address
  document.addEventListener("copy", (event) => (event.clipboardData.setData("text/plain", words), event.preventDefault()), { once: true });
  document.execCommand("copy");
  say("Copied");
  toast("<p>Copied</p>");
};

// ---- where the page is: the address names the conversation and the view
const go = ({ chat = page.chat, view = page.view, how = "pushState" }) => {
  const moved = chat !== page.chat || view !== page.view;
  Object.assign(page, { chat, view });
  app.dataset.view = view;
  const query = new URLSearchParams({ ...(view === "ask" ? {} : { view }), ...(chat ? { c: chat } : {}) }).toString();
  if (moved || how === "replaceState") history[how]({}, "", location.pathname + (query ? `?${query}` : "") + (how === "replaceState" ? location.hash : ""));
  all(".pc-bar nav button").forEach((one) => one.setAttribute("aria-current", one.name === `view:${view}` ? "page" : "false"));
};
const arrive = async () => {
  const asked = new URLSearchParams(location.search), question = (asked.get("q") ?? "").trim();
  go({ view: asked.get("view") ?? "ask", chat: question ? "" : asked.get("c") ?? "", how: "replaceState" });
  await act(`chat:${page.chat}`);
  if (page.view !== "ask") act(page.view);
  if (question) ask(question);
  else at(location.hash.slice(1))?.scrollIntoView();
};
addEventListener("popstate", () => (app.classList.contains("pc-open") && narrow() ? showPanel(false) : arrive()));

// ---- the document beside the conversation; on a phone over it, and Back closes it
const showPanel = (open) => {
  const was = app.classList.contains("pc-open");
  app.classList.toggle("pc-open", open && at("panel").innerHTML !== "");
  if (open && narrow() && !was) history.pushState({ panel: true }, "");
  if (open && narrow()) at("panel").focus();
  if (open) toMark();
};
const toMark = () => {
  const box = at("panel").querySelector(".pc-text"), words = at("pc-mark") ?? at("panel").querySelector(".pc-box-quote, .pc-box-passage");
  if (box && words) box.scrollTop += words.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight * 0.4;
};
app.addEventListener("load", (event) => event.target.className === "pc-page" && toMark(), true); // a page has its height once it is drawn
app.addEventListener("error", (event) => { // and is shown as text if it cannot be drawn
  if (event.target.className !== "pc-page") return;
  delete shown.panel; // one that is not open tries again once it is
  if (!app.classList.contains("pc-open")) return;
  toast("<p>This page cannot be drawn; its text is shown instead.</p>");
  at("panel").querySelector('[name$=":text"]')?.click();
}, true);

// ---- asking
const reading = () => all("#turns .pc-turn:has(.pc-reading)").map((one) => one.id.slice(5));
const questionOf = (turn) => at(`turn-${turn}`)?.querySelector(".pc-question")?.textContent ?? "";
const put = (turn) => { // in its place, or as the last
  at(turn.id) ? at(turn.id).replaceWith(turn) : at("turns").append(turn);
  at("turns").querySelector(".pc-start")?.remove();
  delete shown.turns;
  turn.scrollIntoView({ block: "start" });
};
const settle = (turn, html) => {
  put(Object.assign(document.createElement("template"), { innerHTML: html }).content.firstChild);
  say([".pc-answer, .pc-none, .pc-says, .pc-note", ".pc-confidence"].map((one) => at(`turn-${turn}`).querySelector(one)?.textContent ?? "").join(" "));
};
const ask = async (words, turn = `t${hex(4)}`) => {
  if (!words.trim()) return;
  if (!page.chat) go({ chat: hex(16) });
  const waiting = at("pending").content.firstElementChild.cloneNode(true), chat = page.chat;
  waiting.id = `turn-${turn}`;
  waiting.querySelector("h2").textContent = words;
  put(waiting);
  page.opened = `open:${turn}:0:0:0`;
  await act("ask", { turn, value: words, within: page.within });
  if (chat !== page.chat || !waiting.isConnected) return;
  waiting.remove(); // it was not asked
  fill(words);
};
const fill = (words, turn = "") => {
  page.editing = turn;
  at("question").value = words;
  at("question").focus();
};
const submit = () => {
  const words = at("question").value, turn = page.editing || undefined;
  at("question").value = page.editing = "";
  ask(words, turn);
};

// ---- what buttons do here; all others are sent to the server
const here = {
  view: (view) => { showPanel(false); go({ view }); act(view === "ask" ? `chat:${page.chat}` : view); },
  suggest: (_, button) => ask(button.textContent),
  again: (turn) => ask(questionOf(turn), turn),
  edit: (turn) => fill(questionOf(turn), turn),
  reword: (turn) => fill(at(`turn-${turn}`).querySelector(".pc-read").textContent, turn),
  copy: (turn, button) => copy(button.nextElementSibling.textContent),
  link: (turn) => copy(`${location.origin}${location.pathname}?c=${page.chat}#turn-${turn}`),
  stop: () => {
    all(".pc-reading .pc-note").forEach((one) => (one.textContent = "Stopping"));
    reading().forEach((turn) => act(`stop:${turn}`));
  },
  close: () => (history.state?.panel ? history.back() : showPanel(false)),
  help: () => at("keys").showModal(),
  "close-toast": (_, button) => button.parentElement.remove(),
  logout: async () => { await fetch("logout", { method: "POST" }); location.reload(); },
};
app.addEventListener("click", (event) => {
  const button = event.target.closest("button[name]");
  if (!button) return;
  const [verb, argument] = button.name.split(":");
  button.closest(":popover-open")?.hidePopover();
  if (verb === "open") page.opened = button.name.split(":", 5).join(":");
  if (verb === "sort") page.sort = argument;
  if (verb === "chat") go({ view: "ask" });
  if (verb === "undo" || verb === "restore") button.parentElement.remove();
  if (verb in here) here[verb](argument, button);
  else act(button.name, { chosen: all("#articles input:checked").map((one) => one.value) });
});
app.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  event.preventDefault();
  if (event.target.id === "composer") submit();
  else act(event.target.getAttribute("name"), Object.fromEntries(new FormData(event.target)));
});
let typing;
app.addEventListener("input", (event) => {
  const wanted = { seek: "articles", "seek-chats": "chats" }[event.target.id];
  clearTimeout(wanted && typing);
  if (wanted) typing = setTimeout(() => act(wanted), 150);
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
app.addEventListener("dragover", (event) => { event.preventDefault(); app.classList.add("pc-dragging"); });
app.addEventListener("dragleave", (event) => event.relatedTarget ?? app.classList.remove("pc-dragging"));
app.addEventListener("drop", (event) => {
  event.preventDefault();
  app.classList.remove("pc-dragging");
  if (event.dataTransfer.files.length && at("files")) send([...event.dataTransfer.files]);
});

// ---- keys; menus and dialogs close by themselves
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || (event.key === "Escape" && app.querySelector(":popover-open, dialog[open]"))) return;
  const field = event.target.closest?.("input, textarea, select"), question = event.target.id === "question";
  if (event.key === "Escape") {
    if (at("form").innerHTML) act("close-form");
    else if (page.editing) fill("");
    else if (reading().length) here.stop();
    else if (app.classList.contains("pc-open")) here.close();
  } else if (question && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (question && event.key === "ArrowUp" && !event.target.value) {
    event.preventDefault();
    if (all("#turns .pc-turn").length) here.edit(all("#turns .pc-turn").at(-1).id.slice(5));
  } else if (!field && event.key === "?") here.help();
  else if (!field && event.key === "/") { at("question").focus(); event.preventDefault(); }
  else if (!field && (event.key === "n" || event.key === "p")) at("panel").querySelectorAll(".pc-step")[event.key === "n" ? 1 : 0]?.click();
});

// Text selected in the document fills the open form for the right words.
document.addEventListener("mouseup", (event) => {
  const words = String(getSelection() ?? "").trim();
  if (words && at("right-words") && event.target.closest?.("#panel .pc-text")) at("right-words").value = words;
});

const news = async () => {
  if (!document.hidden) await act("news", { seen: page.seen });
  setTimeout(news, 1000);
};
at("logout").hidden = !window.gradio_config?.username;
arrive().then(news);
