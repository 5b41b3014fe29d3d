// Search as you type: a combobox after the ARIA pattern. Without this script the form posts and a page answers.
(() => {
  const form = document.querySelector("form.cari");
  if (!form) return;
  const box = form.querySelector("input[name=cari]");
  const list = form.querySelector("ul");
  const news = form.querySelector(".cari-kabar");
  let waiting, asking, chosen = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const close = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const choose = (place) => {
    chosen = place;
    options().forEach((each, number) => each.setAttribute("aria-selected", String(number === place)));
    const now = options()[place];
    if (now) {
      box.setAttribute("aria-activedescendant", now.id);
      now.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  };
  const open = (option) => option && location.assign(option.dataset.link);
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const body = new FormData(form);
    body.set("cepat", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: asking.signal });
      if (!answer.ok) return close();
      list.innerHTML = await answer.text();
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
      choose(-1);
      news.textContent = options().length ? `${options().length} hasil` : list.textContent.trim();
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    // A number is looked up only when somebody asks for it: each look is recorded.
    if (box.value.trim().length < 2 || /^[\d\s.-]+$/.test(box.value)) return close();
    waiting = setTimeout(ask, 200);
  });
  box.addEventListener("keydown", (event) => {
    const count = options().length;
    if (list.hidden || !count) return;
    if (event.key === "ArrowDown") choose((chosen + 1) % count);
    else if (event.key === "ArrowUp") choose((chosen - 1 + count) % count);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) open(options()[chosen]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => open(event.target.closest("[role=option]")));
  document.addEventListener("click", (event) => form.contains(event.target) || close());
})();
