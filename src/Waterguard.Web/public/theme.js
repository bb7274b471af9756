// Before anything is drawn: the theme that was chosen, so that a dark room is not lit for a moment.
(function () {
  try {
    var chosen = localStorage.getItem("waterguard-theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch (e) {
    // Storage may be forbidden; the system's theme holds then.
  }
})();
