"use strict";
// The page is whole without this: it adds the switch of colours and the box at the pointer.
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const dark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const name = () => { button.textContent = dark() ? "light" : "dark"; };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; name(); });
  name();

  const written = (value) => value === null ? "–"
    : value.toLocaleString("en", { maximumSignificantDigits: Math.abs(value) < 1000 ? 3 : 21, maximumFractionDigits: 3 });

  function element(kind, look, text) {
    const made = document.createElement(kind);
    made.className = look;
    made.textContent = text;
    return made;
  }

  for (const figure of document.querySelectorAll("figure")) {
    const data = figure.querySelector('script[type="application/json"]');
    if (!data) continue;
    const { x, words, unit, series } = JSON.parse(data.textContent);
    const tip = element("div", "tip", "");
    tip.hidden = true;
    figure.append(tip);

    for (const svg of figure.querySelectorAll(".plot svg")) {
      // A title child would be a second box, the browser's own.
      const title = svg.querySelector("title");
      svg.setAttribute("aria-label", title.textContent);
      title.remove();
      const [low, high, start, end] = svg.dataset.domain.split(" ").map(Number);
      const turn = svg.dataset.log === "1" ? Math.log : Number;
      const places = x.map((at) =>
        start + (end - start) * (turn(Math.min(Math.max(at, low), high)) - turn(low)) / (turn(high) - turn(low)));
      const line = svg.querySelector(".pointer");

      svg.addEventListener("pointermove", (event) => {
        const box = svg.getBoundingClientRect();
        const at = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
        let near = -1;
        places.forEach((place, n) => {
          if (near < 0 || Math.abs(place - at) < Math.abs(places[near] - at)) near = n;
        });
        if (near < 0) return;
        line.setAttribute("x1", places[near]);
        line.setAttribute("x2", places[near]);
        line.style.visibility = "visible";
        tip.replaceChildren(element("b", "", words[near]), ...series
          .filter(([, , values]) => values[near] !== null)
          .map(([label, look, values]) => {
            const row = element("div", "", "");
            row.append(element("i", look, label), element("span", "", `${written(values[near])} ${unit}`));
            return row;
          }));
        tip.hidden = false;
        const around = figure.getBoundingClientRect();
        const left = event.clientX - around.left;
        const flip = left + 16 + tip.offsetWidth > around.width;
        tip.style.left = `${Math.max(0, flip ? left - 16 - tip.offsetWidth : left + 16)}px`;
        tip.style.top = `${event.clientY - around.top + 12}px`;
      });
      svg.addEventListener("pointerleave", () => {
        tip.hidden = true;
        line.style.visibility = "hidden";
      });
    }
  }
})();
