/* "/" moves to the search field of the top bar, unless one is typing or a dialog is open. */

const TYPING = "input, select, textarea, [contenteditable]";

document.addEventListener("keydown", (event) => {
  const plain = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!plain || event.target.closest(TYPING) || document.querySelector("dialog:modal")) return;
  const input = document.querySelector("[data-search]");
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select();
});
