// Shows the live page in the place of our tab. Locust draws that tab empty.
(() => {
  const frame = document.createElement("iframe");
  frame.src = "./gridcli/live";
  frame.title = "Move → seen";
  frame.style.cssText = "display:none;border:0;width:100%;height:920px";

  const isDark = () => {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    return red + green + blue < 384;
  };
  const look = () => {
    const main = document.querySelector("main");
    if (!main) return;
    if (frame.parentNode !== main) main.appendChild(frame);
    const tab = new URLSearchParams(location.search).get("tab");
    const shown = tab === "move-seen" && document.querySelector("[role=tablist]") !== null;
    frame.style.display = shown ? "block" : "none";
    const page = frame.contentDocument;
    if (page && page.documentElement) page.documentElement.dataset.theme = isDark() ? "dark" : "light";
  };
  setInterval(look, 200);
})();
