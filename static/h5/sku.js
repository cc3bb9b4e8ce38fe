// The product page: half-screen sheet, chips per property, price and stock of what is chosen.
(function () {
  "use strict";
  var sheet = document.getElementById("sku");
  // Without what every page needs, the sheet stays a plain part of its page.
  if (!sheet || !document.documentElement.classList.contains("js")) return;
  var shade = document.querySelector(".shade");
  var radios = Array.from(sheet.querySelectorAll("input[name=sku]"));
  var quantity = sheet.querySelector("[name=quantity]");
  var group = sheet.querySelector("[data-skus]");
  var opener = null;

  function open() {
    sheet.classList.add("sheet_open");
    shade.classList.add("shade_open");
    document.documentElement.classList.add("locked");
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-modal", "true");
    sheet.querySelector(".sheet__close").focus({ preventScroll: true });
  }

  function close() {
    sheet.classList.remove("sheet_open");
    shade.classList.remove("shade_open");
    document.documentElement.classList.remove("locked");
    if (opener) opener.focus({ preventScroll: true });
  }

  function specsOf(radio) {
    return JSON.parse(radio.dataset.specs || "{}");
  }

  function chosen() {
    return radios.find(function (radio) { return radio.checked; });
  }

  function show() {
    var radio = chosen();
    if (!radio) return;
    var amount = radio.dataset.price.split(".");
    sheet.querySelector("[data-price] .price").innerHTML =
      "<small>¥</small>" + amount[0] + "<small>." + amount[1] + "</small>";
    sheet.querySelector("[data-stock]").textContent = group.dataset.stockText.replace("{n}", radio.dataset.stock);
    var values = Object.values(specsOf(radio)).join(" / ");
    document.querySelectorAll("[data-chosen]").forEach(function (place) {
      if (!values) return;
      place.hidden = false;
      place.textContent = group.dataset.chosenText.replace("{n}", values);
    });
    quantity.max = Math.min(Number(quantity.dataset.most) || 9999, Number(radio.dataset.stock));
    window.h5.step(quantity, 0);
  }

  // Several properties: one row of chips each instead of one chip for every combination.
  function byProperty() {
    var names = [];
    radios.forEach(function (radio) {
      Object.keys(specsOf(radio)).forEach(function (name) { if (names.indexOf(name) < 0) names.push(name); });
    });
    if (names.length < 2) return;
    var first = chosen() || radios.find(function (radio) { return !radio.disabled; }) || radios[0];
    var picked = specsOf(first);
    var rows = names.map(function (name) {
      var values = [];
      radios.forEach(function (radio) {
        var value = specsOf(radio)[name];
        if (value !== undefined && values.indexOf(value) < 0) values.push(value);
      });
      var row = document.createElement("div");
      row.className = "sheet__group";
      var title = document.createElement("p");
      title.className = "small muted";
      title.textContent = name;
      var chips = document.createElement("div");
      chips.className = "chips";
      row.append(title, chips);
      values.forEach(function (value) {
        var chip = document.createElement("button");
        chip.type = "button";
        chip.className = "chip";
        chip.textContent = value;
        chip.addEventListener("click", function () { pick(name, value); });
        chip.fits = function () {
          return radios.some(function (radio) {
            var specs = specsOf(radio);
            return !radio.disabled && specs[name] === value && names.every(function (other) {
              return other === name || specs[other] === picked[other];
            });
          });
        };
        chip.mark = function () {
          chip.setAttribute("aria-pressed", String(picked[name] === value));
          chip.disabled = !radios.some(function (radio) { return !radio.disabled && specsOf(radio)[name] === value; });
          chip.classList.toggle("chip_far", !chip.fits());
        };
        chips.append(chip);
      });
      return row;
    });

    function pick(name, value) {
      var wanted = Object.assign({}, picked);
      wanted[name] = value;
      function agreement(radio) {
        var specs = specsOf(radio);
        if (radio.disabled || specs[name] !== value) return -1;
        return names.filter(function (other) { return specs[other] === wanted[other]; }).length;
      }
      var best = radios.slice().sort(function (one, other) { return agreement(other) - agreement(one); })[0];
      if (agreement(best) < 0) return;
      picked = specsOf(best);
      best.checked = true;
      mark();
      show();
    }

    function mark() {
      rows.forEach(function (row) {
        row.querySelectorAll(".chip").forEach(function (chip) { chip.mark(); });
      });
    }

    group.hidden = true;
    group.before.apply(group, rows);
    if (!first.disabled) first.checked = true;
    mark();
  }

  // Into the cart without leaving the page. The token is fetched now, so that who only looks keeps no cookie.
  function toCart(button) {
    if (!chosen()) return window.h5.toast(button.dataset.choose);
    if (button.disabled) return;
    button.disabled = true;
    var late = new AbortController();
    var clock = setTimeout(function () { late.abort(); }, window.htmx ? window.htmx.config.timeout : 0);
    fetch(button.dataset.token, { credentials: "same-origin", signal: late.signal }).then(function (answer) {
      clearTimeout(clock);
      if (!answer.ok) throw new Error(answer.status);
      return answer.text();
    }).then(function (token) {
      // The answer says what came of it, and how many pieces lie in the cart now.
      return window.htmx.ajax("POST", button.dataset.toCart, {
        source: button,
        swap: "none",
        headers: { "X-CSRFToken": token },
        values: { sku: chosen().value, quantity: quantity.value },
      });
    }).then(close, function () {
      window.h5.toast(document.body.dataset.offline);
    }).then(function () { button.disabled = false; });
  }

  sheet.querySelectorAll("[data-to-cart]").forEach(function (button) {
    button.addEventListener("click", function () { toCart(button); });
  });
  document.querySelectorAll("[data-open-sheet]").forEach(function (button) {
    button.addEventListener("click", function (event) {
      event.preventDefault();
      opener = button;
      open();
    });
  });
  document.querySelectorAll("[data-close-sheet]").forEach(function (button) { button.addEventListener("click", close); });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") close(); });
  radios.forEach(function (radio) { radio.addEventListener("change", show); });
  byProperty();
  show();
  sheet.classList.add("sheet_ready");
  // Tapped before this script was there: until now the address alone held it open.
  if (location.hash === "#sku") {
    history.replaceState(history.state, "", location.pathname + location.search);
    open();
  }

  var strip = document.querySelector(".gallery__strip");
  var now = document.querySelector("[data-gallery-now]");
  if (strip && now) {
    strip.addEventListener("scroll", function () {
      now.textContent = String(Math.round(strip.scrollLeft / strip.clientWidth) + 1);
    }, { passive: true });
  }
})();
