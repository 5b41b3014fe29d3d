// Where a visitor of the office stands: on a tap alone, rounded before it is kept. Without a script nothing is shown.
for (const part of document.querySelectorAll("[data-place]")) {
  const field = part.querySelector("input"), note = part.querySelector("[role=status]");
  part.hidden = !navigator.geolocation;
  part.querySelector("button").addEventListener("click", () => {
    if (field.value) { field.value = ""; note.textContent = "Tempat dihapus."; return; }
    note.textContent = "Mencari tempat.";
    navigator.geolocation.getCurrentPosition(({coords}) => {
      field.value = [coords.latitude.toFixed(4), coords.longitude.toFixed(4), Math.ceil(coords.accuracy)].join();
      note.textContent = `Tempat dicatat, ketelitian ${Math.ceil(coords.accuracy)} meter. Tekan lagi untuk menghapus.`;
    }, () => { note.textContent = "Tempat tidak terbaca. Lanjutkan saja."; }, {enableHighAccuracy: true, timeout: 15000});
  });
}
