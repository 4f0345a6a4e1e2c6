/* Comfort for native menus and dialogs: arrow keys, closing after a choice, and what older browsers lack. */

const ITEMS = ".menu-item:not(:disabled)";
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
const hasCommands = "commandForElement" in HTMLButtonElement.prototype;
const hasAnchors = CSS.supports("position-area", "block-end");

function moveFocus(menu, event) {
  const items = [...menu.querySelectorAll(ITEMS)];
  if (!items.length) return;
  const ends = { Home: 0, End: items.length - 1 };
  const next = ends[event.key] ?? items.indexOf(document.activeElement) + STEPS[event.key];
  items[(next + items.length) % items.length].focus();
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  if (!(event.key in STEPS) && event.key !== "Home" && event.key !== "End") return;
  const menu = event.target.closest(".menu")?.querySelector(".menu-list:popover-open");
  if (menu) moveFocus(menu, event);
});

// A dialog that the page arrived with lies over the page without a script, and shuts it off with one.
for (const dialog of document.querySelectorAll("dialog[open][data-modal]")) {
  dialog.removeAttribute("open");
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const item = event.target.closest(ITEMS);
  if (item) item.closest("[popover]")?.hidePopover();
  const button = event.target.closest("button[commandfor]");
  if (!button || hasCommands) return;
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (button.getAttribute("command") === "show-modal") dialog.showModal();
  else dialog.close();
});

document.addEventListener(
  "toggle",
  (event) => {
    if (hasAnchors || event.newState !== "open" || !event.target.matches(".menu-list")) return;
    const button = event.target.closest(".menu").querySelector("[popovertarget]").getBoundingClientRect();
    event.target.style.inset = `${button.bottom}px ${document.documentElement.clientWidth - button.right}px auto auto`;
  },
  true,
);
