// Comfort for the hotline: a picture may be dropped or pasted, Ctrl+Enter sends, and slow forms say that they work.
"use strict";
(() => {
  const form = document.querySelector("form[data-drop]");
  const input = form && form.querySelector("[data-drop-target]");
  const take = (files) => {
    const picture = [...files].find((file) => file.type.startsWith("image/"));
    if (!picture) return false;
    const held = new DataTransfer();
    held.items.add(picture);
    input.files = held.files;
    return true;
  };
  if (form && input) {
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        form.classList.add("is-dropping");
      });
    }
    for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("is-dropping"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      if (take(event.dataTransfer.files)) form.requestSubmit();
    });
    form.addEventListener("paste", (event) => {
      if (take(event.clipboardData.files)) event.preventDefault();
    });
  }
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest && event.target.closest("[data-send-keys]");
    if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
  });
  for (const slow of document.querySelectorAll("form[data-slow]")) {
    slow.addEventListener("submit", () => {
      slow.querySelector("button").setAttribute("aria-busy", "true");
      slow.querySelector("button").disabled = true;
    });
  }
})();
