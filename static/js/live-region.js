/* After a fragment was swapped in, read out the text of its [data-announce] element, when it differs from the last. */

document.addEventListener("htmx:after:swap", (event) => {
  const region = document.getElementById("live-region");
  const target = event.detail.ctx?.target ?? event.target;
  const place = target?.isConnected ? target : document.getElementById("main");
  const source = place?.matches?.("[data-announce]") ? place : place?.querySelector?.("[data-announce]");
  const text = source?.textContent.replace(/\s+/g, " ").trim();
  if (region && text && region.textContent !== text) region.textContent = text;
});
