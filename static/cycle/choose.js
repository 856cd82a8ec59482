// Choosing many rows: the head chooses all or none, the buttons say how many, and ask once before they do it.
(function () {
  "use strict";
  var head = document.querySelector("[data-choose-all]");
  if (!head) { return; }
  var form = head.closest("form");
  function boxes() { return Array.prototype.slice.call(form.querySelectorAll("input[name=chosen]")); }
  function tell() {
    var all = boxes();
    var chosen = all.filter(function (box) { return box.checked; }).length;
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
    Array.prototype.forEach.call(form.querySelectorAll("[data-count]"), function (place) { place.textContent = chosen; });
    Array.prototype.forEach.call(form.querySelectorAll("button[data-ask]"), function (button) { button.disabled = chosen === 0; });
  }
  head.hidden = false;
  head.addEventListener("change", function () {
    boxes().forEach(function (box) { box.checked = head.checked; });
    tell();
  });
  form.addEventListener("change", function (event) { if (event.target.name === "chosen") { tell(); } });
  form.addEventListener("click", function (event) {
    var button = event.target.closest("button[data-ask]");
    if (button && !window.confirm(button.dataset.ask.replace("{n}", boxes().filter(function (box) { return box.checked; }).length))) { event.preventDefault(); }
  });
  tell();
}());
