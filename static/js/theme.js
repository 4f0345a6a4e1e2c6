/* Buttons with data-theme-set ("light", "dark" or "") choose the theme; a cookie tells the server, so no page flashes. */

const YEAR_S = 365 * 24 * 3600;
const root = document.documentElement;

function markChosen() {
  const chosen = root.dataset.colorMode ?? "";
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === chosen));
  }
}

function choose(theme) {
  const age = theme ? YEAR_S : 0;
  if (theme) root.dataset.colorMode = theme;
  else delete root.dataset.colorMode;
  document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
  markChosen();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-set]");
  if (button) choose(button.dataset.themeSet);
});
markChosen();
