// A wall: draws what the server says of its scenes, turns them by the clock, and stays right for
// weeks with no hand on it. Everything is mounted once; later answers only change what it says.
(function () {
  "use strict";

  const SECOND = 1000, MINUTE = 60, HOUR = 3600, DAY = 86400;
  const EVERY = 1 * SECOND, AFTER = [1, 2, 4, 6];    // between two questions; after so many failures
  const PATIENCE = 5 * SECOND, LONGER = 20 * SECOND; // for a beat, and for all scenes
  const LOST = 5;                                    // seconds without an answer that are told
  const TROUBLED = 60, STUCK = 3, RESTED = 300, LONG_UP = 12 * HOUR, HELD = 60;
  const MET = 2000;            // red warnings that are remembered when they are open no more
  const LETTER = 0.0084;       // 1.4 × 0.006: of a letter's height to the distance it is read from
  const ROOT = 45, SMALLEST = 70, LARGEST = 26;      // so many lines the shorter side has
  const TILE = [17, 7.6], PICTURE = [27, 15], NUMBERS = 54, PANE = [31, 60], MOST = 9;  // in rem
  const GROWN = [1.75, 1.5, 1.25, 1];                // how large a list is written that has room
  const NAMED = [4, 1.45];     // rem beside the names of bars, and for each

  const root = document.documentElement, set = root.dataset;
  const said = JSON.parse(set.said);
  const asked = new URLSearchParams(location.search);
  const find = (what, where = document) => where.querySelector(what);
  const main = find("main");

  let data = null;             // the last answer about all scenes
  let scenes = [];             // what is mounted: { at, tiles, pictures }
  let shown = -1, forced = null, held = null, heldUntil = 0;
  let offset = 0;              // the server's clock less this one's, ms
  let seen = 0, failures = 0, why = "net", faults = 0, told = 0, frame = 0;
  let asking = false, timer = 0, again = 0, wanted = "", newer = "", message = null;
  const began = Date.now();

  const now = () => (Date.now() + offset) / SECOND;
  const say = (word, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), said[word]);

  function put(node, text) {
    const next = String(text ?? "");
    if (node.textContent !== next) node.textContent = next;
    return node;
  }

  function make(tag, cls, parent, text) {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  }

  // ── The server ────────────────────────────────────────────────────────────────────────────────

  class Refusal extends Error {
    constructor(status) { super(`status ${status}`); this.status = status; }
  }

  async function get(address, patience, how = {}) {
    const stop = new AbortController();
    const bell = setTimeout(() => stop.abort(), patience);
    try {
      const answer = await fetch(address, { ...how, signal: stop.signal, cache: "no-store" });
      const at = Date.parse(answer.headers.get("Date"));
      if (at && Math.abs(at + 500 - Date.now() - offset) > 1500) offset = at + 500 - Date.now();
      if (!answer.ok) throw new Refusal(answer.status);
      return await answer.json();
    } catch (trouble) {
      if (trouble instanceof Refusal) throw trouble;
      throw Object.assign(new Error(trouble), { why: stop.signal.aborted ? "slow" : "net" });
    } finally {
      clearTimeout(bell);
    }
  }

  function beat() {
    if (set.device === undefined) return get("/api/version", PATIENCE);
    const secret = document.cookie.match(/(?:^|; )_csrf_token=([^;]*)/);
    const body = {
      scene: data && data.scenes[shown] ? data.scenes[shown].number : 0, snapshot: data ? data.snapshot : null,
      heap: performance.memory ? performance.memory.usedJSHeapSize : null,
      frame, build: set.build, errors: told,
    };
    return get("/api/beat", PATIENCE, {
      method: "POST", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-CSRFToken": secret ? decodeURIComponent(secret[1]) : "" },
    });
  }

  async function poll() {
    clearTimeout(timer);
    if (asking) return;
    asking = true;
    try {
      const answer = await beat();
      obey(answer);
      if (answer.snapshot && (wanted !== source(answer.snapshot) || (again && now() > again))) {
        await fetchScenes(answer.snapshot);
      }
      heard();
      if (answer.build !== set.build || faults >= STUCK) reload(answer.build);
    } catch (trouble) {
      failed(trouble);
    } finally {
      performance.clearResourceTimings();  // the browser keeps a note of every request
      asking = false;
      const usual = failures ? AFTER[Math.min(failures, AFTER.length) - 1] * SECOND : EVERY;
      timer = setTimeout(poll, usual * (0.8 + 0.4 * Math.random()));
    }
  }

  const source = (snapshot) => `${set.wall}/${set.place}?${snapshot}`;

  async function fetchScenes(snapshot) {
    const address = source(snapshot);
    const language = `lang=${encodeURIComponent(set.language)}`;
    const answer = await get(`/api/wall/${encodeURIComponent(set.wall)}/${set.place}?${language}`,
      LONGER, data ? { headers: { "X-Renewal": "1" } } : {});
    take(answer);
    wanted = address;
    again = answer.fleeting ? now() + TROUBLED : 0;
  }

  function heard() {
    failures = 0;
    seen = now();
    set.link = "up";
  }

  function failed(trouble) {
    if (trouble.status === 401) return gone();
    failures += 1;
    const { status } = trouble;
    if (status || trouble.why) {
      why = trouble.why || (status >= 500 ? "fault" : "right");
      return lose();
    }
    told += 1;                  // a fault of ours: what was drawn before stays
    faults += 1;
    console.warn(trouble);
    if (faults >= STUCK) reload(set.build);
  }

  // Whoever does not see the wall's place any more gets no picture either.
  function gone() {
    if (set.device !== undefined) location.replace("/wall" + location.search);
    else location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }

  function lose() {
    if (now() - seen > LOST || why === "right") set.link = "lost";
  }

  // What somebody said from afar to this display.
  function obey(answer) {
    if (set.device === undefined) return;
    if (answer.revoked) return gone();
    if (answer.wall) set.wall = answer.wall;
    if (answer.place) set.place = answer.place.split("/").map(encodeURIComponent).join("/");
    if (answer.name !== undefined) set.device = answer.name;
    forced = Number.isInteger(answer.scene) ? answer.scene : null;
    message = answer.message || null;
    find(".blank").hidden = !answer.blank;
    turn();
  }

  // Only while the server answers, and not again at once: of two servers one may still be old.
  function reload(build) {
    const last = JSON.parse(sessionStorage.getItem("wall-reload") || "null");
    if (last && last.build === build && Math.abs(now() - last.at) < RESTED) return;
    sessionStorage.setItem("wall-reload", JSON.stringify({ build, at: now() }));
    location.reload();
  }

  // ── What is drawn ─────────────────────────────────────────────────────────────────────────────

  function take(answer) {
    const before = data;
    data = answer;
    set.snapshot = answer.snapshot;
    const shape = (one) => JSON.stringify([set.wall, one.scenes.map((scene) => [
      scene.name, scene.template, scene.tiles.map((tile) => tile.key),
      scene.pictures.map((each) => [each.key, each.kind]),
    ])]);
    if (!before || newer !== shape(answer)) {
      newer = shape(answer);
      mount();
    }
    answer.scenes.forEach((scene, number) => fill(scenes[number], scene));
    head();
    red();
    arrange();
    turn();
    faults = 0;
  }

  function mount() {
    for (const scene of scenes) for (const one of scene.pictures) if (one.drawn) Plotly.purge(one.canvas);
    main.replaceChildren();
    shown = -1;
    scenes = data.scenes.map((scene) => {
      const at = make("section", `scene of-${scene.template}`, main);
      const tiles = scene.tiles.length ? make("div", "sums", at) : null;
      const pictures = scene.pictures.length ? make("div", "panes", at) : null;
      return {
        at, template: scene.template,
        tiles: scene.tiles.map((tile) => mountTile(tile, tiles)),
        pictures: scene.pictures.map((one) => mountPicture(one, pictures)),
      };
    });
    const steps = find(".dots");
    steps.replaceChildren(...scenes.map(() => make("li")));
    steps.hidden = scenes.length < 2;
  }

  function mountTile(tile, parent) {
    const at = make("article", "sum", parent);
    at.dataset.metric = tile.key;
    const title = make("h3", "", at), value = make("p", "value", at);
    const judged = make("p", "line", at), moved = make("p", "line", at), parts = make("p", "line quiet", at);
    return {
      at, shape: make("span", "shape", title), title: make("span", "", title),
      number: make("span", "number", value), unit: make("span", "unit", value),
      verdict: make("span", "verdict", judged), goal: make("span", "quiet", judged),
      change: make("span", "change", moved), rank: make("span", "quiet", moved),
      asOf: make("span", "", parts), parts: make("span", "", parts), open: make("span", "", parts),
    };
  }

  function mountPicture(one, parent) {
    const at = make("article", `pane of-${one.kind}`, parent);
    at.dataset.picture = one.key;
    const found = { at, kind: one.kind, title: make("h3", "", at), note: make("p", "note quiet", at) };
    if (one.kind === "figure") {
      found.canvas = make("div", `canvas ${one.paint}`, at);
    } else if (one.kind === "list") {
      found.list = make("ol", "listed", at);
      found.lines = [];
    } else {
      found.list = make("table", "", at);
      found.lines = [];
    }
    found.nothing = make("p", "nothing", at, say("wall_nothing"));
    return found;
  }

  function fill(scene, told) {
    told.tiles.forEach((tile, number) => fillTile(scene.tiles[number], tile));
    told.pictures.forEach((one, number) => fillPicture(scene.pictures[number], one));
  }

  function fillTile(at, tile) {
    put(at.shape, tile.shape);
    put(at.title, tile.title);
    put(at.number, tile.value);
    put(at.unit, tile.unit);
    put(at.verdict, tile.verdict).dataset.found = tile.found;
    put(at.goal, tile.goal);
    put(at.change, tile.change).dataset.changed = tile.changed;
    put(at.rank, tile.rank);
    put(at.parts, tile.parts);
    put(at.open, tile.left_open);
    put(at.asOf, tile.as_of);
    at.at.dataset.colour = tile.colour;
    at.at.style.setProperty("--letters", wide(tile.value) + 0.5 * wide(tile.unit) + 0.6);
  }

  // How many halves of a square a text takes.
  function wide(text) {
    return [...String(text)].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 2 : ",.".includes(letter) ? 0.6 : 1.15), 0);
  }

  function fillPicture(at, one) {
    put(at.title, one.title);
    put(at.note, one.note);
    at.empty = one.kind !== "figure" && !one.lines.length;
    at.nothing.hidden = !at.empty;
    if (at.list) at.list.hidden = !at.nothing.hidden;
    if (one.kind === "figure") {
      const text = JSON.stringify(one.figure);
      if (text !== at.text) { at.text = text; at.due = true; }
    } else if (one.kind === "list") fillLines(at, one.lines);
    else fillTable(at, [one.heads, ...one.lines]);
  }

  function fillLines(at, lines) {
    while (at.lines.length < lines.length) {
      const line = make("li", "", at.list);
      at.lines.push({
        at: line, name: make("b", "", line), said: make("strong", "", line),
        bar: make("span", "", make("span", "length", line)), more: make("small", "", line),
      });
    }
    at.lines.forEach((line, number) => {
      const one = lines[number];
      line.known = Boolean(one);
      if (!one) return;
      put(line.name, one.name);
      put(line.said, one.said);
      put(line.more, one.more);
      line.bar.style.width = `${Math.max(one.length, 0.01) * 100}%`;
    });
  }

  function fillTable(at, rows) {
    while (at.lines.length < rows.length) {
      const line = make("tr", "", at.list);
      at.lines.push({ at: line, cells: rows[0].map(() => make(at.lines.length ? "td" : "th", "", line)) });
    }
    at.lines.forEach((line, number) => {
      line.known = number < rows.length;
      if (line.known) line.cells.forEach((cell, column) => put(cell, rows[number][column]));
    });
  }

  function head() {
    put(find("h1"), data.name);
    put(find(".rung"), data.brain);
    const demo = put(find(".demo"), data.demo);
    demo.hidden = !data.demo;
    const list = find(".burning");
    while (list.children.length > data.burning.length) list.lastChild.remove();
    data.burning.forEach((one, number) => {
      const item = list.children[number] || make("li", "", list);
      if (!item.children.length) { make("span", "shape", item); make("span", "word", item); make("strong", "", item); }
      put(item.children[0], one.shape);
      put(item.children[1], one.word);
      put(item.children[2], one.said);
      item.dataset.colour = one.n ? one.colour : "";
    });
    put(find(".data b"), data.as_of_said);
    document.title = `${data.name} · ${data.title}`;
  }

  // A red warning that this wall has not met calls up its scene for a while. One that it has met
  // calls no more: not after a reload, nor when a snapshot is taken back and comes again.
  function red() {
    const key = `wall-red ${set.wall} ${set.place}`;
    const before = JSON.parse(localStorage.getItem(key) || "null") || { met: data.reds, until: 0 };
    const met = new Set(before.met), open = new Set(data.reds);
    const latest = now() + data.red_seconds;
    redUntil = data.reds.some((one) => !met.has(one)) ? latest : Math.min(before.until, latest);
    const gone = before.met.filter((one) => !open.has(one)).slice(0, MET);
    localStorage.setItem(key, JSON.stringify({ met: [...data.reds, ...gone], until: redUntil }));
  }
  let redUntil = 0;

  // ── Room: how large a letter is, and how much has room ────────────────────────────────────────

  function measure() {
    const wide = innerWidth, high = innerHeight, short = Math.min(wide, high);
    const from = Number(asked.get("distance") || set.distance), up = Number(asked.get("height") || set.height);
    const least = from && up ? LETTER * from / up * high : short / ROOT;
    const size = Math.min(Math.max(least, short / SMALLEST), short / LARGEST);
    root.style.fontSize = `${size.toFixed(2)}px`;
    set.upright = wide < high ? "yes" : "no";
    set.least = least.toFixed(1);
    return size;
  }

  function arrange() {
    const rem = measure();
    const wide = main.clientWidth / rem, high = main.clientHeight / rem;
    for (const scene of scenes) place(scene, wide, high);
  }

  // Pictures with nothing in them give way; where all are so, the numbers have all the room.
  function place(scene, wide, high) {
    const upright = wide < high, tiles = scene.tiles.length;
    const telling = scene.pictures.filter((one) => !one.empty);
    const pictures = telling.length || tiles ? telling : scene.pictures.slice(0, 1);
    let columns = 0, rows = 0, side = 0, pane = PANE[0];
    if (scene.template === "pictures") {
      side = upright ? Math.floor(high / (PICTURE[1] + 4)) : Math.floor(wide / PICTURE[0]);
    } else if (!pictures.length) {
      [columns, rows] = grid(Math.min(tiles, MOST), wide, high);
    } else if (upright) {
      const few = scene.template === "beside" ? 2 : 4;
      columns = Math.min(Math.floor(wide / TILE[0]), tiles);
      rows = Math.min(few, Math.ceil(tiles / columns), Math.floor((high - PICTURE[1]) / TILE[1]));
      side = Math.floor((high - rows * (TILE[1] + 1.5)) / (PICTURE[1] + 2));
    } else if (scene.template === "beside") {
      columns = 1;
      rows = Math.min(tiles, Math.max(1, Math.floor(high / TILE[1])));
      side = Math.floor((wide - TILE[0] - 2) / PICTURE[0]);
    } else {
      side = Math.min(pictures.length, Math.max(0, Math.floor((wide - NUMBERS) / PANE[0])));
      pane = side ? Math.min(PANE[1], (wide - NUMBERS) / side) : 0;
      [columns, rows] = grid(Math.min(tiles, MOST), wide - side * pane, high);
    }
    side = Math.max(scene.template === "numbers" ? 0 : 1, side);
    side = Math.min(side, pictures.length);
    scene.at.style.setProperty("--columns", Math.max(columns, 1));
    scene.at.style.setProperty("--rows", Math.max(rows, 1));
    scene.at.style.setProperty("--side", Math.max(side, 1));
    scene.at.style.setProperty("--pane", `${pane}rem`);
    scene.at.dataset.side = side;
    const fit = Math.min(columns * rows, tiles);
    scene.tiles.forEach((tile, number) => {
      tile.at.hidden = number >= fit;
      tile.at.style.gridColumn = number === fit - 1 ? `span ${columns * rows - fit + 1}` : "";
    });
    scene.pictures.forEach((one) => { one.at.hidden = !pictures.slice(0, side).includes(one); });
    scene.pictures.forEach((one) => {
      if (one.list) room(one);
      one.due = one.due || Boolean(one.canvas && one.at.hidden !== true && one.size !== sizeOf(one));
    });
  }

  // As many columns and rows of numbers as have room: most numbers, fewest gaps, the best shape.
  function grid(many, wide, high) {
    let best = [1, 1], found = -Infinity;
    for (let columns = 1; columns <= Math.max(1, Math.min(many, Math.floor(wide / TILE[0]))); columns += 1) {
      for (let rows = 1; rows <= Math.max(1, Math.floor(high / (TILE[1] + 1))); rows += 1) {
        const places = columns * rows, gaps = Math.max(0, places - many);
        if (gaps >= columns) continue;
        const shape = Math.abs(Math.log(wide / columns / (high / rows) / 1.7));
        const worth = Math.min(places, many) * 2 - gaps * 5 - shape;
        if (worth > found) { found = worth; best = [columns, rows]; }
      }
    }
    return best;
  }

  // A list shows whole lines, as many as have room, and is written larger where all of them have.
  function room(one) {
    if (one.at.hidden) return;
    const known = one.lines.filter((line) => line.known);
    for (const line of one.lines) line.at.hidden = !line.known;
    const box = one.at.getBoundingClientRect(), style = getComputedStyle(one.at);
    const bottom = box.bottom - parseFloat(style.paddingBottom) + 1, right = box.right - parseFloat(style.paddingRight) + 1;
    const fits = (line) => line.at.getBoundingClientRect().bottom <= bottom;
    const whole = (node) => node.scrollWidth <= node.clientWidth + 1 && node.getBoundingClientRect().right <= right;
    for (const size of GROWN) {
      one.list.style.setProperty("--grown", size);
      if (known.every((line) => fits(line) && [...line.at.children].every(whole))) return;
    }
    const over = known.findIndex((line) => !fits(line));
    if (over >= 0) for (const line of known.slice(over)) line.at.hidden = true;
  }

  const sizeOf = (one) => `${one.canvas.clientWidth}x${one.canvas.clientHeight}`;

  function draw(one) {
    one.due = false;
    one.size = sizeOf(one);
    const figure = JSON.parse(one.text), rem = parseFloat(root.style.fontSize), times = rem / 12;
    const layout = figure.layout;
    Object.assign(layout, {
      width: one.canvas.clientWidth, height: one.canvas.clientHeight, autosize: false,
      font: { ...layout.font, size: rem },
    });
    for (const side of Object.keys(layout.margin || {})) layout.margin[side] *= times;
    for (const axis of [layout.xaxis, layout.yaxis]) {
      if (!axis) continue;
      if (axis.ticklen) axis.ticklen *= times;
      if (axis.ticklabelstandoff) axis.ticklabelstandoff *= times;
      if (axis.nticks) axis.nticks = Math.max(3, Math.min(axis.nticks, Math.floor(one.canvas.clientWidth / rem / 5)));
    }
    const down = layout.yaxis, [beside, each] = NAMED;
    if (down && down.tickvals && down.range[0] > down.range[1]) {  // bars: the first that have room
      const high = one.canvas.clientHeight / rem - beside;
      down.range[0] = Math.min(down.range[0], Math.max(1, Math.floor(high / each)) - 0.4);
    }
    for (const trace of figure.data) {
      if (trace.line && trace.line.width) trace.line.width *= times;
      if (trace.marker && trace.marker.size > 0) trace.marker.size *= times;
      if (trace.node) { trace.node.pad *= times; trace.node.thickness *= times; }
    }
    Plotly.react(one.canvas, figure.data, layout, { staticPlot: true, displayModeBar: false, responsive: false });
    one.drawn = true;
  }

  // What is seen at once, then one more each second: nobody waits for what is hidden.
  function paint() {
    const due = (scene) => scene.pictures.filter((one) => one.due && one.text && !one.at.hidden);
    if (scenes[shown]) for (const one of due(scenes[shown])) draw(one);
    const later = scenes.flatMap(due)[0];
    if (later) draw(later);
  }

  // ── Time ──────────────────────────────────────────────────────────────────────────────────────

  // The same scene on every screen at the same moment, and after a reload.
  function byClock() {
    const lengths = data.scenes.map((scene) => scene.dwell);
    let into = Math.floor(now()) % lengths.reduce((sum, one) => sum + one, 0);
    return lengths.findIndex((one) => (into -= one) < 0);
  }

  function turn() {
    if (!data || !scenes.length) return;
    if (held !== null && now() > heldUntil) held = null;
    const isRed = data.red !== null && now() < redUntil;
    let next = held !== null ? held : isRed ? data.red : byClock();
    const called = forced === null ? -1 : data.scenes.findIndex((scene) => scene.number === forced);
    if (called >= 0) next = called;
    set.held = called >= 0 || held !== null ? "yes" : isRed ? "red" : "no";
    put(find(".held"), isRed && next === data.red ? `▲ ${say("wall_red_new")}` : set.held === "yes" ? say("wall_held") : "");
    const scene = data.scenes[next];
    put(find("h2"), scene.place ? `${scene.place} · ${scene.asks}` : scene.asks);
    put(find(".days"), scene.span);
    if (next === shown) return;
    shown = next;
    for (const one of scenes[next].pictures) if (one.due && one.text && !one.at.hidden) draw(one);
    scenes.forEach((each, number) => each.at.classList.toggle("shown", number === next));
    [...find(".dots").children].forEach((step, number) => step.classList.toggle("here", number === next));
    set.scene = data.scenes[next].name;
  }

  function age(seconds, words) {
    if (seconds < MINUTE) return said[words[0]].replace("{n}", Math.floor(seconds));
    const [word, unit] = seconds < HOUR ? [1, MINUTE] : seconds < 2 * DAY ? [2, HOUR] : [3, DAY];
    return said[words[word]].replace("{n}", Math.floor(seconds / unit));
  }

  const AGO = ["now", "minutes", "hours", "days"];
  const FOR = ["wall_seconds", "wall_minutes", "wall_hours", "wall_days"];

  function clocks() {
    const lost = set.link === "lost" || (seen && now() - seen > 3 * LOST);
    if (lost) set.link = "lost";
    const link = find(".link");
    put(find("b", link), lost ? `○ ${said.link_lost}` : `● ${said.link_up}`);
    link.dataset.state = lost ? "old" : "fresh";
    if (!data) put(find("h2"), say("wall_waits"));
    if (data) {
      const old = Math.max(0, now() - data.as_of);
      const state = data.as_of === null ? 2 : old < data.limits[0] ? 0 : old < data.limits[1] ? 1 : 2;
      const words = [said.fresh, said.ageing, said.old][state];
      put(find(".data i"), `${["●", "◐", "○"][state]} ${words}${data.as_of === null ? "" : ` · ${age(old, AGO)}`}`);
      set.age = find(".data").dataset.state = ["fresh", "ageing", "old"][state];
      put(find(".published b"), age(Math.max(0, now() - data.published), AGO));
    }
    const since = lost ? say("wall_lost", { age: age(Math.max(0, now() - seen), FOR) }) : "";
    const parts = [since, say(`wall_lost_${why}`), data ? say("wall_picture_of", { when: data.as_of_said }) : ""];
    put(find(".lost"), lost ? parts.filter(Boolean).join(" · ") : "");
    const urgent = find(".message");
    const until = message && message.until ? (typeof message.until === "number" ? message.until : Date.parse(message.until) / SECOND) : Infinity;
    urgent.hidden = !message || now() > until;
    put(urgent, message ? message.text : "");
  }

  // The hour and the minute where the city is, whatever the display's own clock is set to.
  let format = null;
  function minutes() {
    if (!format || format.zone !== data.zone) {
      const how = { timeZone: data.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      format = { zone: data.zone, of: new Intl.DateTimeFormat("en-GB", how) };
    }
    return inMinutes(format.of.format(new Date(now() * SECOND)));
  }
  const inMinutes = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

  // Nothing stands at the same spot for days, nothing shines all night, no page lives for weeks.
  function care() {
    const hour = Math.floor(now() / HOUR), ring = hour % 8, step = Math.max(1, Math.round(Math.min(innerWidth, innerHeight) / 270));
    const along = [0, 1, 1, 1, 0, -1, -1, -1], down = [-1, -1, 0, 1, 1, 1, 0, -1];
    root.style.setProperty("--dx", `${along[ring] * step}px`);
    root.style.setProperty("--dy", `${down[ring] * step}px`);
    set.half = Math.floor(hour / 12) % 2 ? "b" : "a";
    if (!data) return;
    const at = minutes();
    if (data.night) {
      const [from, until] = data.night.split("-").map(inMinutes);
      set.night = (from <= until ? at >= from && at < until : at >= from || at < until) ? "yes" : "no";
    } else set.night = "no";
    const quiet = inMinutes(data.quiet);
    const up = (Date.now() - began) / SECOND;
    if (set.link === "up" && up > LONG_UP && at >= quiet && at < quiet + 30) reload("quiet");
  }

  function tick() {
    try {
      clocks();
      turn();
      care();
      paint();
    } catch (trouble) {
      faults += 1;
      told += 1;
      console.warn(trouble);
    }
    setTimeout(tick, SECOND - (Date.now() % SECOND));
  }

  function pace() {
    requestAnimationFrame((first) => requestAnimationFrame((second) => {
      frame = Math.round((second - first) * 10) / 10;
      setTimeout(pace, 10 * SECOND);
    }));
  }

  // ── A hand at it after all ────────────────────────────────────────────────────────────────────

  function test() {
    const over = find(".test");
    over.replaceChildren();
    make("h2", "", over, say("wall_test"));
    make("p", "", over, say("wall_test_meaning", { distance: asked.get("distance") || set.distance || "?" }));
    for (const [size, text] of [[1, said.wall_test_least], [1.5, said.wall_test_number], [3, said.wall_test_number]]) {
      const px = Math.round(size * parseFloat(root.style.fontSize));
      make("p", "", over, `${text} · ${px} px`).style.fontSize = `${size}rem`;
    }
    const colours = make("ul", "burning", over);
    for (const one of data ? data.burning : []) {
      const item = make("li", "", colours);
      make("span", "shape", item, one.shape);
      make("span", "", item, one.word);
      item.dataset.colour = one.colour;
    }
    make("div", "circle", over);
    for (const corner of ["nw", "ne", "sw", "se"]) make("i", corner, over);
    over.hidden = false;
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && scenes.length) {
      held = (shown + step + scenes.length) % scenes.length;
      heldUntil = now() + HELD;
    } else if (event.key === "Escape") {
      held = null;
      find(".test").hidden = true;
    } else if (event.key === "t") test();
    turn();
  });

  // There is other room for scenes when the window is another, and when the head takes a line more.
  let sized = 0;
  new ResizeObserver(() => {
    clearTimeout(sized);
    sized = setTimeout(() => { arrange(); paint(); }, 200);
  }).observe(main);
  for (const sign of ["online", "focus"]) addEventListener(sign, poll);
  document.addEventListener("visibilitychange", () => document.hidden || poll());
  addEventListener("error", () => { told += 1; });
  addEventListener("unhandledrejection", () => { told += 1; });

  function start() {
    window.stop();  // the page is whole: it need not be asked for again (cockpit/web/wall.py)
    seen = now();
    set.link = "up";
    measure();
    poll();
    tick();
    pace();
    if (asked.has("test")) setTimeout(test, SECOND);
  }

  if (document.readyState === "complete") start();
  else addEventListener("load", () => setTimeout(start));
})();
