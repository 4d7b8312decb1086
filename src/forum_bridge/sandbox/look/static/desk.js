// The agent's screen keeps itself fresh. The editor, its text and the place one reads at are never touched.

import { elements, follow, keep, times } from "./live.js";

const main = document.querySelector("main.desk");
const messages = document.getElementById("messages");
const title = document.title;

function atEnd() {
  return messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
}

function toEnd() {
  messages.scrollTop = messages.scrollHeight;
}

const drawn = new Map();

/** Put what changed in place, message by message, so that what stays is not drawn again. */
function converse(html) {
  const stay = !atEnd();
  const wanted = elements(html);
  const ids = new Set(wanted.map((line) => line.id));
  [...messages.children].filter((line) => !ids.has(line.id)).forEach((line) => line.remove());
  for (const line of wanted) {
    const old = document.getElementById(line.id);
    const same = drawn.get(line.id) === line.outerHTML;
    drawn.set(line.id, line.outerHTML);
    if (!old) {
      line.classList.add("fresh");
      messages.append(line);
    } else if (!same) {
      old.replaceWith(line);
    }
  }
  if (!stay) toEnd();
}

function apply(news) {
  const focused = document.activeElement?.dataset.caseId;
  const list = document.getElementById("cases");
  list.replaceChildren(...elements(news.cases));
  if (focused) list.querySelector(`[data-case-id="${focused}"]`)?.focus();
  if (messages) {
    converse(news.messages);
    const head = document.getElementById("head");
    if (!head.contains(document.activeElement)) head.replaceChildren(...elements(news.head));
  }
  document.title = news.unread ? `(${news.unread}) ${title}` : title;
  times();
}

if (main) {
  const id = main.dataset.case;
  const news = id ? `/case/${id}/news` : "/news";
  follow((seen) => `${news}?after=${seen}`, main.dataset.change, apply);
}

if (messages) toEnd();

const form = document.querySelector("form.answer");
const editor = form?.querySelector(".editor");
if (editor) {
  const box = form.querySelector(".link-box");
  const address = box.querySelector("input");
  let place = null; // the selection the link is for, kept while the address is typed

  document.execCommand("defaultParagraphSeparator", false, "p");
  const changed = () => editor.dispatchEvent(new Event("input"));
  const empty = () => !editor.innerText.trim() && !editor.querySelector("img");
  const read = () => (empty() ? "" : editor.innerHTML);
  form.addEventListener("submit", (event) => {
    form.elements.html.value = read();
    if (!empty()) return;
    event.preventDefault();
    editor.focus();
  });
  keep(form.getAttribute("action"), read, (value) => (editor.innerHTML = value), editor, form);

  const mark = () => {
    for (const [tool, command] of [["bold", "bold"], ["list", "insertUnorderedList"]]) {
      form.querySelector(`[data-tool=${tool}]`).setAttribute("aria-pressed", String(document.queryCommandState(command)));
    }
    editor.classList.toggle("empty", empty() && !editor.querySelector("li"));
  };

  const openLink = () => {
    const selection = getSelection();
    place = selection.rangeCount && editor.contains(selection.anchorNode) ? selection.getRangeAt(0).cloneRange() : null;
    box.hidden = false;
    address.focus();
  };

  const addLink = () => {
    const typed = address.value.trim();
    box.hidden = true;
    address.value = "";
    editor.focus();
    if (!typed) return;
    const href = /^(https?:\/\/|mailto:)/i.test(typed) ? typed : `https://${typed}`;
    const selection = getSelection();
    if (place) {
      selection.removeAllRanges();
      selection.addRange(place);
    }
    if (selection.isCollapsed) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = typed;
      document.execCommand("insertHTML", false, link.outerHTML);
    } else {
      document.execCommand("createLink", false, href);
    }
    changed();
  };

  const tools = {
    bold: () => document.execCommand("bold"),
    list: () => document.execCommand("insertUnorderedList"),
    link: openLink,
  };
  form.querySelectorAll("[data-tool]").forEach((button) => {
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays in the editor
    button.addEventListener("click", () => {
      const { tool } = button.dataset;
      if (tool !== "link") editor.focus();
      tools[tool]();
      if (tool !== "link") changed();
      mark();
    });
  });
  box.querySelector("button").addEventListener("click", addLink);
  address.addEventListener("keydown", (event) => {
    if (event.key === "Enter") addLink();
    else if (event.key === "Escape") box.hidden = true;
    else return;
    event.preventDefault();
  });
  editor.addEventListener("paste", (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });
  editor.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    if (event.key === "Enter") form.requestSubmit(form.querySelector("[value=reply]"));
    else if (event.key.toLowerCase() === "k") openLink();
    else return;
    event.preventDefault();
  });
  editor.addEventListener("input", mark);
  document.addEventListener("selectionchange", () => editor.contains(getSelection().anchorNode) && mark());
  mark();
}
