// Before anything is drawn: the theme that was chosen, else the system's, so that a dark room is not lit for a moment.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("waterguard-theme");
  } catch (e) {
    // Storage may be forbidden; the system's theme holds then.
  }
  var isKnown = chosen === "light" || chosen === "dark";
  document.documentElement.dataset.theme = isKnown ? chosen : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})();
