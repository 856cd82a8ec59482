/* What waits for the reader is asked for after the page stands: figures need not wait for it. Without script a link leads there. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("[data-waiting]"), function (section) {
    var body = section.querySelector("[data-waiting-body]");
    fetch(section.dataset.waiting, { credentials: "same-origin", headers: { "X-Requested-With": "XMLHttpRequest" } })
      .then(function (answer) {
        if (!answer.ok || answer.redirected) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(function (html) { body.innerHTML = html; })
      .catch(function (error) { console.info("not loaded", error); });
  });
}());
