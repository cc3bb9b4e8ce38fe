// The cart: each answer shows all of it anew, so none may write over what was tapped after it was asked for.
(function () {
  "use strict";
  var goesOn = false;

  function cart() {
    return document.getElementById("cart");
  }

  // Before htmx hears of it, and until htmx has sent it.
  function mark(event) {
    var form = event.target.closest("#cart form[hx-post]");
    if (form) form.dataset.changed = "1";
  }

  document.addEventListener("change", mark, true);
  document.addEventListener("submit", mark, true);
  document.addEventListener("htmx:beforeRequest", function (event) { delete event.target.dataset.changed; });
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.target === cart() && cart().querySelector("[data-changed]")) event.detail.shouldSwap = false;
  });

  // To the checkout with what was tapped last, not without it.
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("#cart form:not([hx-post])")) return;
    if (!cart().querySelector("[data-changed], .htmx-request")) return;
    event.preventDefault();
    goesOn = true;
  });
  document.addEventListener("htmx:afterSwap", function () {
    if (goesOn) cart().querySelector("form:not([hx-post]) button").click();
    goesOn = false;
  });

  // What the shop has not heard of does not stand on the page either.
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach(function (failure) {
    document.addEventListener(failure, function () {
      goesOn = false;
      cart().querySelectorAll("form:not([data-changed])").forEach(function (form) { form.reset(); });
      cart().querySelectorAll(".stepper input").forEach(function (field) { window.h5.step(field, 0); });
    });
  });
})();
