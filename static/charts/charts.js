/* Draws the charts of a page from the JSON beside them. One grammar: plan = outline, actual = solid, last year = thin grey, 时序 = dashed.
   Colours are the page's own tokens, so that light, dark and paper follow by themselves. Values and their texts come ready: nothing is
   rounded here. Tooltips are drawn as text, never as HTML, and pictures as SVG: the page's policy forbids styles in place. */
(function () {
  "use strict";
  var NARROW = 520, ROW = 30, PAPER = 680, still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var type = getComputedStyle(document.documentElement).getPropertyValue("--type").trim().replace(/"/g, "'");

  // The token itself, not its value of now: the browser looks it up again for dark and for paper.
  function token(name) { return "var(--" + name + ")"; }
  function words(colour, size, weight) { return { color: colour, fontFamily: type, fontSize: size || 12, fontWeight: weight || "normal" }; }

  var look = {
    plan: { itemStyle: { color: "transparent", borderColor: token("ink-3"), borderWidth: 1.25 } },
    actual: { itemStyle: { color: token("accent") } },
    part: { itemStyle: { color: token("bar") } },
    last: { lineStyle: { color: token("ink-3"), width: 1 }, itemStyle: { color: token("ink-3") } },
    due: { lineStyle: { color: token("ink-2"), width: 1.5, type: "dashed" }, itemStyle: { color: token("ink-2") } }
  };
  function isLine(one) { return one.role === "last" || one.role === "due"; }

  function lastKnown(values) {
    for (var at = values.length - 1; at >= 0; at -= 1) { if (values[at] !== null) { return at; } }
    return -1;
  }

  function axisOf(values) {
    return {
      axisLine: { lineStyle: { color: token("line-strong") } }, axisTick: { show: false }, splitLine: { lineStyle: { color: token("line") } },
      axisLabel: Object.assign(words(token("ink-3"), 11), values ? { hideOverlap: true } : {})
    };
  }

  // Words beside a bar, above every line and on a piece of paper of their own. Each: where, the words, on which side, how heavy.
  function labels(points) {
    return {
      type: "scatter", symbolSize: 0.5, z: 9, silent: true, itemStyle: { color: "transparent", opacity: 1 }, emphasis: { disabled: true },
      data: points.map(function (point) {
        var label = Object.assign({ show: true, position: point.side, formatter: point.text, backgroundColor: token("paper"), padding: [1, 3], distance: 2 }, words(token("ink"), 11, point.weight));
        return { value: point.at, label: label };
      })
    };
  }

  function drawnSeries(spec) { return spec.series.filter(function (one) { return one.role !== "aside"; }); }

  function tooltip(spec, box) {
    return {
      trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow", shadowStyle: { color: token("hover"), opacity: 0.6 } },
      backgroundColor: token("paper"), borderColor: token("line-strong"), borderWidth: 1, textStyle: words(token("ink"), box.clientWidth < NARROW ? 11 : 12),
      formatter: function (points) {
        var at = points[0].dataIndex;
        var told = spec.series.filter(function (one) { return one.texts[at] !== "—" && (one.values[at] !== null || one.role === "aside"); });
        var lines = told.map(function (one) { return one.name + "  " + one.texts[at]; });
        if (spec.mark) { lines.push(spec.mark.name + "  " + spec.mark.text); }
        return [spec.labels[at]].concat(lines).join("\n");
      }
    };
  }

  // Months from left to right. The newest value of each series carries its name: a label beside the thing, no legend to look up.
  function columns(spec, box) {
    var narrow = box.clientWidth < NARROW;
    var solid = drawnSeries(spec).filter(function (one) { return one.role === "actual" || one.role === "part"; });
    var told = [];
    var series = drawnSeries(spec).map(function (one) {
      var at = lastKnown(one.values);
      if (isLine(one)) {
        return Object.assign({
          type: "line", name: one.name, data: one.values, symbol: "none", connectNulls: false, z: one.role === "due" ? 5 : 4, emphasis: { disabled: true },
          endLabel: Object.assign({ show: at >= 0 && !narrow, formatter: one.name, distance: 6 }, words(token("ink-2"), 11))
        }, look[one.role]);
      }
      var beside = one.role === "actual" && solid.length > 1; // of two solids the right one has its words to the right
      if (at >= 0 && !narrow) { told.push({ at: [at, one.values[at]], text: one.name + " " + one.texts[at], side: beside ? "right" : "top", weight: 600 }); }
      return Object.assign({
        type: "bar", name: one.name, z: one.role === "plan" ? 2 : 3, emphasis: { disabled: true }, data: one.values,
        barWidth: one.role === "plan" ? "62%" : (solid.length > 1 ? "24%" : "44%"), xAxisIndex: one.role === "plan" ? 1 : 0
      }, look[one.role]);
    });
    return {
      grid: { left: 8, right: narrow ? 12 : 96, top: 26, bottom: 6, containLabel: true },
      xAxis: [
        Object.assign(axisOf(), { type: "category", data: spec.labels, splitLine: { show: false } }),
        { type: "category", data: spec.labels, show: false }
      ],
      yAxis: Object.assign(axisOf(true), { type: "value", name: spec.unit, nameTextStyle: Object.assign(words(token("ink-3"), 11), { align: "right" }), axisLine: { show: false }, splitNumber: 4 }),
      series: series.concat(labels(told))
    };
  }

  // Names from top to bottom; every bar says its own figure.
  function bars(spec, box) {
    var narrow = box.clientWidth < NARROW;
    var told = [];
    var series = drawnSeries(spec).map(function (one) {
      one.values.forEach(function (value, at) { if (value !== null) { told.push({ at: [value, at], text: one.texts[at], side: "right" }); } });
      return Object.assign({
        type: "bar", name: one.name, data: one.values, barWidth: 14, barGap: "-100%", z: one.role === "plan" ? 2 : 3, emphasis: { disabled: true }
      }, look[one.role]);
    });
    if (spec.mark && series.length) {
      series[series.length - 1].markLine = {
        silent: true, symbol: "none", animation: false, data: [{ xAxis: spec.mark.value }], lineStyle: look.due.lineStyle,
        label: Object.assign({ formatter: spec.mark.name + " " + spec.mark.text, position: "start" }, words(token("ink-2"), 11))
      };
    }
    return {
      grid: { left: 8, right: narrow ? 46 : 60, top: spec.mark ? 22 : 6, bottom: 6, containLabel: true },
      xAxis: Object.assign(axisOf(true), { type: "value", axisLine: { show: false }, splitNumber: narrow ? 3 : 5, axisLabel: Object.assign(words(token("ink-3"), 11), { formatter: spec.unit === "%" ? "{value}%" : "{value}", hideOverlap: true }) }),
      yAxis: Object.assign(axisOf(), {
        type: "category", inverse: true, data: spec.labels,
        axisLabel: Object.assign(words(token("ink"), 12), { width: narrow ? 96 : 150, overflow: "truncate" }), splitLine: { show: false }
      }),
      series: series.concat(labels(told))
    };
  }

  function optionOf(spec, box) {
    return Object.assign({
      animation: !still, animationDuration: 150, animationDurationUpdate: 0, textStyle: words(token("ink")),
      aria: { enabled: true, label: { description: [spec.title, spec.said].filter(Boolean).join("。") } },
      tooltip: tooltip(spec, box)
    }, spec.shape === "bars" ? bars(spec, box) : columns(spec, box));
  }

  function draw(box) {
    var spec = JSON.parse(document.getElementById(box.dataset.drawn).textContent);
    if (spec.shape === "bars") { box.style.height = (spec.labels.length * ROW + 52) + "px"; }
    var chart = window.echarts.init(box, null, { renderer: "svg" });
    box.setAttribute("role", "img");
    chart.setOption(optionOf(spec, box));
    chart.on("click", function (event) { if (spec.hrefs[event.dataIndex]) { window.location.assign(spec.hrefs[event.dataIndex]); } });
    var width = box.clientWidth;
    new ResizeObserver(function () {
      if (box.clientWidth === width || !box.clientWidth) { return; }
      width = box.clientWidth;
      chart.resize({ animation: { duration: 0 } });
      chart.setOption(optionOf(spec, box), { replaceMerge: ["series"] });
    }).observe(box);
    // Paper is narrower than the screen. Where the browser prints before it says so, the picture shrinks as a whole.
    function paper(printing) { chart.resize({ width: printing ? Math.min(box.clientWidth, PAPER) : "auto", animation: { duration: 0 } }); }
    chart.on("rendered", function () {
      var picture = box.querySelector("svg");
      if (picture) { picture.setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight()); }
    });
    window.addEventListener("beforeprint", function () { paper(true); });
    window.addEventListener("afterprint", function () { paper(false); });
  }

  if (window.echarts) { Array.prototype.forEach.call(document.querySelectorAll("[data-drawn]"), draw); }
}());
