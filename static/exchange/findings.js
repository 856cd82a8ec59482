/* The page of an upload: narrow the findings while typing, copy a place, send a form once. Every part works without this file. */
(function () {
  "use strict";

  function each(root, selector, act) { Array.prototype.forEach.call(root.querySelectorAll(selector), act); }

  /* When all findings are on the page they are narrowed here; else the form asks the server. */
  function narrowFindings(form) {
    if (!form.hasAttribute("data-live")) {
      each(form, "select", function (select) { select.addEventListener("change", function () { form.submit(); }); });
      return;
    }
    var found = form.querySelector("[data-found]");
    var nothing = document.querySelector("[data-nothing]");
    var items = Array.prototype.slice.call(document.querySelectorAll(".finding"));
    var opened = {};
    each(document, "[data-group]", function (group) { opened[group.dataset.group] = group.open; });

    function value(name) { return form.elements[name] ? form.elements[name].value : ""; }

    function narrow() {
      var severity = value("severity");
      var sheet = value("sheet");
      var text = value("text").trim().toLowerCase();
      var asked = severity || sheet || text;
      var shown = 0;
      items.forEach(function (item) {
        var fits = (!severity || item.dataset.severity === severity) && (!sheet || item.dataset.sheet === sheet) &&
          (!text || item.dataset.search.indexOf(text) >= 0);
        item.hidden = !fits;
        if (fits) { shown += 1; }
      });
      each(document, "[data-group]", function (group) {
        var left = group.querySelector(".finding:not([hidden])");
        group.hidden = !left;
        group.open = asked ? Boolean(left) : opened[group.dataset.group];
      });
      nothing.hidden = shown > 0;
      found.textContent = found.dataset.words.replace("{shown}", shown).replace("{all}", items.length);
    }

    form.addEventListener("input", narrow);
    form.addEventListener("change", narrow);
    form.addEventListener("submit", function (event) { event.preventDefault(); narrow(); });
  }

  function copyPlace(button) {
    if (!navigator.clipboard) { return; }
    navigator.clipboard.writeText(button.dataset.copy).then(function () {
      var words = button.textContent;
      button.classList.add("copied");
      button.textContent = button.dataset.copied;
      window.setTimeout(function () { button.classList.remove("copied"); button.textContent = words; }, 900);
    }, function (error) { console.info("not copied", error); });
  }

  document.addEventListener("DOMContentLoaded", function () {
    each(document, "[data-finding-filter]", narrowFindings);
    document.addEventListener("click", function (event) {
      var button = event.target.closest("[data-copy]");
      if (button) { copyPlace(button); }
    });
    each(document, "form[data-once]", function (form) {
      form.addEventListener("submit", function (event) {
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = "yes";
        // Later, when the browser has gathered the form: a disabled button's own name and value would not be sent.
        window.setTimeout(function () { each(form, "button[type=submit]", function (button) { button.disabled = true; }); }, 0);
      });
    });
    window.addEventListener("pageshow", function (event) {
      if (!event.persisted) { return; }
      each(document, "form[data-once]", function (form) {
        delete form.dataset.sent;
        each(form, "button[type=submit]", function (button) { button.disabled = false; });
      });
    });
  });
})();
