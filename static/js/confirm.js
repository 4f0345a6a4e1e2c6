/* <typed-confirm phrase="…">: keeps the form's submit button off until the phrase is typed. The server checks it again. */

class TypedConfirm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this);
    this.closest("dialog")?.addEventListener("close", this);
    this.update();
  }

  handleEvent(event) {
    if (event.type === "close") this.input.value = "";
    this.update();
  }

  get input() {
    return this.querySelector("input");
  }

  update() {
    const typed = this.input.value.trim() === this.getAttribute("phrase").trim();
    this.input.form.querySelector("[type=submit]").disabled = !typed;
  }
}

customElements.define("typed-confirm", TypedConfirm);
