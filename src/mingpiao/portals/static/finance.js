// Draws the charts of the finance pages. Each has its figures in a table too, so that nothing is lost
// where they cannot be drawn. Tips are drawn into the picture: no markup is made from data.
"use strict";

(() => {
  const BLUE = "#1d4f91";
  const PALE = "#b9cde5";
  const TEXT = "#4a5869";
  const ROW_HEIGHT = 30;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const grouped = (value) => value.toLocaleString("zh-CN", { maximumFractionDigits: 2 });
  const short = (value) =>
    value >= 1e8 ? `${grouped(value / 1e8)}亿` : value >= 1e4 ? `${grouped(value / 1e4)}万` : grouped(value);

  const shared = (data) => ({
    animation: !still,
    textStyle: { fontFamily: "inherit", color: TEXT },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      valueFormatter: (value) => `${grouped(value)} ${data.unit}`,
    },
  });

  function trend(data) {
    const average = data.average === null ? {} : {
      markLine: {
        silent: true,
        symbol: "none",
        label: { show: false },
        lineStyle: { color: TEXT, type: "dashed" },
        data: [{ yAxis: data.average, name: "日均" }],
      },
    };
    return {
      ...shared(data),
      grid: { left: 4, right: 20, top: 8, bottom: 4, containLabel: true },
      xAxis: { type: "category", boundaryGap: false, data: data.labels, axisTick: { show: false } },
      yAxis: { type: "value", splitNumber: 2, minInterval: data.unit === "份" ? 1 : 0, axisLabel: { formatter: short } },
      series: [{
        type: "line",
        data: data.values,
        showSymbol: false,
        lineStyle: { color: BLUE, width: 2 },
        itemStyle: { color: BLUE },
        areaStyle: { color: PALE, opacity: 0.6 },
        ...average,
      }],
    };
  }

  function bars(data, width) {
    const series = [{
      name: data.name ?? "当日",
      type: "bar",
      barMaxWidth: 16,
      data: data.values,
      itemStyle: { color: BLUE },
      label: { show: true, position: "right", formatter: (point) => short(point.value) },
    }];
    if (data.averages !== null) {
      series.push({ name: "此前日均", type: "bar", barMaxWidth: 16, data: data.averages, itemStyle: { color: PALE } });
    }
    return {
      ...shared(data),
      legend: { show: series.length > 1, top: 0, right: 0 },
      grid: { left: 4, right: 48, top: series.length > 1 ? 32 : 8, bottom: 4, containLabel: true },
      xAxis: { type: "value", minInterval: 1, splitNumber: 4, axisLabel: { formatter: short } },
      yAxis: {
        type: "category",
        inverse: true,
        data: data.labels,
        axisTick: { show: false },
        axisLabel: { width: Math.min(180, width * 0.36), overflow: "break", lineHeight: 13, interval: 0 },
      },
      series,
    };
  }

  function columns(data) {
    return {
      ...shared(data),
      grid: { left: 4, right: 20, top: 24, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.labels, axisTick: { show: false } },
      yAxis: { type: "value", splitNumber: 3, minInterval: 1, axisLabel: { formatter: short } },
      series: [{
        name: data.name,
        type: "bar",
        barMaxWidth: 40,
        data: data.values,
        itemStyle: { color: BLUE },
        label: { show: data.labels.length <= 12, position: "top", formatter: (point) => short(point.value) },
      }],
    };
  }

  // Today's line over the band in which the middle half of past weeks lies.
  function usual(data) {
    const edge = { type: "line", stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true, tooltip: { show: false } };
    const width = data.high.map((high, place) => (high === null ? null : high - data.low[place]));
    return {
      ...shared(data),
      grid: { left: 4, right: 20, top: 32, bottom: 4, containLabel: true },
      legend: { top: 0, right: 0, data: ["今天", "常值"] },
      xAxis: { type: "category", boundaryGap: false, data: data.labels, axisTick: { show: false } },
      yAxis: { type: "value", splitNumber: 3, minInterval: 1, axisLabel: { formatter: short } },
      series: [
        { ...edge, data: data.low },
        { ...edge, data: width, areaStyle: { color: PALE, opacity: 0.6 } },
        { name: "常值", type: "line", data: data.middle, symbol: "none", itemStyle: { color: TEXT }, lineStyle: { color: TEXT, type: "dashed", width: 1 } },
        { name: "今天", type: "line", data: data.values, showSymbol: false, itemStyle: { color: BLUE }, lineStyle: { color: BLUE, width: 2 } },
      ],
    };
  }

  function draw(element) {
    const data = JSON.parse(element.dataset.chart);
    if (data.type === "bars") {
      element.style.height = `${Math.max(3, data.labels.length) * ROW_HEIGHT + 60}px`;
    }
    const chart = window.echarts.init(element);
    const kinds = { bars, columns, trend, usual };
    const show = (fresh) => chart.setOption((kinds[fresh.type] ?? trend)(fresh, element.clientWidth));
    show(data);
    element.addEventListener("chart:changed", () => show(JSON.parse(element.dataset.chart)));
    new ResizeObserver(() => chart.resize()).observe(element);
  }

  // The library is large: it is fetched once, when the first chart comes near the window.
  const address = document.currentScript.dataset.library;
  let library = null;
  const load = () => library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: resolve, onerror: reject });
    document.head.append(script);
  });

  document.addEventListener("DOMContentLoaded", () => {
    const watcher = new IntersectionObserver((entries) => {
      entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => {
        watcher.unobserve(target);
        load().then(() => draw(target), () => target.remove());
      });
    }, { rootMargin: "200px" });
    document.querySelectorAll("[data-chart]").forEach((element) => watcher.observe(element));
  });
})();
