/* Flags at the lower left: dismiss them, and show one when the server cannot be reached or fails. */

// A form with mistakes and a conflict are answered with the fragment itself.
const SWAPPED = [409, 422];

function dismiss(button) {
  const flags = button.closest("#flags");
  button.closest("[data-flag]").remove();
  // The button had the focus and is gone: hand it to the next flag, else to the page.
  (flags?.querySelector("[data-dismiss]") ?? document.getElementById("main"))?.focus({ preventScroll: true });
}

function show(templateId) {
  const flags = document.getElementById("flags");
  const template = document.getElementById(templateId);
  if (!flags || !template || flags.querySelector(`[data-from="${templateId}"]`)) return;
  const flag = template.content.firstElementChild.cloneNode(true);
  flag.dataset.from = templateId;
  flags.append(flag);
}

function clear(templateId) {
  document.querySelector(`#flags [data-from="${templateId}"]`)?.remove();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) dismiss(button);
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) show("flag-unreachable");
});
document.addEventListener("htmx:before:response", (event) => {
  clear("flag-unreachable");
  const { status } = event.detail.ctx.response;
  if (status < 400 || SWAPPED.includes(status)) return;
  // A whole error page has no place inside a fragment.
  event.preventDefault();
  show("flag-failed");
});
