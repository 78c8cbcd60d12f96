"use strict";
// The report's behaviour. All data is in the page; text from the board enters by textContent only.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const make = (tag, fields = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), fields);
    node.append(...children);
    return node;
  };
  const count = new Intl.NumberFormat("zh-TW");
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const signed = (x) => (x === null ? "—" : (x < 0 ? "−" : x > 0 ? "+" : "") + Math.abs(x).toFixed(2));

  // The digest's words and its judgement; how sure they are is the interval drawn below them. Unsure ones get no colour.
  const colour = (kind) => (kind === "good" || kind === "bad" ? kind : "none");
  const toneWord = (row) => [data.words[`tone_${row.tone_kind}`], colour(row.tone_kind)];
  const unsure = (row) => row.approval !== null && row.sure === "low";
  const approvalWord = (row) => [data.words[`approval_${row.approval_kind}`], colour(row.approval_colour)];

  const SVG = "http://www.w3.org/2000/svg";
  function interval(low, mid, high, kind) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", `interval ${kind}`);
    svg.setAttribute("width", "92"); svg.setAttribute("height", "12"); svg.setAttribute("viewBox", "0 0 92 12");
    svg.setAttribute("aria-hidden", "true");
    const x = (v) => 46 + 44 * Math.max(-1, Math.min(1, v));
    const line = (x1, y1, x2, y2, width, colour) => {
      const node = document.createElementNS(SVG, "line");
      const set = { x1, y1, x2, y2, "stroke-width": width, stroke: colour };
      for (const [name, value] of Object.entries(set)) node.setAttribute(name, value);
      svg.append(node);
    };
    line(2, 6, 90, 6, 1, css("--line")); line(46, 1, 46, 11, 1, css("--soft"));
    line(x(low), 6, x(high), 6, 3, "currentColor"); line(x(mid), 2, x(mid), 10, 3, "currentColor");
    return svg;
  }

  // -- the week ------------------------------------------------------------------------------------------------------
  // A week that is still running says little: the glance is at the last whole one.
  const at = Math.max(0, data.weeks.findIndex((w) => !w.is_partial));
  const [week, before] = data.weeks.slice(at);
  const moodNote = (w) => (w.mood === null ? "" : `${w.usual === null ? "" : `平常 ${signed(w.usual)}；`}95% 區間 ${signed(w.mood_low)} 到 ${signed(w.mood_high)}`);
  const tile = (name, value, small) => make("div", {}, make("dt", { textContent: name }), make("dd", {}, value, make("small", { textContent: small })));
  if (week) {
    const change = week.volume_change === null ? null : Math.round(100 * week.volume_change);
    $("glance-title").textContent = `${week.iso_week}${week.is_partial ? "（這週還沒結束）" : ""}`;
    $("glance").append(
      tile("新聞", count.format(week.news_posts), before ? `前一週 ${count.format(before.news_posts)}` : "沒有前一週可比"),
      tile("推文", count.format(week.comments), change === null ? "沒有前一週可比" : `比前一週同期 ${change > 0 ? "▲" : change < 0 ? "▼" : ""}${Math.abs(change)}%`),
      tile("發言的人", count.format(week.users), `${count.format(week.posts)} 篇文`),
      week.few ? tile("心情", data.words.mood_few, "") : tile("心情", signed(week.mood), moodNote(week)),
    );
  }

  // -- charts --------------------------------------------------------------------------------------------------------
  const DAY = 86400, charts = [];
  // Figures are of days: no tick between two of them. Months and years as uPlot counts them.
  const DAYS = [1, 2, 3, 4, 5, 7, 10, 15, 30, 60, 90, 120, 180, 365, 730, 1825, 3650].map((days) => days * DAY);
  // Few days stand in the middle of a week, unless the reader zooms in. (Of one day alone uPlot would make three years.)
  function span(u, low, high) {
    const xs = u.data[0], first = xs[0], last = xs[xs.length - 1], lacking = (6 * DAY - (last - first)) / 2;
    const whole = xs.length === 1 || (low === first && high === last);
    return whole && lacking > 0 ? [first - lacking, last + lacking] : [low, high];
  }
  function draw(holder, series, values, options = {}) {
    const old = charts.findIndex((entry) => entry.holder === holder);
    if (old >= 0) charts.splice(old, 1)[0].plot.destroy();
    if (!values[0].length) { holder.replaceChildren(make("p", { className: "note", textContent: "沒有資料" })); return; }
    holder.replaceChildren();
    const axis = { stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line") } };
    const plot = new uPlot({
      width: holder.clientWidth - 16, height: options.height || 260, cursor: { drag: { x: true, y: false } },
      scales: { x: options.time === false ? { time: false } : { time: true, range: span }, mood: { range: [-1, 1] }, volume: { range: (u, low, high) => [0, Math.max(1, high) * 1.6] } },
      axes: [
        { ...axis, ...(options.xAxis || { incrs: DAYS, values: [[DAY * 28, "{M}月"], [DAY, "{M}/{D}"]] }) },
        { ...axis, scale: "mood", size: 44 }, ...(options.volume ? [{ ...axis, scale: "volume", side: 1, grid: { show: false }, size: 56 }] : []),
      ],
      series: [{ label: options.xLabel || "日期", value: options.xValue || "{YYYY}/{M}/{D}" }, ...series],
      bands: options.bands || [],
    }, values, holder);
    charts.push({ holder, plot });
  }
  addEventListener("resize", () => charts.forEach(({ holder, plot }) => plot.setSize({ width: holder.clientWidth - 16, height: plot.height })));

  const stamp = (day) => Date.UTC(...day.split("-").map((part, i) => Number(part) - (i === 1 ? 1 : 0))) / 1000 + new Date().getTimezoneOffset() * 60;
  function moodChart(holder, rows, usual = []) {
    const show = (u, v) => (v === null || v === undefined ? "—" : signed(v));
    const edge = { scale: "mood", stroke: "transparent", points: { show: false }, value: show };
    draw(holder, [
      { label: "心情", scale: "mood", stroke: css("--good"), width: 2, points: { size: 6 }, value: show },
      { ...edge, label: "上限" }, { ...edge, label: "下限" },
      { label: "推文", scale: "volume", stroke: css("--soft"), fill: `color-mix(in srgb, ${css("--soft")} 22%, transparent)`, paths: uPlot.paths.bars({ size: [0.6, 40] }), points: { show: false }, value: (u, v) => (v === null || v === undefined ? "—" : count.format(v)) },
      ...usual.map(() => ({ label: "平常", scale: "mood", stroke: css("--soft"), width: 2, dash: [6, 5], paths: uPlot.paths.stepped({ align: 1 }), points: { show: false }, value: show })),
    ], [rows.map((r) => stamp(r.day)), rows.map((r) => r.mood), rows.map((r) => r.mood_high), rows.map((r) => r.mood_low), rows.map((r) => r.comments), ...usual],
    { volume: true, bands: [{ series: [2, 3], fill: `color-mix(in srgb, ${css("--good")} 18%, transparent)` }] });
  }
  const drawDays = () => moodChart($("days"), data.days, [data.days.map((r) => r.usual)]);
  drawDays();

  // -- news ----------------------------------------------------------------------------------------------------------
  const PAGE = 50;
  const view = { key: "posted", down: true, shown: PAGE, rows: data.news };
  for (const row of data.news) {
    row.about = [row.source_domain, ...(row.symbols || []).map((symbol) => `${symbol} ${data.names[symbol]}`.trim())].filter(Boolean);
    row.text = [row.title, ...row.about].join(" ").toLowerCase();
  }

  function refresh() {
    const wanted = $("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const least = Number($("voters").value) || 0;
    const order = (a, b) => {
      const x = a[view.key], y = b[view.key];
      if (x === null || y === null) return (x === null) - (y === null);
      const by = typeof x === "string" ? (x < y ? -1 : x > y ? 1 : 0) : x - y;
      return view.down ? -by : by;
    };
    view.rows = data.news.filter((row) => (row.voters || 0) >= least && wanted.every((word) => row.text.includes(word))).sort(order);
    $("found").textContent = `${count.format(view.rows.length)} 篇，共 ${count.format(data.news.length)} 篇`;
    $("news").tBodies[0].replaceChildren(...view.rows.slice(0, view.shown).map(newsRow));
    $("more").hidden = view.shown >= view.rows.length;
    for (const th of document.querySelectorAll("#news th")) {
      const mine = th.firstElementChild.dataset.key === view.key;
      if (mine) th.setAttribute("aria-sort", view.down ? "descending" : "ascending"); else th.removeAttribute("aria-sort");
    }
  }
  function newsRow(row) {
    const [approval, approvalKind] = approvalWord(row), [tone, toneKind] = toneWord(row);
    const title = make("button", { type: "button", className: "open", dir: "auto", textContent: row.title });
    title.addEventListener("click", () => openThread(row));
    const cell = make("td", {}, make("span", { className: `word ${approvalKind}`, textContent: approval }));
    if (row.approval !== null) {
      cell.append(interval(row.approval_low, row.approval, row.approval_high, approvalKind));
      if (unsure(row)) cell.append(make("div", { className: "note", textContent: data.words.sure_low }));
      cell.title = `${signed(row.approval)}（95% 區間 ${signed(row.approval_low)} 到 ${signed(row.approval_high)}），${row.voters} 人投票`;
    }
    const number = (value, extraClass = "") => make("td", { className: `number ${extraClass}`, textContent: value === null ? "—" : count.format(value) });
    return make("tr", {},
      make("td", { className: "when", textContent: row.posted.slice(5) }),
      make("td", {}, title, make("div", { className: "note about" }, ...row.about.map((textContent) => make("span", { textContent })))),
      number(row.push_count, "optional"), number(row.boo_count, "optional"), number(row.voters), cell,
      make("td", { title: signed(row.news_tone) }, make("span", { className: `word ${toneKind}`, textContent: tone })),
      make("td", { className: "number optional", textContent: signed(row.mood), title: row.mood === null ? "" : `95% 區間 ${signed(row.mood_low)} 到 ${signed(row.mood_high)}` }));
  }
  for (const button of document.querySelectorAll("#news th button")) {
    button.addEventListener("click", () => {
      view.down = view.key === button.dataset.key ? !view.down : button.dataset.key !== "title";
      view.key = button.dataset.key; view.shown = PAGE; refresh();
    });
  }
  for (const id of ["search", "voters"]) $(id).addEventListener("input", () => { view.shown = PAGE; refresh(); });
  $("more").addEventListener("click", () => { view.shown += PAGE; refresh(); });

  // -- one thread ----------------------------------------------------------------------------------------------------
  const unpacked = new Map();
  async function commentsOf(row) {
    const pack = data.thread_packs[row.pack];
    if (!unpacked.has(row.pack)) {
      const bytes = Uint8Array.from(atob(pack), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      unpacked.set(row.pack, JSON.parse(await new Response(stream).text()));
    }
    return unpacked.get(row.pack)[`${row.board}/${row.post_id}`] || [];
  }
  // approval after each vote: one vote a user (the last that is no arrow), theta by Newton steps, as in docs/method.md.
  function runningApproval(comments) {
    const votes = new Map(), curve = [];
    let theta = 0;
    for (const [, vote, user, , minutes, , habit] of comments) {
      if (!vote || habit === null || minutes === null) continue;
      votes.set(user, [vote > 0 ? 1 : 0, Math.log(habit / (1 - habit))]);
      for (let round = 0; round < 50; round++) {
        let gradient = -theta / data.tau ** 2, information = 1 / data.tau ** 2;
        for (const [y, offset] of votes.values()) {
          const q = 1 / (1 + Math.exp(-(offset + theta)));
          gradient += y - q; information += q * (1 - q);
        }
        const step = Math.max(-2, Math.min(2, gradient / information));
        theta += step;
        if (Math.abs(step) < 1e-6) break;
      }
      curve.push([minutes, Math.tanh(theta / 2), votes.size]);
    }
    return curve;
  }
  async function openThread(row) {
    const comments = await commentsOf(row);
    const curve = runningApproval(comments);
    $("thread-title").replaceChildren(make("a", { href: row.url.startsWith("https://www.ptt.cc/") ? row.url : "#", rel: "noopener noreferrer", dir: "auto", textContent: row.title }));
    $("thread-note").textContent = `${row.posted}　推 ${row.push_count}　噓 ${row.boo_count}　→ ${row.arrow_count}　${row.voters || 0} 人投票　買單程度 ${signed(row.approval)}`;
    $("comments").replaceChildren(...comments.map(([, vote, , text, minutes]) => make("li", {},
      make("span", { className: vote > 0 ? "good" : vote < 0 ? "bad" : "none", textContent: vote > 0 ? "推" : vote < 0 ? "噓" : "→" }),
      make("span", { dir: "auto", textContent: text || "" }),
      make("span", { className: "at", textContent: minutes === null ? "" : minutes < 120 ? `${Math.round(minutes)} 分` : `${(minutes / 60).toFixed(1)} 小時` }))));
    $("thread").showModal();
    $("thread").dataset.approval = curve.length ? curve[curve.length - 1][1].toFixed(6) : "";
    const hours = (m) => (m < 120 ? `${Math.round(m)} 分` : `${(m / 60).toFixed(1)} 時`);
    draw($("thread-chart"), [{ label: "買單程度", scale: "mood", stroke: css("--good"), width: 2, value: (u, v) => (v === null || v === undefined ? "—" : signed(v)) }],
      [curve.map((c) => c[0]), curve.map((c) => c[1])],
      { time: false, height: 200, xLabel: "發文後", xValue: (u, v) => (v === null || v === undefined ? "—" : hours(v)), xAxis: { values: (u, ticks) => ticks.map(hours) } });
  }
  $("close").addEventListener("click", () => $("thread").close());

  // -- one stock -----------------------------------------------------------------------------------------------------
  for (const stock of data.stocks) $("stock").append(make("option", { value: stock.symbol, textContent: `${stock.symbol} ${stock.name}` }));
  function showStock() {
    const stock = data.stocks.find((one) => one.symbol === $("stock").value);
    if (!stock) { $("stock-chart").replaceChildren(make("p", { className: "note", textContent: "沒有提到任何股票" })); return; }
    moodChart($("stock-chart"), stock.sessions);
    $("stock-note").textContent = `${stock.sessions.length} 個交易日，${count.format(stock.sessions.reduce((sum, day) => sum + day.comments, 0))} 則推文提到；心情的區間寬，就是說的人少。`;
  }
  $("stock").addEventListener("change", showStock);

  refresh(); showStock();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { drawDays(); showStock(); refresh(); });
  document.documentElement.dataset.ready = "yes";
})();
