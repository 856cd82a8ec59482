/* Long work: asks every second how far it is, and shows the page anew when it has ended. Without this file the page refreshes itself. */
(function () {
  "use strict";

  var EVERY = 1000;
  var SLOWEST = 15000;

  function prepare(card) {
    var title = card.querySelector("[data-work-title]");
    var bar = card.querySelector("[data-work-bar]");
    var words = card.querySelector("[data-work-words]");
    var cancel = card.querySelector("[data-work-cancel]");
    var wait = EVERY;

    function show(work) {
      title.textContent = work.title;
      words.textContent = work.words;
      words.classList.toggle("soft-words", work.state === "waiting" && !work.has_worker);
      if (work.rows_done && work.state === "running") { bar.value = work.percent; } else { bar.removeAttribute("value"); }
      if (cancel) { cancel.hidden = !work.may_cancel; }
    }

    function again() { window.setTimeout(ask, wait); }

    function ask() {
      if (document.hidden) { again(); return; }
      fetch(card.dataset.work, { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" })
        .then(function (answer) { if (!answer.ok) { throw new Error(String(answer.status)); } return answer.json(); })
        .then(function (document_) {
          if (!document_.work || !document_.work.is_active) { window.location.reload(); return; }
          wait = EVERY;
          show(document_.work);
          again();
        })
        .catch(function () {
          wait = Math.min(wait * 2, SLOWEST);
          words.textContent = card.dataset.lost;
          again();
        });
    }

    again();
  }

  document.addEventListener("DOMContentLoaded", function () {
    Array.prototype.forEach.call(document.querySelectorAll("[data-work]"), prepare);
  });
})();
