"use strict";

// Builds the wall: posts arrive in batches, the next one when the end of the page comes into view.
const wall = document.getElementById("zid");
const end = document.getElementById("kraj");
const post = wall.dataset.objava;
let next = 1;
let busy = false;

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function body(item) {
  const text = element("div", "objava-tekst", item.tekst);
  if (item.tekst.length <= item.duzina) return [text];
  // By characters: an emoji must not be cut in two.
  text.textContent = [...item.tekst].slice(0, item.duzina).join("") + "… ";
  const more = element("button", "prikazi-jos", "Prikaži još");
  more.addEventListener("click", () => {
    text.textContent = item.tekst;
    more.remove();
  });
  return [text, more];
}

function build(item) {
  const article = element("article", "objava", "");
  article.dataset.id = item.id;
  const link = element("a", "objava-vreme", "");
  link.href = item.adresa;
  const time = element("time", "", item.vreme.slice(8, 10) + "." + item.vreme.slice(5, 7) + ".");
  time.dateTime = item.vreme;
  link.append(time);
  const counts = `${item.reakcije} reakcija · ${item.komentari} komentara`;
  article.append(element("span", "objava-autor", item.autor), link, ...body(item), element("div", "objava-broj", counts));
  return article;
}

async function load() {
  if (busy || next === null) return;
  busy = true;
  const question = post ? `objava=${post}` : `deo=${next}`;
  const answer = await fetch(`${wall.dataset.izvor}?${question}`);
  const batch = await answer.json();
  wall.append(...batch.objave.map(build));
  next = batch.sledeca;
  busy = false;
  if (next === null) wall.dataset.kraj = "da";
  // Observing anew reports an end that is still in view, as on a very tall screen.
  watch.unobserve(end);
  watch.observe(end);
}

const watch = new IntersectionObserver((seen) => {
  if (seen[0].isIntersecting && wall.childElementCount) load();
});
load();
