/* The frame's own behaviour: rail, drawer, colours, popovers, tables. No library. Every page works without it. */
(function () {
  "use strict";
  var root = document.documentElement;

  function keep(name, value) {
    try { localStorage.setItem(name, value); } catch (error) { console.info("not kept: " + name, error); }
  }

  function each(selector, act) { Array.prototype.forEach.call(document.querySelectorAll(selector), act); }

  function isDark() {
    if (root.dataset.theme) { return root.dataset.theme === "dark"; }
    return window.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function drawer(open) {
    document.body.classList.toggle("drawer-open", open);
    each("[data-act=drawer]", function (button) { button.setAttribute("aria-expanded", String(open)); });
  }

  var acts = {
    theme: function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      keep("theme", root.dataset.theme);
    },
    rail: function () {
      var small = root.dataset.rail !== "small";
      if (small) { root.dataset.rail = "small"; } else { delete root.dataset.rail; }
      keep("rail", small ? "small" : "wide");
    },
    drawer: function () { drawer(!document.body.classList.contains("drawer-open")); },
    print: function () { window.print(); }
  };

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-act]");
    if (button && acts[button.dataset.act]) { acts[button.dataset.act](); }
    // A popover closes when the click falls outside it.
    each("details.pop[open]", function (pop) { if (!pop.contains(event.target)) { pop.open = false; } });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      each("details.pop[open]", function (pop) {
        var held = pop.contains(document.activeElement);
        pop.open = false;
        if (held) { pop.querySelector("summary").focus(); }
      });
      drawer(false);
    }
    if (event.key === "/" && !/^(input|textarea|select)$/i.test(event.target.tagName) && !event.target.isContentEditable) {
      var search = document.getElementById("find-project");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
  });

  // A short list inside a long popover: typing narrows it.
  document.addEventListener("input", function (event) {
    if (!event.target.matches("[data-narrow]")) { return; }
    var words = event.target.value.trim().toLowerCase();
    Array.prototype.forEach.call(event.target.closest(".pop-body").querySelectorAll("li"), function (item) {
      item.hidden = words !== "" && item.textContent.toLowerCase().indexOf(words) < 0;
    });
  });

  // On the phone a table's rows become cards: each figure needs its heading beside it.
  function labelCells() {
    each("table.cards", function (table) {
      var heads = table.querySelectorAll("thead tr:last-child th");
      Array.prototype.forEach.call(table.querySelectorAll("tbody tr, tfoot tr"), function (row) {
        Array.prototype.forEach.call(row.children, function (cell, place) {
          if (heads[place] && !cell.hasAttribute("colspan")) { cell.dataset.label = heads[place].textContent.replace(/[↑↓]/g, "").trim().replace(/\s+/g, " "); }
        });
      });
    });
  }

  // Arrow keys walk over the rows of a table that asks for it; Enter opens the row's first link.
  function walkRows() {
    each("table[data-walk] tbody tr", function (row, place) { row.tabIndex = place === 0 ? 0 : -1; });
    document.addEventListener("keydown", function (event) {
      var row = event.target.closest && event.target.closest("table[data-walk] tbody tr");
      if (!row || event.target !== row) { return; }
      var next = event.key === "ArrowDown" ? row.nextElementSibling : event.key === "ArrowUp" ? row.previousElementSibling : null;
      if (next) { event.preventDefault(); row.tabIndex = -1; next.tabIndex = 0; next.focus(); }
      if (event.key === "Enter") { var link = row.querySelector("a[href]"); if (link) { link.click(); } }
    });
  }

  // Columns that a person does not want are left out, in this browser, for this table.
  function chooseColumns() {
    each("[data-columns]", function (list) {
      var table = document.getElementById(list.dataset.columns);
      if (!table) { return; }
      var name = "columns:" + list.dataset.key;
      var hidden = [];
      try { hidden = JSON.parse(localStorage.getItem(name) || "[]"); } catch (error) { console.info("columns not read", error); }
      function show() {
        Array.prototype.forEach.call(table.rows, function (row) {
          Array.prototype.forEach.call(row.cells, function (cell) {
            var key = (cell.className.match(/(?:column|field|sum)-(\w+)/) || [])[1];
            if (key) { cell.hidden = hidden.indexOf(key) >= 0; }
          });
        });
      }
      Array.prototype.forEach.call(list.querySelectorAll("input"), function (box) {
        box.checked = hidden.indexOf(box.value) < 0;
        box.addEventListener("change", function () {
          hidden = hidden.filter(function (key) { return key !== box.value; });
          if (!box.checked) { hidden.push(box.value); }
          keep(name, JSON.stringify(hidden));
          show();
        });
      });
      show();
    });
  }

  // The save bar says what will change, and leaving with unsaved changes asks first.
  function watchForms() {
    each("form[data-watch]", function (form) {
      var told = document.querySelector("[data-changed-note]");
      var first = new Map();
      function value(field) { return field.type === "checkbox" || field.type === "radio" ? String(field.checked) : field.value; }
      function fields() { return Array.prototype.filter.call(form.elements, function (field) { return field.name && field.type !== "hidden" && field.type !== "submit"; }); }
      fields().forEach(function (field) { first.set(field, value(field)); });
      // A save that was refused comes back with what was typed: that is still unsaved, though the page opens with it.
      var unsaved = new Set((form.dataset.unsaved || "").split(" ").filter(Boolean));
      function changed() {
        return fields().filter(function (field) { return unsaved.has(field.name) || (first.has(field) ? first.get(field) !== value(field) : value(field) !== ""); });
      }
      function label(field) {
        var own = field.labels && field.labels[0];
        return (own ? own.textContent : field.getAttribute("aria-label") || field.name).replace(/[:：*]/g, "").trim();
      }
      function tell() {
        var names = Array.from(new Set(changed().map(label)));
        if (told) {
          told.textContent = names.length ? told.dataset.changedNote.replace("{n}", names.length).replace("{names}", names.slice(0, 5).join("、") + (names.length > 5 ? "…" : "")) : told.dataset.none;
        }
      }
      form.addEventListener("input", tell);
      form.addEventListener("change", tell);
      var sending = false;
      form.addEventListener("submit", function () { sending = true; });
      window.addEventListener("beforeunload", function (event) { if (!sending && changed().length) { event.preventDefault(); } });
      tell();
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    labelCells();
    walkRows();
    chooseColumns();
    watchForms();
    each("select[data-go]", function (select) { select.addEventListener("change", function () { if (select.value) { window.location.assign(select.value); } }); });
    each("input[type=checkbox].action-select, #action-toggle", function (box) { box.setAttribute("aria-label", box.title || box.name || box.id); });
  });

  // What scrolls sideways can be scrolled with the keyboard too.
  function reachable() {
    each(".table-box, .year-chart", function (box) {
      if (box.hasAttribute("tabindex") || box.scrollWidth <= box.clientWidth) { return; }
      var section = box.closest("section, .card");
      var title = section && section.querySelector("h2, h3");
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", title ? title.textContent.trim() : document.title);
    });
  }
  window.addEventListener("resize", reachable);
  document.addEventListener("DOMContentLoaded", reachable);
})();
