// The page in the browser: sends button names to the page's single action, copies, scrolls to the mark, handles keys,
// and announces results to screen readers.
(() => {
  "use strict";
  const at = (selector) => document.querySelector(selector);
  const smooth = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  const stacked = () => matchMedia("(max-width: 820px)").matches;
  let count = 0;

  const fill = (selector, value) => {
    const field = at(`${selector} textarea, ${selector} input`);
    if (!field) return null;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return field;
  };
  const send = (name, field = "#action") => fill(field, `${name}#${++count}.${Date.now()}`);
  // The button disappears while a question is read and returns shortly after the answer.
  const press = (tries) => {
    const button = at("#ask");
    if (button) button.click();
    else if (tries) setTimeout(press, 60, tries - 1);
  };
  const ask = (words) => {
    fill("#question", words);
    setTimeout(press, 60, 50);
  };
  const wordsOf = (id, part) => at(`#turn-${CSS.escape(id)} ${part}`)?.textContent ?? "";
  const questionOf = (id) => wordsOf(id, ".pc-question");
  const linkTo = (question) => `${location.origin}${location.pathname}?q=${encodeURIComponent(question)}`;

  const say = (words) => {
    let box = at("#pc-said");
    if (!box) {
      box = document.createElement("div");
      box.id = "pc-said";
      box.className = "pc-unseen";
      box.setAttribute("role", "status");
      (at("main") ?? document.body).append(box);
    }
    box.textContent = words;
  };

  const copy = async (words, button) => {
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
    const label = button.textContent;
    button.textContent = "Copied";
    say("Copied");
    setTimeout(() => (button.textContent = label), 1400);
  };

  const markOpen = (name) => {
    document.querySelectorAll(".pc-source[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
    at(`.pc-source[name="${CSS.escape(name)}"]`)?.setAttribute("aria-current", "true");
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#transcript button[name], #panel button[name], #shelf button[name]");
    if (!button) return;
    const [verb, id] = button.name.split(":");
    if (verb === "suggest") ask(button.textContent);
    else if (verb === "again") ask(questionOf(id));
    else if (verb === "edit" || verb === "reword") {
      const field = fill("#question", verb === "edit" ? questionOf(id) : wordsOf(id, ".pc-read"));
      field?.focus();
    } else if (verb === "link") copy(linkTo(questionOf(id)), button);
    else if (verb === "copy") copy(button.nextElementSibling?.textContent ?? "", button);
    else if (verb === "show" || verb === "back") {
      wantsArticle = verb === "show" && stacked();
      send(button.name, "#pick");
    } else {
      if (verb === "open") {
        markOpen(button.name);
        if (stacked()) wantsPanel = true;
      }
      send(button.name);
    }
  });

  document.addEventListener("click", async (event) => {
    if (!event.target.closest?.("#logout")) return;
    await fetch("logout", { method: "POST" });
    location.reload();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (event.key === "n" || event.key === "p") {
      const step = at(`#panel button[name="${event.key === "n" ? "step:on" : "step:back"}"]`);
      if (step) {
        step.click();
        event.preventDefault();
      }
    } else if (event.key === "/") {
      at("#question textarea, #question input")?.focus();
      event.preventDefault();
    }
  });

  // When the panel has changed: scroll its box to the mark without moving the page.
  let wantsPanel = false;
  let wantsArticle = false;
  let lastMark = null;
  const settlePanel = () => {
    const box = at("#panel .pc-text");
    const mark = at("#pc-mark");
    if (wantsArticle && at("#article .pc-text")) {
      wantsArticle = false;
      at("#reading")?.scrollIntoView({ behavior: smooth(), block: "start" });
    }
    if (!box || mark === lastMark) return;
    lastMark = mark;
    if (mark) {
      const middle = mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight * 0.4;
      box.scrollTop += middle;
    }
    if (wantsPanel) {
      wantsPanel = false;
      at("#beside")?.scrollIntoView({ behavior: smooth(), block: "start" });
    }
  };

  // When an answer has arrived: scroll to its question and announce the result once.
  let lastSaid = "";
  const settleTranscript = () => {
    const turns = document.querySelectorAll("#transcript .pc-turn");
    const last = turns[turns.length - 1];
    if (!last) return;
    const card = last.querySelector(".pc-card");
    const state = `${last.id} ${card?.className}`;
    if (state === lastSaid) return;
    const first = lastSaid === "";
    lastSaid = state;
    const scroller = at("#transcript");
    if (stacked()) last.scrollIntoView({ behavior: first ? "auto" : smooth(), block: "start" });
    else scroller.scrollTo({ top: scroller.scrollTop + last.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 8,
                             behavior: first ? "auto" : smooth() });
    const spoken = (last.querySelector(".pc-answer, .pc-none") ?? last.querySelector(".pc-note"))?.textContent ?? "";
    const sure = last.querySelector(".pc-confidence")?.textContent ?? "";
    say(`${spoken} ${sure}`.trim());
    const source = last.querySelector(".pc-source");
    if (source) markOpen(source.name);
  };

  const names = () => {
    document.querySelectorAll(".pc-text[title]").forEach((box) => {
      box.setAttribute("aria-label", box.title);
      box.removeAttribute("title");
    });
  };

  // Text selected in the document fills the open correction form.
  document.addEventListener("mouseup", (event) => {
    const words = String(getSelection() ?? "").trim();
    if (words && event.target.closest?.("#panel .pc-text") && at("#right-words textarea")?.offsetParent) fill("#right-words", words);
  });

  let planned = false;
  new MutationObserver(() => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      names();
      settlePanel();
      settleTranscript();
    });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
