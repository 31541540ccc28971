/* Enhancement only: every page works without this file. No storage, no third party. */
(function () {
  "use strict";

  /* Trusted types: one policy. htmx puts into the page what our own server rendered, nothing else. */
  if (window.trustedTypes && !window.trustedTypes.defaultPolicy) {
    window.trustedTypes.createPolicy("default", {
      createHTML: function (text) { return text; },
      createScript: function () { return null; },
      createScriptURL: function () { return null; },
    });
  }

  var announcer = document.getElementById("announcer");
  function announce(text) {
    if (!announcer || !text) return;
    announcer.textContent = "";
    window.setTimeout(function () { announcer.textContent = text; }, 60);
  }

  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  function neighbours(link) {
    var list = link.closest("[data-arrows]");
    var lines = list ? Array.prototype.slice.call(list.querySelectorAll("[data-line]")) : [];
    return lines.filter(function (line) { return !line.checkVisibility || line.checkVisibility(); });
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    var target = event.target;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && target.matches && target.matches("[data-line]")) {
      var lines = neighbours(target);
      var next = lines[lines.indexOf(target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { next.focus(); event.preventDefault(); }
      return;
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach(function (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (typing(target) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      var find = document.querySelector("[data-key='/']");
      if (find) { find.focus(); find.select(); event.preventDefault(); }
    } else if (event.key === "n" || event.key === "f" || event.key === "l") {
      var link = document.querySelector("[data-key='" + event.key + "']");
      if (link) { event.preventDefault(); link.click(); }
    } else if (event.key === "?") {
      var help = document.getElementById("keys");
      if (help) { event.preventDefault(); help.showModal(); }
    } else if (event.key === "ArrowDown") {
      var first = document.querySelector("[data-arrows] [data-line]");
      if (first && target === document.body) { first.focus(); event.preventDefault(); }
    }
  });

  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
    var opener = event.target.closest("[data-opens]");
    if (opener) {
      var dialog = document.getElementById(opener.dataset.opens);
      if (dialog) { event.preventDefault(); dialog.showModal(); }
    }
    if (event.target.closest("[data-print]")) { event.preventDefault(); window.print(); }
  });

  /* A double click sends once. The key in the form makes a second sending harmless anyway. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method.toLowerCase() !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    form.querySelectorAll("button").forEach(function (button) { button.setAttribute("aria-disabled", "true"); });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("button").forEach(function (button) { button.removeAttribute("aria-disabled"); });
    });
  });

  /* "Not known" beside a field: choosing it empties the field, writing in the field clears it. */
  document.addEventListener("change", function (event) {
    var box = event.target.closest("[data-field]");
    if (!box) return;
    var otherwise = box.querySelector("[data-otherwise]");
    if (!otherwise) return;
    if (event.target === otherwise && otherwise.value && otherwise.value !== "not_asked") {
      box.querySelectorAll("input, textarea").forEach(function (input) {
        if (input.type === "checkbox") input.checked = false;
        else if (input.type !== "radio" && input.type !== "hidden") input.value = "";
      });
    } else if (event.target !== otherwise && (event.target.type === "checkbox" ? event.target.checked : event.target.value)) {
      otherwise.value = "not_asked";
    }
  });
  /* A chosen quiet answer stays in sight: a chosen button in a closed part would hide the others from the keyboard. */
  document.addEventListener("toggle", function (event) {
    var part = event.target;
    if (part.matches && part.matches("details.quiet-answers") && !part.open && part.querySelector("input:checked")) part.open = true;
  }, true);

  /* Kinds of facts narrow as one types. The button beside the field does the same without this file. */
  function spelled(text) { return text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/œ/g, "oe"); }
  document.addEventListener("input", function (event) {
    var narrows = event.target.dataset ? event.target.dataset.narrows : "";
    if (!narrows) return;
    var words = spelled(event.target.value).split(/\s+/).filter(Boolean);
    var shown = 0;
    document.querySelectorAll("#" + narrows + " [data-shelf]").forEach(function (shelf) {
      var left = 0;
      shelf.querySelectorAll("[data-words]").forEach(function (line) {
        line.hidden = !words.every(function (word) { return line.dataset.words.indexOf(word) >= 0; });
        if (!line.hidden) left += 1;
      });
      shelf.hidden = !left;
      shown += left;
    });
    announce(shown ? String(shown) : event.target.dataset.none);
  });

  /* A number above none opens the part that asks more about it. It is never closed by itself: something may stand in it. */
  document.addEventListener("input", function (event) {
    var opened = event.target.dataset ? event.target.dataset.opensPart : "";
    var part = opened ? document.getElementById(opened) : null;
    if (part && Number(event.target.value) > 0) part.open = true;
  });

  document.addEventListener("input", function (event) {
    var other = event.target.dataset ? event.target.dataset.chooses : "";
    if (other) {
      var radio = document.getElementById(other);
      if (radio && event.target.value) radio.checked = true;
    }
  });

  /* A link into a folded part opens it, where the browser does not by itself. */
  function reveal() {
    var target = document.getElementById(location.hash.slice(1));
    /* An older fact of a long file: the page that tells them all. */
    if (!target && /^#fact-/.test(location.hash) && document.getElementById("earlier") && !/[?&]past=all/.test(location.search)) {
      return location.replace("?past=all" + location.hash);
    }
    var part = target ? target.parentElement.closest("details.fold:not([open])") : null;
    if (!part || (target.checkVisibility && target.checkVisibility())) return;
    for (; part; part = part.parentElement.closest("details.fold:not([open])")) part.open = true;
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  reveal();
  /* Parts folded on a phone only: a browser whose style cannot open them on a wide page opens them here. */
  if (window.CSS && !CSS.supports("selector(::details-content)") && window.matchMedia("(min-width: 48rem)").matches) {
    document.querySelectorAll("details.fold").forEach(function (part) { part.open = true; });
  }

  document.querySelectorAll("[data-unhide]").forEach(function (part) { part.hidden = false; });

  document.body.addEventListener("htmx:afterSwap", function (event) {
    announce(event.detail.target.dataset.announce || "");
  });

  var summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
})();
