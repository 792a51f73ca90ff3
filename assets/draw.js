// Pictures are drawn by the small one of Plotly's scripts. What it cannot draw is drawn by the whole
// one, three times as much to fetch and to read: it is asked for when the first such picture comes.
(function () {
  "use strict";

  const WHOLE = ["sankey", "treemap"];  // what only the whole one draws
  const AGAIN = 5000;  // milliseconds until it is asked for again, if it did not come
  const theirs = new WeakSet();  // the places that are the whole one's
  let door = null, small = null, whole = null, coming = null;

  // Each says of itself that it is Plotly; the small one comes first.
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => door || undefined,
    set(come) {
      if (small) {
        whole = come;
        return;
      }
      small = come;
      door = led(small, (plotly) => plotly);
      door.Plots = led(small.Plots, (plotly) => plotly.Plots);
    },
  });

  // The same names; whatever is done to a place is done by whom it belongs to.
  function led(names, at) {
    const found = { ...names };
    for (const [name, does] of Object.entries(names)) {
      if (typeof does !== "function") continue;
      found[name] = (place, ...more) => {
        if ((name === "react" || name === "newPlot") && !theirs.has(place) && lacks(more[0])) {
          if (place.data) small.purge(place);
          theirs.add(place);
        }
        if (!theirs.has(place)) return does(place, ...more);
        if (whole) return at(whole)[name](place, ...more);
        return fetched(place).then((come) => (come ? at(come)[name](place, ...more) : place));
      };
    }
    return found;
  }

  function lacks(figure) {
    const traces = Array.isArray(figure) ? figure : (figure && figure.data) || [];
    return traces.some((trace) => WHOLE.includes(trace.type));
  }

  // The whole one, however often it must be asked for, or nothing if the place has gone meanwhile.
  async function fetched(place) {
    while (place.isConnected) {
      try {
        coming = coming || fetch();
        const come = await coming;
        return place.isConnected ? come : null;
      } catch (lost) {
        coming = null;
        await new Promise((go) => setTimeout(go, AGAIN));
      }
    }
    return null;
  }

  function fetch() {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = document.documentElement.dataset.whole;
      script.onload = () => (whole ? resolve(whole) : script.onerror());
      script.onerror = () => {
        script.remove();
        reject(new Error("Plotly's whole script did not come"));
      };
      document.head.append(script);
    });
  }
})();
