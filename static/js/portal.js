// Small helps on top of pages that work without them. Elements ask for one with a data attribute.

const { initAll } = await import(document.getElementById("components").href);
initAll();

// <button data-print hidden>: shows itself and prints the page.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// <button data-copy="#id" data-copied="Copied" hidden>: copies the text of an element.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.innerText.trim());
    button.textContent = button.dataset.copied;
  });
}
