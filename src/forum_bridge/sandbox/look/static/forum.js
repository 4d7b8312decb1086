// A thread or board that keeps itself fresh. The reply box, its text and the reader's place are never touched.

import { elements, follow, keep, times } from "./live.js";

const thread = document.getElementById("thread");
const board = document.getElementById("board");

function place(article) {
  const old = document.getElementById(article.id);
  if (old) {
    old.replaceWith(article);
    return;
  }
  if (!thread.hasAttribute("data-last-page")) {
    document.getElementById("elsewhere").hidden = false;
    return;
  }
  thread.querySelector(".posts").append(article);
  article.classList.add("fresh");
}

if (thread) {
  const posts = thread.querySelector(".posts");
  const address = (seen) => `${thread.dataset.news}?after=${seen}`;
  follow(address, thread.dataset.change, (news) => {
    elements(news.html).forEach(place);
    news.removed.forEach((id) => document.getElementById(`post-${id}`)?.remove());
    times(posts);
    if (news.locked !== thread.hasAttribute("data-locked")) location.reload();
  });
}

if (board) {
  const address = (seen) => `${board.dataset.news}?after=${seen}&page=${board.dataset.number}`;
  follow(address, board.dataset.change, (news) => {
    board.querySelector(".threads").replaceChildren(...elements(news.html));
    times(board);
  });
}

const form = document.querySelector("form.reply-form, form.thread-form, form.message-form");
const text = form?.querySelector("textarea");
if (text) {
  keep(form.getAttribute("action"), () => text.value, (value) => (text.value = value), text, form);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  document.addEventListener("click", async (event) => {
    const quote = event.target.closest?.("a.quote-link");
    if (!quote || !thread || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const response = await fetch(`${quote.pathname}?plain=1`);
    if (!response.ok) return;
    text.value = `${text.value.trimEnd()}\n\n${await response.text()}\n\n`.trimStart();
    text.dispatchEvent(new Event("input"));
    text.focus();
    text.scrollTop = text.scrollHeight;
  });
}
