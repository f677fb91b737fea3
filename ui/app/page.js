// The page in the browser. It sends a button's name to the server and puts what comes back where it belongs; the server
// escapes all text. `element` and `server` and `upload` come from Gradio.
const app = element.querySelector(".pc-app") ?? element;
const at = (id) => document.getElementById(id);
const all = (selector) => [...app.querySelectorAll(selector)];
const hex = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((one) => one.toString(16).padStart(2, "0")).join("");
const narrow = () => matchMedia("(max-width: 820px)").matches;
const stored = (name, make) => { try { return (localStorage[name] ??= make()); } catch { return make(); } };
const page = { view: "ask", chat: "", within: "", sort: "title", seen: "", owner: stored("pincite-owner", () => hex(16)), editing: "", reading: [] };

// ---- the server
const act = async (name, values = {}) => {
  const query = page.view === "articles" && !name.startsWith("chat") ? at("seek").value : at("seek-chats").value;
  const sent = { chat: page.chat, owner: page.owner, view: page.view, query, value: page.view === "articles" ? page.sort : "", ...values };
  try {
    const reply = await server.act(name, sent);
    apply(reply);
    offline(false);
    return reply;
  } catch {
    offline(true);
    fetch("./").catch(() => {}); // a server that was started again gives a new token
  }
};
const shown = {};
const offline = (gone) => app.classList.toggle("pc-offline", gone);

const apply = (reply) => {
  if (reply.turns && reply.chat !== page.chat) return act("chats"); // the answer of a conversation that was left
  const focused = document.activeElement, name = focused?.name, id = focused?.id, inPanel = at("panel").contains(focused);
  if ("chat" in reply) go({ chat: reply.chat });
  for (const [key, html] of Object.entries(reply.parts ?? {})) {
    const part = at(key);
    if (part && shown[key] !== html) part.innerHTML = shown[key] = html;
  }
  for (const [key, html] of Object.entries(reply.turns ?? {})) settle(key, html);
  if (reply.parts?.panel !== undefined) showPanel(reply.panel === true || !narrow());
  if (reply.panel === false) showPanel(false);
  if (reply.toast) toast(reply.toast, reply.trouble);
  if ("within" in reply) { page.within = reply.within; if (reply.within) go({ view: "ask" }); }
  if (reply.seen) page.seen = reply.seen;
  if (reply.focus) at(reply.focus)?.focus();
  else if (focused && !focused.isConnected) (at(id) ?? (name ? app.querySelector(`[name="${CSS.escape(name)}"]`) : null) ?? (inPanel ? at("panel").querySelector(".pc-text") : null) ?? at("question"))?.focus();
  if (reply.parts?.turns !== undefined) all(".pc-reading").forEach((card) => act(`wait:${card.parentElement.id.slice(5)}`));
  if (reply.then) act(reply.then);
  marks();
};

const settle = (key, html) => {
  delete shown.turns;
  const old = at(`turn-${key}`);
  if (old) old.outerHTML = html;
  else at("turns").insertAdjacentHTML("beforeend", html);
  at("turns").querySelector(".pc-start")?.remove();
  const turn = at(`turn-${key}`);
  say(turn.querySelector(".pc-answer, .pc-none, .pc-says, .pc-note")?.textContent + " " + (turn.querySelector(".pc-confidence")?.textContent ?? ""));
  turn.scrollIntoView({ block: "start" });
};

const say = (words) => (at("said").textContent = words);
const toast = (html, trouble) => {
  const box = document.createElement("div");
  box.className = trouble ? "pc-toast pc-trouble" : "pc-toast";
  box.setAttribute("role", trouble ? "alert" : "status");
  box.innerHTML = html;
  at("toasts").append(box);
  if (!trouble) setTimeout(() => box.remove(), 12000);
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
  const asked = new URLSearchParams(location.search);
  const question = (asked.get("q") ?? "").trim();
  go({ view: asked.get("view") ?? "ask", chat: question ? "" : asked.get("c") ?? "", how: "replaceState" });
  await act(`chat:${page.chat}`);
  if (page.view !== "ask") act(page.view);
  if (question) ask(question);
  else at(location.hash.slice(1))?.scrollIntoView();
};
addEventListener("popstate", () => (app.classList.contains("pc-open") && narrow() ? showPanel(false) : arrive()));

const showPanel = (open) => {
  const was = app.classList.contains("pc-open");
  app.classList.toggle("pc-open", open && at("panel").innerHTML !== "");
  if (open && narrow()) {
    if (!was) history.pushState({ panel: true }, "");
    at("panel").focus();
  }
  if (open) toMark();
};
const toMark = () => {
  const box = at("panel").querySelector(".pc-text"), mark = at("pc-mark") ?? at("panel").querySelector(".pc-box-quote, .pc-box-passage");
  if (box && mark) box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight * 0.4;
};
const closePanel = () => {
  if (history.state?.panel) history.back();
  else showPanel(false);
};
let opened = "";
const marks = () => {
  all(".pc-source").forEach((one) => one.toggleAttribute("aria-current", one.name === opened && app.classList.contains("pc-open")));
  at("stop").hidden = !page.reading.length;
  at("ask").hidden = !!page.reading.length;
};

