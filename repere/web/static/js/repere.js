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
    return list ? Array.prototype.slice.call(list.querySelectorAll("[data-line]")) : [];
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
  document.addEventListener("input", function (event) {
    var other = event.target.dataset ? event.target.dataset.chooses : "";
    if (other) {
      var radio = document.getElementById(other);
      if (radio && event.target.value) radio.checked = true;
    }
  });

  document.querySelectorAll("[data-unhide]").forEach(function (part) { part.hidden = false; });

  document.body.addEventListener("htmx:afterSwap", function (event) {
    announce(event.detail.target.dataset.announce || "");
  });

  var summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
})();
