/* <copy-field>: a read-only input and a button that copies its value. Without a script the value can still be selected. */

const SHOWN_MS = 2000;

class CopyField extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  handleEvent(event) {
    const button = event.target.closest("button");
    if (button) this.copy(button);
  }

  async copy(button) {
    const input = this.querySelector("input");
    input.select();
    try {
      await navigator.clipboard.writeText(input.value);
    } catch {
      // The clipboard API is missing on plain http; the old command still works there.
      document.execCommand("copy");
    }
    this.confirm(button);
  }

  confirm(button) {
    const label = button.querySelector("[data-copied]");
    const status = this.querySelector("[role=status]");
    label.dataset.copy ??= label.textContent;
    label.textContent = label.dataset.copied;
    status.textContent = label.dataset.copied;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      label.textContent = label.dataset.copy;
      status.textContent = "";
    }, SHOWN_MS);
  }
}

customElements.define("copy-field", CopyField);
