// What every page of the buyers needs a script for. Everything can be read without it.
(function () {
  "use strict";

  document.documentElement.classList.add("js");

  // The other scripts come after the page. What is tapped or typed before them is done once they are there.
  var EARLY = ["click", "input", "change"];
  var early = [];
  var needScripts = "[data-to-cart], [data-close-sheet], button[type=button][hx-post]";

  function keepEarly(event) {
    var wanted = event.type === "click" ? event.target.closest(needScripts) : event.target;
    if (!wanted) return;
    var known = early.some(function (one) { return one.type === event.type && one.on === wanted; });
    if (!known) early.push({ type: event.type, on: wanted });
    if (event.type === "click") toast(document.body.dataset.early);
  }

  function doEarly() {
    EARLY.forEach(function (type) { document.removeEventListener(type, keepEarly, true); });
    early.forEach(function (one) {
      if (one.type === "click") one.on.click();
      else one.on.dispatchEvent(new Event(one.type, { bubbles: true }));
    });
  }

  EARLY.forEach(function (type) { document.addEventListener(type, keepEarly, true); });
  // A turn later: htmx too begins with this event.
  document.addEventListener("DOMContentLoaded", function () { setTimeout(doEarly); });

  // One of ours that does not come at all: the page says so, and is then as it is without scripts. What a phone or
  // its network puts into the page is no loss.
  var ours = new URL("..", document.currentScript.src).href;
  document.addEventListener("error", function (event) {
    if (event.target.tagName !== "SCRIPT" || !event.target.src.startsWith(ours)) return;
    document.documentElement.classList.add("broken");
    if (!document.querySelector(".sheet_ready")) document.documentElement.classList.remove("js");
  }, true);

  function toast(text) {
    var shown = document.querySelector(".toast");
    if (shown) shown.remove();
    var box = document.createElement("div");
    box.className = "toast";
    box.setAttribute("role", "status");
    box.textContent = text;
    document.body.append(box);
  }

  // A visit counts once the page has really been shown: previews and bots fetch it, but never get here.
  function confirmVisit(code) {
    function send() {
      var body = JSON.stringify({ code: code });
      if (!(navigator.sendBeacon && navigator.sendBeacon("/t", body))) {
        fetch("/t", { method: "POST", body: body, keepalive: true, credentials: "same-origin" }).catch(function () {});
      }
    }
    if (document.visibilityState === "visible") return send();
    document.addEventListener("visibilitychange", function once() {
      if (document.visibilityState !== "visible") return;
      document.removeEventListener("visibilitychange", once);
      send();
    });
  }

  // People forward the address they see, so a promoter sees his own code in it.
  function showOwnCode(code) {
    var address = new URL(location.href);
    if (address.searchParams.get("ref") === code) return;
    address.searchParams.set("ref", code);
    history.replaceState(history.state, "", address);
  }

  function copy(button) {
    var text = button.dataset.copy;
    function done() { toast(button.dataset.copied || text); }
    function byHand() {
      var field = document.createElement("textarea");
      field.value = text;
      field.className = "only-reader";
      field.setAttribute("readonly", "");
      document.body.append(field);
      field.select();
      field.setSelectionRange(0, text.length);
      var copied = document.execCommand("copy");
      field.remove();
      if (copied) done();
    }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, byHand);
    } else {
      byHand();
    }
  }

  // A page that is asked for without a line is an error of the browser's in place of the one that is there.
  function onceOnline(act) {
    if (navigator.onLine) act();
    else window.addEventListener("online", act, { once: true });
  }

  function countDown(clock) {
    var end = Date.parse(clock.dataset.until);
    // The server's clock decides; a phone's own may be wrong by hours.
    var ahead = clock.dataset.now ? Date.parse(clock.dataset.now) - Date.now() : 0;
    function tick() {
      var left = Math.max(0, Math.ceil((end - Date.now() - ahead) / 1000));
      var days = Math.floor(left / 86400);
      var parts = [Math.floor(left / 3600) % 24, Math.floor(left / 60) % 60, left % 60];
      if (parts[0] === 0 && days === 0) parts.shift();
      var rest = parts.map(function (part) { return String(part).padStart(2, "0"); }).join(":");
      clock.textContent = (days ? days + (document.documentElement.lang.startsWith("zh") ? "天 " : "d ") : "") + rest;
      if (left > 0) return setTimeout(tick, 1000);
      // What became of it, the server says. Not under a form that is on its way.
      if (clock.dataset.over && !document.querySelector("form[data-sent]")) {
        onceOnline(function () { location.replace(location.pathname + location.search); });
      }
    }
    if (!isNaN(end)) tick();
  }

  function step(field, by) {
    var most = Number(field.max) || 9999;
    var wanted = Math.min(most, Math.max(1, (parseInt(field.value, 10) || 1) + by));
    var changed = String(wanted) !== field.value;
    field.value = wanted;
    field.parentNode.querySelectorAll("[data-step]").forEach(function (button) {
      button.disabled = Number(button.dataset.step) < 0 ? wanted <= 1 : wanted >= most;
    });
    if (changed) field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("click", function (event) {
    var stepper = event.target.closest("[data-step]");
    if (stepper) step(stepper.parentNode.querySelector("input"), Number(stepper.dataset.step));
    var button = event.target.closest("[data-copy]");
    if (button) {
      event.preventDefault();
      copy(button);
    }
    if (event.target.closest("[data-reload]")) location.reload();
    var back = event.target.closest("[data-back]");
    if (back && history.length > 1 && document.referrer.startsWith(location.origin)) {
      event.preventDefault();
      history.back();
    }
  });

  // Those outside of the form too.
  function submits(form) {
    return Array.from(form.elements).filter(function (one) { return one.type === "submit"; });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (form.hasAttribute("hx-post")) return;
    if (!navigator.onLine && !form.dataset.warned) {
      // The browser's own page of the error would take what was typed with it. Some phones are wrong about
      // their line, though: who insists is let through.
      event.preventDefault();
      form.dataset.warned = "1";
      return toast(document.body.dataset.offline);
    }
    if (form.method !== "post") return;
    form.dataset.sent = "1";
    submits(form).forEach(function (button) { button.setAttribute("aria-disabled", "true"); });
  });

  // What the browser has put back into the fields, the rest of the page has not heard of.
  function isPutBack(field) {
    if (field.type === "radio") return field.checked && !field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    var first = Array.from(field.options).findIndex(function (option) { return option.defaultSelected; });
    return field.selectedIndex !== Math.max(first, 0);
  }

  // "Back" may bring the page from memory, with its buttons still asleep, or as it was once stored.
  window.addEventListener("pageshow", function (event) {
    var came = performance.getEntriesByType("navigation")[0] || {};
    var isStored = came.type === "back_forward" && came.transferSize === 0;
    var isOld = event.persisted || isStored;
    if (isOld && (document.body.dataset.fresh || (isStored && document.querySelector("[data-until]")))) {
      onceOnline(function () { location.reload(); });
    } else if (!event.persisted && came.type !== "navigate") {
      document.querySelectorAll("select, [name=quantity], [name=entry]").forEach(function (field) {
        if (isPutBack(field)) field.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    if (!event.persisted) return;
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      submits(form).forEach(function (button) { button.removeAttribute("aria-disabled"); });
    });
  });

  // Nobody looks: nobody asks.
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && event.target.hasAttribute("data-poll")) event.preventDefault();
  });

  // A fragment that did not come leaves the page as it is; who asked for it hears why.
  ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach(function (failure) {
    document.addEventListener(failure, function (event) {
      if (!event.target.matches("[data-poll], [data-quiet]")) toast(document.body.dataset.offline);
    });
  });

  document.addEventListener("change", function (event) {
    if (event.target.matches(".stepper input")) step(event.target, 0);
  });

  document.addEventListener("DOMContentLoaded", function () {
    var body = document.body;
    if (body.dataset.ref) confirmVisit(body.dataset.ref);
    if (body.dataset.ownCode) showOwnCode(body.dataset.ownCode);
    document.querySelectorAll("[data-until]").forEach(countDown);
    document.querySelectorAll(".stepper input").forEach(function (field) { step(field, 0); });
  });

  window.h5 = { toast: toast, step: step };
})();
