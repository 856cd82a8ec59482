/* Sending a file: drop it, see it go, go on to its page. Without this file the form is sent as any other. */
(function () {
  "use strict";

  function fill(words, values) {
    return words.replace(/\{(\w+)\}/g, function (all, name) { return values[name] === undefined ? all : values[name]; });
  }

  function megabytes(size) { return (size / 1000000).toFixed(1); }

  function sizeWords(size) { return size < 1000000 ? Math.max(1, Math.round(size / 1000)) + " KB" : megabytes(size) + " MB"; }

  function prepare(form) {
    var words = form.dataset;
    var input = form.querySelector("input[type=file]");
    var zone = form.querySelector("[data-drop]");
    var chosen = form.querySelector("[data-chosen]");
    var fileError = form.querySelector("[data-file-error]");
    var progress = form.querySelector("[data-progress]");
    var bar = progress.querySelector("progress");
    var status = progress.querySelector("[data-progress-words]");
    var button = form.querySelector("button[type=submit]");
    var sending = false;

    function say(message) {
      fileError.textContent = message;
      zone.classList.toggle("wrong", Boolean(message));
    }

    /* What is wrong with the chosen file before it is sent, or an empty text. */
    function fault() {
      var file = input.files[0];
      if (!file) { return words.none; }
      if (file.size === 0) { return words.empty; }
      return file.size > Number(words.limit) ? fill(words.tooLarge, { size: megabytes(file.size) }) : "";
    }

    function show() {
      var file = input.files[0];
      zone.classList.toggle("chosen", Boolean(file));
      chosen.textContent = file ? file.name + " · " + sizeWords(file.size) : "";
      say(file ? fault() : "");
    }

    function busy(on) {
      sending = on;
      form.classList.toggle("busy", on);
      button.disabled = on;
      progress.hidden = !on;
    }

    function showErrors(errors) {
      Object.keys(errors).forEach(function (name) {
        var place = name === "file" ? fileError : form.querySelector('[data-error="' + name + '"]');
        if (name === "file" || !place) { say(errors[name].join(" ")); } else { place.textContent = errors[name].join(" "); }
      });
    }

    function answered(request) {
      var answer = request.response || {};
      var address = answer.next || answer.url;
      if (address) { window.location.assign(address); return; }
      busy(false);
      if (answer.errors) { showErrors(answer.errors); return; }
      say(fill(words.odd, { status: request.status }));
    }

    Array.prototype.forEach.call(form.querySelectorAll("[data-fill]"), function (suggestion) {
      suggestion.addEventListener("click", function () { document.getElementById(suggestion.dataset.fill).value = suggestion.value; });
    });

    input.addEventListener("change", show);

    ["dragenter", "dragover"].forEach(function (name) {
      zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add("over"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      zone.addEventListener(name, function () { zone.classList.remove("over"); });
    });
    zone.addEventListener("drop", function (event) {
      event.preventDefault();
      var files = event.dataTransfer.files;
      if (files.length > 1) { say(words.one); return; }
      if (files.length === 1) { input.files = files; show(); }
    });

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (sending) { return; }
      Array.prototype.forEach.call(form.querySelectorAll("[data-error]"), function (place) { place.textContent = ""; });
      var wrong = fault();
      say(wrong);
      if (wrong) { return; }
      var body = new FormData(form);
      busy(true);
      bar.value = 0;
      status.textContent = "";
      var request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", function (step) {
        if (!step.lengthComputable) { return; }
        var percent = Math.floor(step.loaded / step.total * 100);
        bar.value = percent;
        status.textContent = fill(words.sendingWords, { percent: percent, done: sizeWords(step.loaded), all: sizeWords(step.total) });
      });
      request.upload.addEventListener("load", function () {
        bar.removeAttribute("value");
        status.textContent = words.sent;
      });
      request.addEventListener("load", function () { answered(request); });
      request.addEventListener("error", function () { busy(false); say(words.lost); });
      request.send(body);
    });

    // Coming back with the browser's arrow must not find a locked form.
    window.addEventListener("pageshow", function (event) { if (event.persisted) { busy(false); show(); } });
    show();
  }

  document.addEventListener("DOMContentLoaded", function () {
    Array.prototype.forEach.call(document.querySelectorAll("form[data-sending]"), prepare);
  });
})();
