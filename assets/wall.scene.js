// What a scene of a wall is made of: mounted once, filled with each answer, its figures drawn into
// the boxes that they have.
window.Scene = (function () {
  "use strict";

  const NAMED = [4, 1.45];     // rem beside the names of bars, and for each

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

  // Where a scene stands, and what of it is filled. ``nothing`` is said where there is nothing.
  function mount(told, parent, nothing) {
    const at = make("section", `scene of-${told.template}`, parent);
    const tiles = told.tiles.length ? make("div", "sums", at) : null;
    const pictures = told.pictures.length ? make("div", "panes", at) : null;
    return {
      at, template: told.template,
      tiles: told.tiles.map((tile) => mountTile(tile, tiles)),
      pictures: told.pictures.map((one) => mountPicture(one, pictures, nothing)),
    };
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

  function mountPicture(one, parent, nothing) {
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
    found.nothing = make("p", "nothing", at, nothing);
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

  const sizeOf = (one) => `${one.canvas.clientWidth}x${one.canvas.clientHeight}`;

  const due = (scene) => scene.pictures.filter((one) => one.due && one.text && !one.at.hidden);

  function draw(one) {
    one.due = false;
    one.size = sizeOf(one);
    const figure = JSON.parse(one.text), rem = parseFloat(document.documentElement.style.fontSize), times = rem / 12;
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

  function drop(scene) {
    for (const one of scene.pictures) if (one.drawn) Plotly.purge(one.canvas);
  }

  return { put, make, mount, fill, sizeOf, due, draw, drop };
})();
