// The preview of a draft follows what is typed. The page works without this file, by its button.
"use strict";

const WAIT = 400; // milliseconds after the last key

const form = document.querySelector("form[data-preview]");
const shown = document.getElementById("preview");
let timer = 0;
let asked = null;

async function renew() {
  if (asked) asked.abort();
  asked = new AbortController();
  shown.classList.add("waiting");
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: asked.signal,
      credentials: "same-origin",
    });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const at = shown.scrollTop;
    shown.replaceChildren(...page.body.childNodes);
    shown.scrollTop = at;
    document.getElementById("pregled").textContent = shown.dataset.unsaved;
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    return;
  }
  shown.classList.remove("waiting");
}

if (form && shown) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(renew, WAIT);
  });
}
