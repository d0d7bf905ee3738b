// The menu: the theme, and what can be saved and shared of the view.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const KEPT_AS = "kgraph-theme";
  const SYSTEM = "(prefers-color-scheme: dark)";

  /** What a browser may refuse, such as storage for a file. */
  function attempt(work) {
    try {
      return work();
    } catch {
      return null;
    }
  }

  /** The theme that was chosen before: "light", "dark" or "system". */
  function keptTheme() {
    const kept = attempt(() => localStorage.getItem(KEPT_AS));
    return ["light", "dark"].includes(kept) ? kept : "system";
  }

  /** Turn the page to a theme. The style sheet's dark colours stand once, under a condition that this sets. */
  function setTheme(theme) {
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    darkRule ??= [...document.styleSheets]
      .flatMap((sheet) => [...sheet.cssRules])
      .find((rule) => rule.media?.mediaText === SYSTEM);
    darkRule.media.mediaText = { light: "not all", dark: "all" }[theme] ?? SYSTEM;
  }
  let darkRule = null;

  /** Copy text; false where the browser does not let us. */
  async function copy(text) {
    const box = kgraph.make("textarea", { readonly: "", class: "for-reader", "aria-hidden": "true" });
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // A file has no clipboard in some browsers; the older way asks for no leave.
      const before = document.activeElement;
      box.value = text;
      document.body.append(box);
      box.select();
      const done = attempt(() => document.execCommand("copy")) === true;
      box.remove();
      before?.focus({ preventScroll: true });
      return done;
    }
  }

  class Menu {
    /** `actions`: what each button does, by its `data-do`; `onTheme()` is called when the theme has changed. */
    constructor(element, { actions, onTheme }) {
      this.element = element;
      for (const button of element.querySelectorAll("[data-do]")) {
        button.addEventListener("click", () => {
          this.close();
          actions[button.dataset.do]();
        });
      }
      this.pressTheme = kgraph.choice(byId("theme"), (theme) => {
        attempt(() => localStorage.setItem(KEPT_AS, theme));
        setTheme(theme);
        this.pressTheme(theme);
        onTheme();
      });
      this.pressTheme(keptTheme());
      document.addEventListener("pointerdown", (event) => {
        if (!element.contains(event.target)) element.open = false;
      });
      element.addEventListener("focusout", ({ relatedTarget }) => {
        if (relatedTarget && !element.contains(relatedTarget)) element.open = false;
      });
    }

    /** Shut the menu; whether it was open. */
    close() {
      if (!this.element.open) return false;
      const inside = this.element.contains(document.activeElement);
      this.element.open = false;
      if (inside) this.element.querySelector("summary").focus();
      return true;
    }
  }

  setTheme(keptTheme());
  Object.assign(kgraph, { Menu, copy });
})();
