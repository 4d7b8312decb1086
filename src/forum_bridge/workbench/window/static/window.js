// Follows the preset's file, and shows on the forum's page what is chosen beside it. The page itself runs nothing.

import { elements, follow } from "../shared/live.js";

const frame = document.getElementById("page");
const lang = document.documentElement.lang;
const part = (name) => document.querySelector(`[data-part="${name}"]`);
let only = null; // the key that is shown alone
let shown = document.body.dataset.page;
let place = null; // how far the page was scrolled, across a change of it

const inside = () => frame.contentDocument;

function colourOf(key) {
  const chip = document.querySelector(`.w-chip[data-key="${key}"]`);
  return chip ? getComputedStyle(chip).getPropertyValue("--c") : "";
}

function paint() {
  const page = inside();
  if (!page?.body) return;
  page.body.classList.toggle("only", only !== null);
  for (const each of page.querySelectorAll("[data-fb]")) {
    const on = only !== null && each.dataset.fb.split(" ").includes(only);
    each.classList.toggle("on", on);
    if (on) each.style.setProperty("--c", colourOf(only));
    else each.style.removeProperty("--c");
  }
  for (const chip of document.querySelectorAll(".w-chip")) {
    chip.setAttribute("aria-pressed", String(chip.dataset.key === only));
  }
}

function view(name) {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll(".w-tabs button")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === name));
  }
}

function scrollTo(number, behavior) {
  const page = inside();
  const target = page?.querySelector(`[data-n="${number}"]`);
  if (!target) return null;
  // The page alone is scrolled; scrollIntoView would move the window around it, too.
  const top = page.scrollingElement.scrollTop + target.getBoundingClientRect().top - frame.clientHeight / 4;
  page.scrollingElement.scrollTo({ top, behavior });
  return target;
}

function go(number) {
  const target = scrollTo(number, matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  if (!target) return;
  target.classList.remove("here");
  void target.offsetWidth; // so that the mark blinks again
  target.classList.add("here");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { key, go: number, view: name } = button.dataset;
  if (name) return view(name);
  if (key) {
    only = only === key ? null : key;
    paint();
    if (only === null) return;
  } else if (number) {
    view("page");
  }
  if (number) go(number);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || only === null) return;
  only = null;
  paint();
});

function fitted() {
  paint();
  const first = document.querySelector(".w-chip[data-go]")?.dataset.go; // the first post
  if (place !== null) inside()?.scrollingElement?.scrollTo(0, place);
  else if (first) scrollTo(first, "auto");
}

frame.addEventListener("load", fitted);
if (inside()?.readyState === "complete") fitted();

function take(news) {
  const focused = { ...document.activeElement?.dataset };
  for (const [name, html] of Object.entries(news.parts)) part(name).replaceChildren(...elements(html));
  if (focused.test) {
    const number = focused.test === "go" ? `[data-go="${focused.go}"]` : ""; // there is one for each post
    document.querySelector(`[data-test="${focused.test}"]${number}`)?.focus({ preventScroll: true });
  }
  if (only !== null && !document.querySelector(`.w-chip[data-key="${only}"]:not(:disabled)`)) only = null;
  if (String(news.page) === shown) return paint();
  shown = String(news.page);
  place = inside()?.readyState === "complete" ? inside().scrollingElement.scrollTop : place;
  frame.contentWindow.location.replace(`page?lang=${lang}&v=${shown}`);
}

follow((seen) => `since?lang=${lang}&seen=${seen}`, document.body.dataset.seen, take);
