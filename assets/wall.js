// A wall: asks for what its scenes say, turns them by the clock, and stays right for weeks with no hand
// on it. What a scene is made of is wall.scene.js, how much of it has room is wall.room.js.
(function () {
  "use strict";

  const SECOND = 1000, MINUTE = 60, HOUR = 3600, DAY = 86400;
  const EVERY = 1 * SECOND, AFTER = [1, 2, 4, 6];    // between two questions; after so many failures
  const PATIENCE = 5 * SECOND, LONGER = 20 * SECOND; // for a beat, and for all scenes
  const LOST = 5;                                    // seconds without an answer that are told
  const TROUBLED = 60, STUCK = 3, RESTED = 300, LONG_UP = 12 * HOUR, HELD = 60;
  const MET = 2000;            // red warnings that are remembered when they are open no more

  const root = document.documentElement, set = root.dataset;
  const said = JSON.parse(set.said);
  const asked = new URLSearchParams(location.search);
  const find = (what, where = document) => where.querySelector(what);
  const main = find("main");
  const { put, make, fill, due, draw, drop } = Scene;

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
    Room.arrange(scenes, main);
    turn();
    faults = 0;
  }

  function mount() {
    scenes.forEach(drop);
    main.replaceChildren();
    shown = -1;
    scenes = data.scenes.map((scene) => Scene.mount(scene, main, say("wall_nothing")));
    const steps = find(".dots");
    steps.replaceChildren(...scenes.map(() => make("li")));
    steps.hidden = scenes.length < 2;
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

  // What is seen at once, then one more each second: nobody waits for what is hidden.
  function paint() {
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
    for (const one of due(scenes[next])) draw(one);
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
    sized = setTimeout(() => { Room.arrange(scenes, main); paint(); }, 200);
  }).observe(main);
  for (const sign of ["online", "focus"]) addEventListener(sign, poll);
  document.addEventListener("visibilitychange", () => document.hidden || poll());
  addEventListener("error", () => { told += 1; });
  addEventListener("unhandledrejection", () => { told += 1; });

  function start() {
    window.stop();  // the page is whole: it need not be asked for again (cockpit/web/wall.py)
    seen = now();
    set.link = "up";
    Room.measure();
    poll();
    tick();
    pace();
    if (asked.has("test")) setTimeout(test, SECOND);
  }

  if (document.readyState === "complete") start();
  else addEventListener("load", () => setTimeout(start));
})();
