// Room on a wall: how large its letters are, and how much of a scene it has room for.
window.Room = (function () {
  "use strict";

  const LETTER = 0.0084;       // 1.4 × 0.006: of a letter's height to the distance it is read from
  const ROOT = 45, SMALLEST = 70, LARGEST = 26;      // so many lines the shorter side has
  const TILE = [17, 7.6], PICTURE = [27, 15], NUMBERS = 54, PANE = [31, 60], MOST = 9;  // in rem
  const GROWN = [1.75, 1.5, 1.25, 1];                // how large a list is written that has room

  const root = document.documentElement, set = root.dataset;
  const asked = new URLSearchParams(location.search);

  // One letter, and whether the wall is upright.
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

  // How much of each scene has room in the box of them all.
  function arrange(scenes, box) {
    const rem = measure();
    const wide = box.clientWidth / rem, high = box.clientHeight / rem;
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
      one.due = one.due || Boolean(one.canvas && one.at.hidden !== true && one.size !== Scene.sizeOf(one));
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

  return { arrange, measure };
})();
