// The few things HTML cannot do by itself: a menu on the phone, and questions that open as a sheet.
(function () {
  "use strict";

  var sheet = document.getElementById("sheet");

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
    var taken = event.target.closest("[data-select]");
    if (taken) taken.select();
    var toggle = event.target.closest("[data-menu]");
    if (toggle) {
      var open = toggle.closest(".side").classList.toggle("open");
      toggle.setAttribute("aria-expanded", String(open));
      return;
    }
    var remove = event.target.closest("[data-remove-row]");
    if (remove) {
      remove.closest("[data-row]").remove();
      return;
    }
    if (sheet && sheet.open && (event.target === sheet || event.target.closest("[data-close]"))) {
      event.preventDefault();
      sheet.close();
    }
  });

  // What is new shows where the menu is folded away, and on the tab of a window behind others.
  var title = document.title;
  document.body.addEventListener("htmx:afterSwap", function (event) {
    if (!event.detail.target.matches("[data-poll]")) return;
    var badge = event.detail.target.querySelector(".count");
    document.querySelectorAll("[data-badge]").forEach(function (place) {
      place.replaceChildren(badge ? badge.cloneNode(true) : "");
    });
    document.title = (badge ? "(" + badge.firstChild.data.trim() + ") " : "") + title;
  });

  if (sheet) {
    document.body.addEventListener("htmx:afterSwap", function (event) {
      if (event.detail.target !== sheet) return;
      if (!sheet.open) sheet.showModal();
      var wrong = sheet.querySelector("[aria-invalid]") || sheet.querySelector("[autofocus]");
      if (wrong) wrong.focus();
    });
    // What is typed into a sheet is not sent twice by an impatient double click.
    document.body.addEventListener("htmx:beforeRequest", function (event) {
      var form = event.target.closest && event.target.closest("form");
      if (form && sheet.contains(form)) form.querySelectorAll("button").forEach(function (b) { b.disabled = true; });
    });
    document.body.addEventListener("htmx:afterRequest", function (event) {
      var form = event.target.closest && event.target.closest("form");
      if (form && sheet.contains(form)) form.querySelectorAll("button").forEach(function (b) { b.disabled = false; });
    });
  }

  // A question that could not be fetched as a sheet opens as the page it is.
  document.body.addEventListener("htmx:responseError", function (event) {
    var source = event.target.closest && event.target.closest("a[href]");
    if (source && event.detail.target === sheet) window.location.href = source.href;
  });

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.hasAttribute("hx-post") || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  document.addEventListener("change", function (event) {
    if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
  });
})();
