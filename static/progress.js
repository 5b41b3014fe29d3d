// Keeps a progress bar honest: asks every two seconds, reloads the page when the work has ended.
for (const box of document.querySelectorAll("[data-job]")) {
  const bar = box.querySelector("progress"), words = box.querySelector("[data-words]");
  const ask = async () => {
    try {
      const answer = await fetch(box.dataset.job, {headers: {Accept: "application/json"}});
      const job = await answer.json();
      if (job.state === "selesai" || job.state === "gagal") return location.reload();
      bar.value = Math.max(bar.value, job.percent);
      words.textContent = `${job.label}, ${bar.value}%. ${job.message}`;
    } catch { /* the network is away: ask again */ }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 500);
}
