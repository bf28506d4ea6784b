// Copy buttons, and where the focus goes after a part of the page was replaced. Everything works without this file.
"use strict";

const show = (root) => root.querySelectorAll("button.copy").forEach((button) => { button.hidden = !navigator.clipboard; });

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button.copy");
  if (!button) return;
  const told = button.closest("article").querySelector(".copied");
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText.trim());
    told.textContent = "Copied.";
  } catch {
    told.textContent = "Not copied; select the text instead.";
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const result = document.getElementById("result");
  show(document);
  if (result && event.detail.target?.id === "result") result.focus({ preventScroll: true });
});

document.addEventListener("htmx:responseError", (event) => {
  // What was refused is told by a page of its own: send the form as a browser would.
  if (event.detail.xhr.status !== 401) document.querySelector("form.ask")?.submit();
});

// A refusal of the phone form (nothing typed) is a page like any other.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 400) { event.detail.shouldSwap = true; event.detail.isError = false; }
});

document.getElementById("text")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form.querySelector("button").click();
});

show(document);
