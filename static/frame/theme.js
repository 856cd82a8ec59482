/* Runs before the page is drawn, so that neither the colours nor the rail jump. What a person chose lives in this browser. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "dark" || theme === "light") { root.dataset.theme = theme; }
    if (localStorage.getItem("rail") === "small") { root.dataset.rail = "small"; }
  } catch (error) {
    console.info("no local storage: colours follow the system", error);
  }
})();
