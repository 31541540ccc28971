/* A page that nobody touches for a quarter of an hour empties itself, and asks the server to lock the session. */
(function () {
  "use strict";
  var door = document.getElementById("lock");
  if (!door) return;
  var limit = Number(door.dataset.after) * 1000;
  var step = 60 * 1000;
  var touched = Date.now();
  var told = Date.now();

  function touch() { touched = Date.now(); }
  ["keydown", "pointerdown", "wheel", "touchstart"].forEach(function (kind) {
    document.addEventListener(kind, touch, { passive: true, capture: true });
  });

  function shut() {
    /* The content goes first: a server that does not answer must not leave it on the screen. */
    door.hidden = true;
    document.body.appendChild(door);
    document.querySelectorAll("header, main, footer, dialog").forEach(function (part) { part.remove(); });
    document.title = "Repère";
    door.submit();
  }

  function look() {
    var now = Date.now();
    if (now - touched >= limit) { window.clearInterval(clock); shut(); return; }
    if (touched > told && now - told >= step) {
      told = now;
      window.fetch(door.dataset.here, {
        method: "POST", headers: { "X-CSRFToken": door.elements.csrfmiddlewaretoken.value },
      }).catch(function () {});
    }
  }
  var clock = window.setInterval(look, 5000);
  /* A laptop that slept, or a page brought back from memory, is judged at once. */
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", function (event) { if (event.persisted) look(); });
})();
