// Light or dark: the system's choice until somebody presses the button.
"use strict";

{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = "coevol-theme";

  // Some browsers keep nothing for a file from the disk; then the choice lasts as long as the page.
  const remember = (theme) => {
    try {
      localStorage.setItem(kept, theme);
    } catch {}
  };
  const remembered = () => {
    try {
      return localStorage.getItem(kept);
    } catch {
      return null;
    }
  };

  const before = remembered();
  if (before === "light" || before === "dark") root.dataset.theme = before;
  document.getElementById("theme").addEventListener("click", () => {
    const now = root.dataset.theme ?? (system.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    remember(root.dataset.theme);
  });
}
