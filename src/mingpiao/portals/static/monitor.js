// Keeps the figures of 实时监控 fresh: the server tells once a second what has changed. Texts replace texts and
// charts get new figures; no markup is made from data.
"use strict";

(() => {
  const address = document.currentScript.dataset.feed;
  const CHARTS = { "chart.day": "#day-chart [data-chart]", "chart.minutes": "#minutes-chart [data-chart]" };

  function take(changed) {
    for (const [name, text] of Object.entries(changed)) {
      if (CHARTS[name]) {
        const chart = document.querySelector(CHARTS[name]);
        if (!chart) continue;
        chart.dataset.chart = text;
        chart.dispatchEvent(new Event("chart:changed"));
      } else {
        const named = CSS.escape(name);
        document.querySelectorAll(`[data-live="${named}"]`).forEach((place) => { place.textContent = text; });
        document.querySelectorAll(`[data-told="${named}"]`).forEach((place) => { place.setAttribute("aria-label", text); });
        document.querySelectorAll(`[data-shade-of="${named}"]`).forEach((place) => { place.dataset.shade = text; });
      }
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const state = document.getElementById("feed-state");
    const feed = new EventSource(address);
    feed.onmessage = (event) => { state.textContent = ""; take(JSON.parse(event.data)); };
    feed.onerror = () => {
      const over = feed.readyState === EventSource.CLOSED;
      state.textContent = over ? "已停止更新，请刷新页面。" : "连接中断，正在重新连接。";
    };
  });
})();
