// The checkout and the address book, where answers are late: what is typed stays, and no sum stands that is none.
(function () {
  "use strict";
  var RETRY_AFTER = 5000;

  // A pasted address is being read while its buyer types on.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.target.id !== "address-fields") return;
    var sent = event.detail.requestConfig.formData;
    var typed = Array.from(event.target.querySelectorAll("input")).filter(function (field) {
      return field.value !== sent.get(field.name);
    });
    document.addEventListener("htmx:afterSwap", function () {
      typed.forEach(function (field) { document.getElementById(field.id).value = field.value; });
    }, { once: true });
  });

  // The figures of before are not those of what stands in the fields now.
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach(function (failure) {
    document.addEventListener(failure, function (event) {
      if (event.target.id !== "amounts") return;
      event.target.hidden = true;
      document.getElementById("sum").textContent = "—";
      setTimeout(function () { document.body.dispatchEvent(new Event("address-read")); }, RETRY_AFTER);
    });
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.target.id === "amounts") event.target.hidden = false;
  });
})();
