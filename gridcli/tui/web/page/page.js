// What textual.js, which draws the terminal, leaves to its page: where to connect, how large the
// letters are, who has the keyboard, and why a game has ended. It begins at the load event.
"use strict";

const LARGEST_PX = 16;
const SMALLEST_PX = 9;
const COLUMNS_WISHED = 60; // a narrow window gets smaller letters before it gets fewer of them
const LETTER_WIDTH = 0.6; // of Roboto Mono, in its height
const FONTS = ["", "bold ", "italic "].map((style) => `${style}16px "Roboto Mono"`);

const terminal = document.getElementById("terminal");
const why = document.getElementById("why");
const again = document.getElementById("again");

const page = new URL(location.href);
const wished = Number.parseInt(page.searchParams.get("fontsize"), 10);
const fitting = Math.floor(window.innerWidth / COLUMNS_WISHED / LETTER_WIDTH);
const size = Number.isFinite(wished) ? wished : Math.min(fitting, LARGEST_PX);
terminal.dataset.fontSize = Math.min(Math.max(size, SMALLEST_PX), 40);
// textual.js puts "?width=…" behind it.
terminal.dataset.sessionWebsocketUrl = new URL("ws", page).href.replace(/^http/, "ws");

function takeKeyboard() {
  if (document.body.classList.contains("-closed")) again.focus();
  else terminal.querySelector("textarea")?.focus();
}

window.WebSocket = class extends window.WebSocket {
  constructor(...args) {
    super(...args);
    this.addEventListener("open", takeKeyboard);
    this.addEventListener("close", (event) => {
      // 1000 is a player who left; without a code the connection, or its other end, was lost.
      if (event.code !== 1000) {
        why.textContent = event.reason || "The connection was lost.";
        again.textContent = "Try again";
      }
      setTimeout(takeKeyboard);
    });
  }
};

const begin = window.onload;
window.onload = async (event) => {
  // The terminal measures its letters once, so they have to be there. Without them others do.
  await Promise.all(FONTS.map((font) => document.fonts.load(font))).catch(() => {});
  begin(event);
};
window.addEventListener("focus", takeKeyboard);
again.addEventListener("click", () => location.reload());
