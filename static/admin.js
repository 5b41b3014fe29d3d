// Unfold folds its menu away up to 1280 px, which is the width of many an office's laptop. Ours folds below 1024.
(() => {
  const unfold = window.theme;
  const wide = () => window.innerWidth >= 1024;
  const open = () => wide() && localStorage.getItem("sidebarOpen") !== "0";
  window.theme = (mode) => {
    const state = unfold(mode);
    state.sidebarOpen = open();
    state.sidebarToggle = function () {
      this.sidebarOpen = !this.sidebarOpen;
      if (wide()) localStorage.setItem("sidebarOpen", this.sidebarOpen ? "1" : "0");
    };
    state.themeBindings["x-resize.window"] = function () {
      this.sidebarOpen = open();
    };
    return state;
  };
})();