// ---- asking
const ask = async (words, turn = `t${hex(4)}`) => {
  if (!words.trim()) return;
  if (!page.chat) go({ chat: hex(16) });
  const waiting = at("pending").content.firstElementChild.cloneNode(true);
  waiting.id = `turn-${turn}`;
  waiting.querySelector("h2").textContent = words;
  at(waiting.id) ? at(waiting.id).replaceWith(waiting) : at("turns").append(waiting);
  at("turns").querySelector(".pc-start")?.remove();
  waiting.scrollIntoView({ block: "start" });
  page.reading.push(turn);
  delete shown.turns;
  opened = `open:${turn}:0:0:0`;
  marks();
  const before = page.chat;
  await act("ask", { turn, value: words, within: page.within });
  page.reading = page.reading.filter((one) => one !== turn);
  if (before === page.chat && waiting.isConnected) {
    waiting.remove();
    fill(words);
  }
  marks();
};
const fill = (words, turn = "") => {
  page.editing = turn;
  at("question").value = words;
  at("question").focus();
};
const questionOf = (id) => at(`turn-${id}`)?.querySelector(".pc-question")?.textContent ?? "";
const submit = () => {
  const words = at("question").value, turn = page.editing || undefined;
  at("question").value = page.editing = "";
  ask(words, turn);
};

// ---- copying
const copy = async (words) => {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const field = document.createElement("textarea");
    field.value = words;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  say("Copied");
  toast("<p>Copied</p>");
};
const linkTo = (turn) => `${location.origin}${location.pathname}?c=${page.chat}#turn-${turn}`;

const chosen = () => all("#articles input:checked").map((one) => one.value);

// ---- what buttons do here; all others are sent to the server
const here = {
  view: (view) => { showPanel(false); go({ view }); if (view !== "ask") act(view); else act(`chat:${page.chat}`); },
  suggest: (_, button) => ask(button.textContent),
  again: (turn) => ask(questionOf(turn), turn),
  edit: (turn) => fill(questionOf(turn), turn),
  reword: (turn) => fill(at(`turn-${turn}`).querySelector(".pc-read").textContent, turn),
  copy: (turn, button) => copy(button.nextElementSibling.textContent.replace("{link}", linkTo(turn))),
  link: (turn) => copy(linkTo(turn)),
  stop: () => {
    all(".pc-reading .pc-note").forEach((one) => (one.textContent = "Stopping"));
    page.reading.forEach((turn) => act(`stop:${turn}`));
  },
  close: closePanel,
  help: () => at("keys").showModal(),
  "close-toast": (_, button) => button.parentElement.remove(),
  "toggle-chats": () => app.classList.toggle("pc-side"),
  "remove-chosen": () => act("remove-chosen", { chosen: chosen() }),
  "within-chosen": () => act("within-chosen", { chosen: chosen() }),
  logout: async () => { await fetch("logout", { method: "POST" }); location.reload(); },
};
app.addEventListener("click", (event) => {
  const button = event.target.closest("button[name]");
  if (!event.target.closest(".pc-menu")) all(".pc-menu[open]").forEach((one) => (one.open = false));
  if (!button) return;
  const [verb, argument] = button.name.split(":");
  button.closest(".pc-menu")?.removeAttribute("open");
  if (verb === "open") opened = button.name.split(":", 5).join(":");
  if (verb === "sort") page.sort = argument;
  if (verb === "chat") { app.classList.remove("pc-side"); go({ view: "ask" }); }
  if (verb === "undo" || verb === "restore") button.parentElement.remove();
  if (verb in here) here[verb](argument, button);
  else act(button.name);
});
app.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  event.preventDefault();
  if (event.target.id === "composer") submit();
  else act(event.target.getAttribute("name"), Object.fromEntries(new FormData(event.target)));
});
app.addEventListener("change", (event) => {
  if (event.target.type === "file") send([...event.target.files]);
  at("of-chosen").hidden = !chosen().length;
});
let typing;
app.addEventListener("input", (event) => {
  const wanted = { seek: "articles", "seek-chats": "chats" }[event.target.id];
  if (!wanted) return;
  clearTimeout(typing);
  typing = setTimeout(() => act(wanted), 150);
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
app.addEventListener("dragover", (event) => { event.preventDefault(); app.classList.add("pc-dragging"); });
app.addEventListener("dragleave", (event) => event.relatedTarget ?? app.classList.remove("pc-dragging"));
app.addEventListener("drop", (event) => {
  event.preventDefault();
  app.classList.remove("pc-dragging");
  if (event.dataTransfer.files.length) send([...event.dataTransfer.files]);
});

// A page has its height once it is drawn.
app.addEventListener("load", (event) => event.target.className === "pc-page" && toMark(), true);

// A page that cannot be drawn is shown as text.
app.addEventListener("error", (event) => {
  if (event.target.className !== "pc-page") return;
  delete shown.panel; // one that is not open tries again once it is
  if (!app.classList.contains("pc-open")) return;
  toast("<p>This page cannot be drawn; its text is shown instead.</p>");
  at("panel").querySelector('[name$=":text"]')?.click();
}, true);

// ---- keys
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target.closest?.("input, textarea, select"), question = event.target.id === "question";
  if (event.key === "Escape") {
    const menu = app.querySelector(".pc-menu[open]");
    if (at("keys").open) at("keys").close();
    else if (menu) { menu.open = false; menu.firstElementChild.focus(); }
    else if (at("form").innerHTML) act("close-form");
    else if (page.editing) fill("");
    else if (page.reading.length) here.stop();
    else if (app.classList.contains("pc-side")) app.classList.remove("pc-side");
    else if (app.classList.contains("pc-open")) closePanel();
  } else if (question && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (question && event.key === "ArrowUp" && !event.target.value) {
    const last = all("#turns .pc-turn").at(-1)?.id.slice(5);
    if (last) here.edit(last);
    event.preventDefault();
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
