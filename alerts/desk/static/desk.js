// Keys for the desk. Every page works without this file.
"use strict";

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

// An element names its keys in data-keys; a key does what a click would do.
function press(element) {
  if (element instanceof HTMLDetailsElement) {
    element.open = !element.open;
    const first = element.querySelector("[data-first]") || element.querySelector("select, input:not([type=hidden])");
    (element.open && first ? first : element.querySelector("summary")).focus();
    element.scrollIntoView({ block: "nearest" });
  } else if (element.matches("input, textarea")) {
    element.focus();
    element.select();
  } else {
    element.click();
  }
}

// What lies in a closed part of the page has no key.
function isShown(element) {
  return element.parentElement.closest("details:not([open])") === null;
}

// On a list of cases j and k walk from one to the next.
function walk(step) {
  const stops = [...document.querySelectorAll("[data-walk]")];
  if (!stops.length) return false;
  const at = stops.indexOf(document.activeElement);
  const to = at < 0 ? 0 : Math.min(Math.max(at + step, 0), stops.length - 1);
  stops[to].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest("details.dismiss[open]")) {
    press(event.target.closest("details"));
    return;
  }
  // What a quote says beside itself goes away until another is looked at.
  if (event.key === "Escape") document.body.classList.add("hushed");
  // A key that is held down must not decide case after case.
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  const key = event.key.toLowerCase();
  const named = [...document.querySelectorAll("[data-keys]")].find(
    (element) => element.dataset.keys.split(" ").includes(key) && isShown(element),
  );
  if (named) {
    event.preventDefault();
    press(named);
  } else if ((key === "j" && walk(1)) || (key === "k" && walk(-1))) {
    event.preventDefault();
  }
});

// A second click on the way must not decide twice.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
for (const kind of ["focusin", "mouseover"]) {
  document.addEventListener(kind, (event) => {
    if (event.target.closest("mark")) document.body.classList.remove("hushed");
  });
}
