// Waits for news from the server, shows whether the line stands, and shows times in the reader's own zone.

const pill = document.getElementById("live");
const words = document.body.dataset;

function show(on) {
  if (!pill) return;
  pill.hidden = false;
  pill.classList.toggle("off", !on);
  const text = on ? words.liveOn : words.liveOff;
  if (pill.textContent !== text) pill.textContent = text;
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Ask `address(seen)` again and again; the server holds the line until something changed. */
export async function follow(address, seen, apply) {
  show(true);
  for (;;) {
    try {
      const response = await fetch(address(seen), { cache: "no-store" });
      if (response.status === 404) return location.reload();
      if (!response.ok && response.status !== 204) throw new Error(String(response.status));
      if (response.status === 200) {
        const news = await response.json();
        seen = news.change;
        apply(news);
      }
      show(true);
    } catch {
      show(false);
      await pause(1500);
    }
  }
}

/** Parse server-rendered HTML into elements. */
export function elements(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

// A draft leaves this tab's memory only when the page that follows shows that it was taken.
const sent = JSON.parse(sessionStorage.getItem("sent") ?? "null");
if (sent && sent.hash !== location.hash && /^#(post-\d+|message-\d+|queued)$/.test(location.hash)) {
  sessionStorage.removeItem(sent.key);
  sessionStorage.removeItem("sent");
}

/** Keep what `read` gives under `key` in this tab until it is sent. */
export function keep(key, read, write, field, form) {
  const saved = sessionStorage.getItem(key);
  if (saved && !read().trim()) write(saved);
  field.addEventListener("input", () => sessionStorage.setItem(key, read()));
  const buttons = form.querySelectorAll("button");
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    sessionStorage.setItem("sent", JSON.stringify({ key, hash: location.hash }));
    // Twice clicked is twice posted: the buttons rest while the page is on its way.
    setTimeout(() => buttons.forEach((button) => (button.disabled = true)));
  });
  window.addEventListener("pageshow", () => buttons.forEach((button) => (button.disabled = false)));
}

export function times(root = document) {
  const page = document.documentElement.lang;
  const lang = navigator.language.startsWith(page) ? navigator.language : page;
  const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });
  const day = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const year = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", year: "numeric" });
  const full = new Intl.DateTimeFormat(lang, { dateStyle: "full", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    const seconds = Math.round((moment - Date.now()) / 1000);
    const text =
      seconds > -45 ? relative.format(0, "second")
      : seconds > -3600 ? relative.format(Math.round(seconds / 60), "minute")
      : seconds > -43200 ? relative.format(Math.round(seconds / 3600), "hour")
      : seconds > -15552000 ? day.format(moment)
      : year.format(moment);
    if (time.textContent !== text) time.textContent = text;
    time.title = full.format(moment);
  }
}

times();
setInterval(times, 20000);
