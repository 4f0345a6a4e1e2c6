/* A fragment that was sent on to the sign-in page means the session has ended: load the page anew, to sign in and return. */

document.addEventListener("htmx:before:response", (event) => {
  const answer = event.detail.ctx.response.raw;
  if (!answer.redirected || !new URL(answer.url).searchParams.has("next")) return;
  event.preventDefault();
  location.reload();
});
