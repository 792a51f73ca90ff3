// What is wrong with the boxes of the scene that a wall shows, how many cards it has, and its letter.
() => {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const scene = document.querySelector(".scene.shown"), faults = [];
  const seen = (node) => node.getClientRects().length && getComputedStyle(node).visibility !== "hidden";
  const name = (node) => `${node.tagName}.${node.getAttribute("class") || ""} ${node.textContent.slice(0, 30)}`;
  for (const node of document.querySelectorAll("#wall *")) {
    if (!seen(node) || ![...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim())) continue;
    const box = node.getBoundingClientRect();
    if (box.left < -0.5 || box.top < -0.5 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5) {
      faults.push(`off the screen: ${name(node)}`);
    }
    if (parseFloat(getComputedStyle(node).fontSize) < rem - 0.1) faults.push(`too small: ${name(node)}`);
    const card = node.closest(".sum, .pane");
    if (card && !node.closest("svg")) {
      const edge = card.getBoundingClientRect();
      if (box.right > edge.right + 0.5 || box.bottom > edge.bottom + 0.5) faults.push(`cut: ${name(node)}`);
      if (!node.closest("b, td, th, .note") && node.scrollWidth > node.clientWidth + 1 && node.clientWidth) {
        faults.push(`wider than its box: ${name(node)}`);
      }
    }
  }
  const cards = [...scene.querySelectorAll(".sum, .pane")].filter(seen).map((node) => node.getBoundingClientRect());
  cards.push(...["#wall > header", ".asks"].map((one) => document.querySelector(one).getBoundingClientRect()));
  cards.forEach((one, at) => cards.slice(at + 1).forEach((other) => {
    const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
    if (wide > 1 && high > 1) faults.push(`one over another: ${one.left},${one.top} ${other.left},${other.top}`);
  }));
  for (const canvas of [...scene.querySelectorAll(".canvas")].filter(seen)) {
    if (!canvas.querySelector(".main-svg")) faults.push("a figure is not drawn");
    const edge = canvas.getBoundingClientRect();
    const texts = [...canvas.querySelectorAll("text")].filter((one) => seen(one) && one.textContent.trim())
      .map((one) => [one.textContent, one.getBoundingClientRect()]);
    texts.forEach(([text, one], at) => {
      if (one.left < edge.left - 1 || one.right > edge.right + 1 || one.top < edge.top - 1 || one.bottom > edge.bottom + 1) {
        faults.push(`beyond its figure: ${text}`);
      }
      for (const [other, box] of texts.slice(at + 1)) {
        const wide = Math.min(one.right, box.right) - Math.max(one.left, box.left);
        const high = Math.min(one.bottom, box.bottom) - Math.max(one.top, box.top);
        // A line of text has air above and below its letters.
        if (wide > 1 && high > 0.3 * rem) faults.push(`in a figure, one over another: ${text}, ${other}`);
      }
    });
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("it scrolls");
  return [faults, cards.length - 2, rem];
}
