/* Leaving at once. The page works without this file: the way out is a plain link. Nothing is stored. */
(function () {
  "use strict";
  var root = document.documentElement;
  var exit = document.getElementById("leave");
  var told = document.getElementById("told");
  var pressed = 0;
  var last = 0;

  function leave() {
    root.classList.add("covered");
    document.title = exit.dataset.blank;
    window.location.replace(exit.href);
  }

  exit.addEventListener("click", function (event) {
    event.preventDefault();
    leave();
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Shift") { pressed = 0; return; }
    if (event.repeat) return;
    var now = Date.now();
    pressed = now - last > 5000 ? 1 : pressed + 1;
    last = now;
    if (pressed >= 3) { leave(); return; }
    told.textContent = pressed === 1 ? told.dataset.two : told.dataset.one;
  });

  /* One entry in the history for all of these pages: leaving replaces it, and Back finds none of them. */
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-inside]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    window.location.replace(link.href);
  });

  /* Shown again from the memory of the browser after leaving: nothing of it is shown. */
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    pressed = 0;
    told.textContent = "";
    if (root.classList.contains("covered")) { window.location.replace(exit.href); return; }
    root.classList.remove("covered");
  });

  document.querySelectorAll("[data-unhide]").forEach(function (part) { part.hidden = false; });
})();
