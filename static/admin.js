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

// What Unfold, Select2 and Django's warning about time zones leave unnamed, or name without having it.
const nameAll = () => {
  document.getElementById("tabs-items")?.setAttribute("aria-label", "Bagian halaman");
  for (const one of document.querySelectorAll(".select2-selection, .select2-selection__rendered")) {
    const select = one.closest(".select2-container").previousElementSibling;
    one.setAttribute("aria-label", document.querySelector(`label[for="${select.id}"]`)?.textContent.trim());
    one.removeAttribute("aria-labelledby");
  }
  for (const one of document.querySelectorAll("[aria-describedby]")) {
    const there = one.getAttribute("aria-describedby").split(" ").filter((id) => document.getElementById(id));
    if (there.length) one.setAttribute("aria-describedby", there.join(" "));
    else one.removeAttribute("aria-describedby");
  }
};
// jQuery's own line of what waits for the page: Django's boxes are made in it, some after the load.
addEventListener("load", () => window.django?.jQuery ? django.jQuery(nameAll) : nameAll());
