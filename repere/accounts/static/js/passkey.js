/* Passkeys: asks our server what to ask, asks the device, and sends what it answered with an ordinary form. */
(function () {
  "use strict";
  if (!window.PublicKeyCredential || !window.isSecureContext) return;

  function bytes(text) {
    var plain = window.atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }
  function text(buffer) {
    var letters = Array.from(new Uint8Array(buffer), function (byte) { return String.fromCharCode(byte); }).join("");
    return window.btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function named(list) {
    return (list || []).map(function (one) { return Object.assign({}, one, { id: bytes(one.id) }); });
  }

  function asked(ceremony, told) {
    var options = Object.assign({}, told.publicKey, { challenge: bytes(told.publicKey.challenge) });
    if (ceremony === "create") {
      options.user = Object.assign({}, options.user, { id: bytes(options.user.id) });
      options.excludeCredentials = named(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: options });
    }
    options.allowCredentials = named(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  }

  function answered(credential) {
    var given = credential.response;
    var response = { clientDataJSON: text(given.clientDataJSON) };
    if (given.attestationObject) {
      response.attestationObject = text(given.attestationObject);
      response.transports = given.getTransports ? given.getTransports() : [];
    } else {
      response.authenticatorData = text(given.authenticatorData);
      response.signature = text(given.signature);
      response.userHandle = given.userHandle ? text(given.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response,
      authenticatorAttachment: credential.authenticatorAttachment || null,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var trouble = form.querySelector("[data-trouble]");
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      if (form.elements.passkey.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      trouble.hidden = true;
      window.fetch(form.dataset.options, {
        method: "POST", headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      }).then(function (answer) {
        if (!answer.ok) throw new Error("refused");
        return answer.json();
      }).then(function (told) {
        return asked(form.dataset.passkey, told);
      }).then(function (credential) {
        form.elements.passkey.value = answered(credential);
        form.requestSubmit();
      }).catch(function () {
        trouble.textContent = form.dataset.failed;
        trouble.hidden = false;
      });
    });
  });
})();
