/* A text field with choices below it: arrow keys move, Enter picks, Escape closes. The server renders the choices; what is typed counts without one. */

function options(box) {
  return [...box.querySelectorAll('[role="option"]:not([aria-disabled="true"])')];
}

function close(input, list) {
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function open(input, list) {
  if (!list.querySelector('[role="option"]')) return;
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.removeAttribute("aria-activedescendant");
}

function mark(input, list, option) {
  for (const each of options(list)) each.setAttribute("aria-selected", String(each === option));
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function pick(box, input, list, option) {
  input.value = option.dataset.value;
  box.querySelector("[data-combobox-create]").value = "create" in option.dataset ? "1" : "";
  close(input, list);
  input.focus();
}

function move(input, list, step) {
  const all = options(list);
  if (!all.length) return;
  const marked = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
  const next = marked < 0 ? (step > 0 ? 0 : all.length - 1) : (marked + step + all.length) % all.length;
  mark(input, list, all[next]);
}

for (const box of document.querySelectorAll("[data-combobox]")) {
  const input = box.querySelector('[role="combobox"]');
  const list = box.querySelector('[role="listbox"]');

  input.addEventListener("input", () => {
    box.querySelector("[data-combobox-create]").value = "";
  });
  input.addEventListener("keydown", (event) => {
    const marked = list.hidden ? null : list.querySelector('[aria-selected="true"]');
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open(input, list);
      move(input, list, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && marked) {
      event.preventDefault();
      pick(box, input, list, marked);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close(input, list);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest('[role="option"]:not([aria-disabled="true"])');
    if (option) pick(box, input, list, option);
  });
  input.addEventListener("blur", () => close(input, list));
  document.addEventListener("htmx:after:swap", (event) => {
    if (document.activeElement === input && box.contains(event.target)) open(input, list);
  });
}
