// /verifikasi/ without a network. The families are taken along and each answer is kept on the phone until the server
// has acknowledged it. With a network the server's own pages are shown; without one the shell shows the same pages.
const HOME = "/verifikasi/", QUEUE = "/verifikasi/belum-terkirim/", HELP = "/verifikasi/bantuan/";
const DAY = 864e5, KEEP = 14 * DAY, FRESH = 5 * 6e4, BATCH = 10, PATIENCE = 20000, AGAIN = 6e4, LOCK = DAY / 2, TRIES = 5;
const here = document.body.dataset, inShell = "luring" in here;
const words = inShell ? JSON.parse(document.getElementById("kata").textContent) : {};
const pita = document.querySelector("[data-pita]"), place = document.title.split(" - ").pop();
let opening, wiped = false, live = false, trouble = "", drawn = "", again, wrongPin = "";

// --- what the phone keeps: "isi" holds values by name, "kejadian" the answers in their order
const open = () => wiped ? Promise.reject(new Error("keluar")) : opening ||= new Promise((done, fail) => {
  const wish = indexedDB.open("verifikasi", 1);
  wish.onupgradeneeded = () => {
    wish.result.createObjectStore("isi");
    wish.result.createObjectStore("kejadian", {keyPath: "urut", autoIncrement: true});
  };
  wish.onerror = () => fail(wish.error);
  wish.onsuccess = () => {
    wish.result.onversionchange = () => { wish.result.close(); opening = null; };
    done(wish.result);
  };
});

async function use(mode, work) {
  const base = await open();
  return new Promise((done, fail) => {
    const act = base.transaction(["isi", "kejadian"], mode, {durability: "strict"});
    const asked = work(act.objectStore("isi"), act.objectStore("kejadian"));
    act.oncomplete = () => done(asked?.result);
    act.onerror = act.onabort = () => fail(act.error);
  });
}
const get = (name) => use("readonly", (isi) => isi.get(name));
const put = (name, value) => use("readwrite", (isi) => isi.put(value, name));
const everyPhoto = () => use("readonly", (isi) => isi.getAll(IDBKeyRange.bound("foto:", "foto;", false, true)));
const everyAnswer = () => use("readonly", (_, kejadian) => kejadian.getAll());

// A visit at which nobody was met waits among the answers, but the house goes on waiting too.
const isVisit = (one) => "kunjungan" in one;
const dayOf = (time) => new Date(+new Date(time) + 7 * 36e5).toISOString().slice(0, 10); // in Jakarta
const inWords = (day, year) => new Date(`${day}T00:00`).toLocaleDateString("id-ID", {day: "numeric", month: "long", year});

async function know() {
  const me = await get("petugas"), all = await everyAnswer(), photos = await everyPhoto();
  const [pack, tanda, ditolak, terkirim] = await Promise.all(
    ["paket", "tanda", "ditolak", "terkirim"].map((name) => get(`${name}:${me}`)));
  const mine = all.filter((answer) => answer.petugas === me), jawab = mine.filter((one) => !isVisit(one));
  const foto = photos.filter((one) => one.petugas === me && !mine.some(({uuid}) => uuid === one.uuid)); // answers first
  return {me, all, mine, jawab, pack, foto, tanda: tanda || [], ditolak: ditolak || {}, terkirim,
    ukuran: Object.fromEntries(photos.map(({uuid, isi}) => [uuid, isi.size]))};
}

const forget = (who, also) => use("readwrite", (isi) => {
  for (const name of ["paket", "tanda", "kontak", "jam", "dipakai", "salah"]) isi.delete(`${name}:${who}`);
  also(isi);
});

// Another officer on this phone: the names of the one before go, the answers wait for their owner.
async function become(me) {
  const before = await get("petugas");
  if (before !== me) await forget(before, (isi) => isi.put(me, "petugas"));
}

// Fourteen days without the server: the names go, the answers stay. A clock that was set back takes none of the days
// already counted away and costs one more, so that fourteen wrong clocks end it too.
async function expire() {
  const me = await get("petugas"), contact = await get(`kontak:${me}`), now = Date.now();
  if (!contact) return;
  const back = await get(`jam:${me}`) - now, since = back > FRESH ? contact - back - DAY : contact;
  if (now - since > KEEP) return forget(me, (isi) => isi.put(true, "usang"));
  await use("readwrite", (isi) => { isi.put(since, `kontak:${me}`); isi.put(now, `jam:${me}`); });
}

// Without a network a remembered phone asks for its PIN as the server does: after twelve hours without use.
async function locked() {
  const me = await get("petugas"), pack = await get(`paket:${me}`);
  if (!pack?.kunci || !crypto.subtle) return false;
  const idle = Math.abs(Date.now() - await get(`dipakai:${me}`));
  if (idle > LOCK) return true;
  if (!(idle < FRESH) && !document.hidden) await put(`dipakai:${me}`, Date.now());
  return false;
}

// Counted before it is checked. The fifth wrong one takes the names off the phone; the answers stay.
async function unlock(pin) {
  if (!/^\d{6}$/.test(pin)) { wrongPin = "PIN harus 6 angka."; return render(true); }
  const me = await get("petugas"), {kunci} = await get(`paket:${me}`), tried = (await get(`salah:${me}`) || 0) + 1;
  await put(`salah:${me}`, tried);
  const bytes = (text) => new TextEncoder().encode(text), key = await crypto.subtle.importKey("raw", bytes(pin), "PBKDF2", false, ["deriveBits"]);
  const proof = await crypto.subtle.deriveBits({name: "PBKDF2", hash: "SHA-256", salt: bytes(kunci.garam), iterations: kunci.kali}, key, 16);
  wrongPin = "";
  if (new DataView(proof).getUint16() >> 4 === kunci.bukti) {
    await use("readwrite", (isi) => { isi.put(Date.now(), `dipakai:${me}`); isi.delete(`salah:${me}`); });
  } else if (tried >= TRIES) await forget(me, (isi) => isi.put("pin", "usang"));
  else wrongPin = `PIN salah. Anda dapat mencoba ${TRIES - tried} kali lagi.`;
  return render(true);
}

// A send that is still under way finds nothing to write to, or it would keep names on a phone that was left.
async function wipe() {
  const base = await open();
  wiped = true;
  base.close();
  await new Promise((done) => {
    const wish = indexedDB.deleteDatabase("verifikasi");
    wish.onsuccess = wish.onerror = wish.onblocked = done;
  });
  for (const name of await caches.keys()) await caches.delete(name);
  for (const worker of await navigator.serviceWorker?.getRegistrations() ?? []) await worker.unregister();
}

// --- to and from the server
const token = () => document.cookie.match(/csrftoken=([^;]+)/)?.[1] || "";

async function call(path, body) {
  const stop = new AbortController(), clock = setTimeout(() => stop.abort(), PATIENCE);
  const post = body && {method: "POST", body, headers: {"X-CSRFToken": token(), ...(typeof body === "string" && {"Content-Type": "application/json"})}};
  try {
    const answer = await fetch(HOME + path, {...post, cache: "no-store", signal: stop.signal});
    if (answer.status === 403 || answer.status === 409) throw new Error("masuk");
    if (!answer.ok) throw new Error("server");
    const said = await answer.json();
    live = true;
    return said;
  } finally { clearTimeout(clock); }
}

async function push() {
  const tried = new Set();
  for (;;) {
    const {me, mine} = await know(), batch = mine.filter((one) => !tried.has(one.uuid)).slice(0, BATCH);
    if (!batch.length) return;
    batch.forEach((one) => tried.add(one.uuid));
    const body = JSON.stringify({petugas: me, kejadian: batch.map(({petugas, urut, ...event}) => event)});
    let said;
    try { said = await call("jawaban/", body); } catch (error) {
      if (error.message !== "masuk") throw error;
      await pull(true); // a fresh token, if the session still lives
      if (await get("petugas") !== me) return;
      said = await call("jawaban/", body);
    }
    await settle(me, batch, said);
  }
}

// An answer leaves the phone together with the note of its receipt, or not at all.
async function settle(me, batch, said) {
  const {pack, tanda, ditolak} = await know(), gone = [];
  for (const one of said.hasil) {
    const event = batch.find(({uuid}) => uuid === one.uuid);
    if (!event) continue;
    if (one.hasil === "ditolak") { ditolak[one.uuid] = one.alasan; continue; }
    if (!["diterima", "sudah_ada", "konflik"].includes(one.hasil)) continue;
    const house = pack?.rumah.find(({id}) => id === event.rumah);
    delete ditolak[one.uuid];
    gone.push(event.urut);
    if (house && one.rumah) Object.assign(house, one.rumah);
    if (isVisit(event)) continue;
    // A conflict sent twice is "sudah_ada" with the same sentence.
    tanda.unshift({...one, hasil: one.alasan ? "konflik" : one.hasil, rumah: event.rumah, isi: event.isi, nama: house?.nama});
    if (house && !one.kunjungan) { pack.rumah.splice(pack.rumah.indexOf(house), 1); pack.selesai += one.hasil === "diterima"; }
  }
  await use("readwrite", (isi, kejadian) => {
    gone.forEach((urut) => kejadian.delete(urut));
    if (pack) isi.put(pack, `paket:${me}`);
    isi.put(ditolak, `ditolak:${me}`);
    isi.put(tanda.slice(0, 30), `tanda:${me}`);
    for (const name of ["kontak", "jam"]) isi.put(Date.now(), `${name}:${me}`);
    if (gone.length) isi.put(said.waktu, `terkirim:${me}`);
  });
}

// Each only after its answer's receipt, so that a photo never holds an answer up; two at once, since a slow network
// waits longer than it carries.
async function pushPhotos() {
  const {me, foto} = await know();
  while (foto.length) {
    const sent = await Promise.allSettled(foto.splice(0, 2).map((one) => pushPhoto(me, one)));
    for (const {reason} of sent) if (reason) throw reason;
  }
}

async function pushPhoto(me, {uuid, isi: photo}) {
  const body = new FormData();
  body.set("petugas", me);
  body.set("uuid", uuid);
  body.set("foto", photo, "rumah.jpg");
  const {alasan} = await call("foto/", body);
  await use("readwrite", (isi) => {
    isi.delete(`foto:${uuid}`);
    if (!alasan) return;
    const asked = isi.get(`tanda:${me}`);
    asked.onsuccess = () => isi.put((asked.result || []).map((one) => one.uuid === uuid ? {...one, foto: alasan} : one), `tanda:${me}`);
  });
}

async function pull(now) {
  const me = await get("petugas"), age = Date.now() - await get(`pada:${me}`);
  if (!now && age >= 0 && age < FRESH && await get(`paket:${me}`)) return;
  const pack = await call("paket/");
  await become(pack.petugas);
  await use("readwrite", (isi) => {
    isi.put(pack, `paket:${pack.petugas}`);
    for (const name of ["kontak", "jam", "pada", "dipakai"]) isi.put(Date.now(), `${name}:${pack.petugas}`);
    isi.delete("usang");
  });
}

async function exchange(now) {
  clearTimeout(again);
  try {
    trouble = "";
    await push();
    await pushPhotos();
    await pull(now);
  } catch (error) {
    live = error.message === "masuk";
    trouble = live ? "masuk" : error.message === "server" ? "sibuk" : "jaringan";
    if (trouble === "sibuk") again = setTimeout(() => sync(false), AGAIN); // nothing else wakes it under a good signal
  }
  if (!wiped) await draw();
}
const sync = (now) => navigator.locks ? navigator.locks.request("kirim", () => exchange(now)) : exchange(now);

// --- the strip, on every page
const SAID = {masuk: "Masuk lagi untuk mengirim.", sibuk: "Server sedang sibuk. Kami coba lagi.", jaringan: "Tanpa jaringan."};

async function draw() {
  const {all, mine, jawab, foto, ditolak, terkirim} = await know(), refused = mine.filter(({uuid}) => ditolak[uuid]).length;
  const button = pita.querySelector("button");
  pita.querySelector("[data-jumlah]").textContent = mine.length ? `${mine.length} belum terkirim`
    : foto.length ? `${foto.length} foto belum terkirim` : "Semua terkirim";
  const worry = refused && trouble !== "masuk" ? `${refused} belum diterima, lihat alasannya.`
    : SAID[trouble] || "";
  const last = terkirim ? `Terakhir terkirim ${terkirim} WIB` : "Belum pernah mengirim";
  pita.querySelector("[data-kabar]").textContent = `${worry} ${last}`.trim();
  pita.classList.toggle("warn", mine.length + foto.length > 0 || trouble === "masuk");
  button.hidden = !mine.length && !foto.length && trouble !== "masuk";
  button.textContent = trouble === "masuk" ? "Masuk" : "Kirim";
  for (const {rumah} of inShell ? [] : jawab) {
    const tag = document.querySelector(`.task a[href="${HOME}${rumah}/"] .tag`);
    if (tag) { tag.className = "tag warn"; tag.lastChild.textContent = "Menunggu"; }
  }
  if (inShell) await render(false);
}

// --- the shell's pages
function fill(node, values) {
  for (let one; (one = node.querySelector("[data-ulang]"));) {
    const rows = values[one.dataset.ulang] || [];
    one.removeAttribute("data-ulang");
    for (const row of rows) {
      const copy = document.createElement("div");
      copy.append(one.cloneNode(true));
      fill(copy, row);
      one.before(...copy.childNodes);
    }
    one.remove();
  }
  for (const one of node.querySelectorAll("[data-jika]")) {
    if (values[one.dataset.jika]) one.removeAttribute("data-jika"); else one.remove();
  }
  for (const one of node.querySelectorAll("[data-isi]")) { one.textContent = values[one.dataset.isi] ?? ""; one.removeAttribute("data-isi"); }
  for (const one of node.querySelectorAll("[data-ke]")) {
    for (const pair of one.dataset.ke.split(" ")) {
      one.setAttribute(pair.split(":")[0], values[pair.split(":")[1]] ?? "");
    }
    one.removeAttribute("data-ke");
  }
}

function show(name, values, target = document.querySelector("[data-layar]")) {
  const page = document.createElement("div");
  page.append(document.getElementById(`t-${name}`).content.cloneNode(true));
  fill(page, values);
  target.replaceChildren(...page.childNodes);
}

const spoken = (parts) => parts.filter(Boolean).map((part) => `${part.replace(/[. ]+$/, "")}.`).join(" ");
function said({hadir, hasil, salah, alasan, cerita}, label = {}) {
  const wrong = salah?.length ? `Keliru: ${salah.map((name) => label[name] || name).join(", ")}` : "";
  return spoken([words.kata[hadir], words.kata[words.tidak_hadir[hadir] || hasil], wrong, alasan, cerita]);
}

// What the phone knows of the visits to a house: those of the server, and those that wait here.
function visits(house, mine) {
  const queued = mine.filter((one) => isVisit(one) && one.rumah === house.id).map((one) => ({...one, hari: dayOf(one.waktu_hp)}));
  const days = [...new Set([...house.datang || [], ...queued.map(({hari}) => hari)])].sort(), [never, once] = words.belum || [];
  const today = dayOf(new Date()), last = days.at(-1), next = last && dayOf(Date.parse(last) + DAY);
  const early = days.length > 1 ? "" : last ? once.replace("%(day)s", inWords(last)).replace("%(next)s", inWords(next > today ? next : today)) : never;
  const lines = [...house.kunjungan || [], ...house.temuan, ...queued.map((one) => ({hari: one.hari, tanggal: inWords(one.hari, "numeric"), oleh: "Menunggu terkirim", kata: met(one)}))];
  return {kali: days.length, terlalu_dini: early, boleh_tidak_ditemukan: !early, ke_tidak: `${HOME}${house.id}/tidak-di-sini/`,
    riwayat: lines.length && lines.sort((one, other) => one.hari < other.hari ? 1 : -1)};
}
const met = (one) => spoken(["Tidak bertemu", words.kata?.[one.kunjungan]]);

function list({pack, mine, jawab}, sought, came) {
  const waiting = pack.rumah.filter(({id}) => !jawab.some(({rumah}) => rumah === id)), there = waiting.find(({id}) => id === came);
  const found = waiting.filter(({nama}) => nama.toLowerCase().includes(sought.toLowerCase())), places = [...new Set(found.map(({rt}) => rt))];
  const done = pack.selesai + jawab.length, total = done + waiting.length;
  return {
    siapa: pack.siapa, waktu: pack.waktu, total, selesai: done, sisa: waiting.length, cari: sought,
    maju: `${done} dari ${total} rumah selesai bulan ini`, ada: waiting.length, kosong: !waiting.length,
    tidak_cocok: waiting.length && !found.length, menunggu: mine.length,
    kelompok: places.map((rt) => ({judul: places.length > 1 ? rt : "Belum dikunjungi", rumah: found
      .filter((house) => house.rt === rt)
      .map((house) => ({...house, ...visits(house, mine), alamat_halaman: `${HOME}${house.id}/`, lewat: house.terlambat && !house.tanda, baru: !house.terlambat && !house.tanda}))})),
    antre: mine.map((one) => row(one, pack)), nanti: there && [{...there, ...visits(there, mine)}],
  };
}

const WHY = {"": "Menunggu giliran.", jaringan: "Menunggu jaringan.", sibuk: "Menunggu server.", masuk: "Menunggu Anda masuk lagi."};

function row(one, pack, ditolak = {}, ukuran = {}) {
  const house = pack?.rumah.find(({id}) => id === one.rumah);
  const clock = new Date(one.waktu_hp).toLocaleString("id-ID", {day: "numeric", month: "long", hour: "2-digit", minute: "2-digit"});
  return {nama: house?.nama || `Rumah nomor ${one.rumah}`, kata: isVisit(one) ? met(one) : said(one.isi, pack?.label), waktu: clock,
    alamat: house?.alamat || "", rumah: one.rumah, ukuran: `${Math.ceil((JSON.stringify(one).length + (ukuran[one.uuid] || 0)) / 1024)} KB`, berfoto: ukuran[one.uuid],
    sebab: ditolak[one.uuid] ? "" : WHY[trouble], ditolak: ditolak[one.uuid], urut: one.urut};
}

function queue({all, mine, foto, ukuran, pack, tanda, ditolak}) {
  return {
    kosong: !mine.length && !foto.length, ada: mine.length, foto: foto.length, perlu_kirim: mine.length + foto.length, siapa: pack?.siapa || "", biasa: mine.some(({uuid}) => !ditolak[uuid]), orang_lain: all.length > mine.length,
    antre: mine.map((one) => row(one, pack, ditolak, ukuran)),
    tanda: tanda.length ? tanda.map((one) => ({...one, nama: one.nama || `Rumah nomor ${one.rumah}`,
      kata: said(one.isi, pack?.label), terkirim: one.hasil !== "konflik" && !one.kunjungan, beda: one.hasil === "konflik",
      ke_beda: one.konflik && `${HOME}beda-jawaban/${one.konflik}/`})) : null,
  };
}

function kept(known, id) {
  const {jawab, pack, tanda, ditolak} = known, one = jawab.find(({rumah}) => rumah === id);
  const receipt = one ? null : tanda.find(({rumah, kunjungan}) => rumah === id && !kunjungan);
  if (!one && !receipt) return null;
  const left = (pack?.rumah || []).filter((house) => house.id !== id && !jawab.some(({rumah}) => rumah === house.id));
  const refused = one && ditolak[one.uuid];
  return {
    ...(one ? row(one, pack) : {...receipt, nama: receipt.nama || `Rumah nomor ${id}`, kata: said(receipt.isi, pack?.label)}),
    menunggu: one && !refused, ditolak: refused, terkirim: receipt && receipt.hasil !== "konflik",
    beda: receipt?.hasil === "konflik", sisa: left.length, berikut: left.length ? `${HOME}${left[0].id}/` : "",
    nama_berikut: left[0]?.nama,
  };
}

function question(house, step, asked, label, mine) {
  const at = `${HOME}${house.id}/`, wrong = asked.get("data") === "benar" ? [] : asked.getAll("salah");
  const hadir = asked.get("hadir") || "ditemukan", hasil = words.tidak_hadir[hadir] || asked.get("hasil");
  const rows = (facts) => Object.entries(facts).map(([name, word]) => ({nilai: name, label: label[name], kata: word}));
  const values = {
    ...house, ...visits(house, mine), ke_rumah: at, ke_data: `${at}data/`, ke_nilai: `${at}penilaian/`, ke_kirim: `${at}kirim/`,
    ke_bertemu: `${at}tidak-bertemu/`, hadir, hasil, bentuk: words.bentuk,
    fakta: rows({members: house.anggota, ...house.jawaban}), kartu: rows({name: house.nama, address: house.alamat}),
    kata_hadir: words.kata[hadir], kata_hasil: words.kata[hasil], di_sini: hadir === "ditemukan", [hasil]: hadir === "ditemukan",
    kata_data: wrong.length ? `Keliru: ${wrong.map((name) => label[name] || name).join(", ")}` : "Semua benar",
    perlu_alasan: hasil !== "layak",
  };
  if (step === "penilaian" && asked.get("data") === "salah" && !wrong.length) return ["data", {...values, salah: true}];
  if (step === "kirim" && !(words.kata[hadir] && words.kata[hasil])) return ["rumah", values];
  if (step === "kirim" && hadir === "tidak_ditemukan" && values.terlalu_dini) return ["tidak-di-sini", values];
  if (["tidak-bertemu", "tidak-di-sini", "penilaian", "kirim"].includes(step)) return [step, {...values, salah: wrong.map((name) => ({nilai: name}))}];
  return [step === "data" ? "data" : "rumah", values];
}

function choose(known, at, stale) {
  const asked = at.searchParams, [, number, step] = at.pathname.match(/^\/verifikasi\/(\d+)\/(?:([\w-]+)\/)?/) || [];
  const id = Number(number || asked.get("rumah")), done = id && kept(known, id);
  if (done && !(done.ditolak && number)) return ["tersimpan", done];
  if (at.pathname === HELP) return ["bantuan", {}];
  if (at.pathname === QUEUE) return ["belum-terkirim", queue(known)];
  if (!known.pack) return ["tanpa-daftar", {usang: stale === true, salah_pin: stale === "pin", menunggu: known.mine.length}];
  if (!number) return ["tugas", list(known, asked.get("cari") || "", Number(asked.get("nanti")))];
  const house = known.pack.rumah.find((one) => one.id === id);
  return house ? question(house, step, asked, known.pack.label, known.mine) : ["tidak-ada", {}];
}

async function render(moved) {
  const at = new URL(location), ask = at.pathname !== HELP && await locked();
  const [name, values] = ask ? ["kunci", {salah: wrongPin}] : choose(await know(), at, await get("usang"));
  const sight = JSON.stringify([location.href, name, values]);
  if (sight === drawn) return;
  drawn = sight;
  show(name, values);
  const head = document.querySelector("[data-layar] h1");
  document.title = `${head.textContent} - ${place}`;
  if (!moved) return;
  scrollTo(0, 0);
  const first = document.querySelector("[data-layar] .sum:not([hidden])") || head;
  first.tabIndex = -1;
  first.focus();
}

function go(address) {
  history.pushState(null, "", address);
  return render(true);
}

// --- the photo: drawn anew and smaller, so that the place and time in it stay behind
const MOST = 60000, photos = new WeakMap();

async function shrink(file) {
  const picture = await createImageBitmap(file), long = Math.max(picture.width, picture.height);
  try {
    for (let side = Math.min(1024, long); side >= Math.min(240, long); side *= 0.75) {
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * side / long);
      canvas.height = Math.round(picture.height * side / long);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      for (const quality of [0.8, 0.65, 0.5]) {
        const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
        if (small && small.size <= MOST) return small;
      }
    }
  } finally { picture.close(); }
  throw new Error("foto");
}

async function choosePhoto(input) {
  const [file] = input.files, note = input.form.querySelector("[data-foto]");
  if (!file) { photos.delete(input.form); note.textContent = ""; return; }
  note.textContent = "Mengecilkan foto.";
  const small = shrink(file);
  photos.set(input.form, small);
  try { note.textContent = `Foto siap, ${Math.ceil((await small).size / 1024)} KB.`; } catch { note.textContent = "Foto ini tidak dapat dibaca."; }
}

// --- the place: on a tap alone, rounded before it is kept
function notePlace(button) {
  const field = button.form.elements.tempat, note = button.parentNode.querySelector("[role=status]");
  if (field.value) { field.value = ""; note.textContent = "Tempat dihapus."; return; }
  note.textContent = "Mencari tempat.";
  navigator.geolocation.getCurrentPosition(({coords}) => {
    field.value = [coords.latitude.toFixed(4), coords.longitude.toFixed(4), Math.ceil(coords.accuracy)].join();
    note.textContent = `Tempat dicatat, ketelitian ${Math.ceil(coords.accuracy)} meter. Tekan lagi untuk menghapus.`;
  }, () => { note.textContent = "Tempat tidak terbaca. Lanjutkan saja."; }, {enableHighAccuracy: true, timeout: 15000});
}

// --- what a person does
function lacking(form, isi) {
  const reasons = [...form.querySelectorAll("[name=alasan]")];
  if (reasons.length && !isi.alasan) return "alasan";
  return reasons.length && isi.alasan === reasons.pop().value && !isi.cerita ? "cerita" : "";
}

async function save(form, isi, photo) {
  const {me, jawab, ditolak} = await know(), rumah = Number(form.dataset.rumah);
  const before = jawab.find((one) => one.rumah === rumah);
  if (before && !ditolak[before.uuid]) return; // a second tap
  const event = {
    uuid: crypto.randomUUID(), petugas: me, rumah, versi_dasar: form.dataset.versi, versi_form: Number(form.dataset.bentuk),
    isi, tempat: form.elements.tempat.value, waktu_hp: new Date().toISOString(),
  };
  await use("readwrite", (kept, kejadian) => {
    if (before) { kejadian.delete(before.urut); kept.delete(`foto:${before.uuid}`); }
    if (photo) kept.put({uuid: event.uuid, petugas: me, isi: photo}, `foto:${event.uuid}`);
    kejadian.add(event);
  });
  navigator.storage?.persist?.();
}

function complain(form, gap) {
  for (const name of ["alasan", "cerita", "foto"]) form.querySelector(`[data-tanpa-${name}]`).hidden = name !== gap;
  const box = form.querySelector("[data-sum]");
  box.hidden = false;
  box.focus();
}

async function answer(form, isi) {
  let photo;
  try { photo = await photos.get(form); } catch { return inShell ? complain(form, "foto") : form.submit(); } // the server may read it
  const id = Number(form.dataset.rumah), later = `${QUEUE}?rumah=${id}`;
  try { await save(form, isi, photo); } catch { return form.submit(); } // this browser keeps nothing: the server takes it
  const sent = sync(false);
  if (inShell && !live) return go(later);
  await Promise.race([sent, new Promise((done) => setTimeout(done, 5000))]);
  const {tanda} = await know(), receipt = tanda.find(({rumah}) => rumah === id);
  if (receipt?.kunjungan) return location.assign(`${HOME}?nanti=${id}`);
  location.assign(receipt && receipt.hasil !== "konflik" ? `${HOME}${id}/terkirim/` : later);
}

// Nobody was met: one visit a day a house.
async function come(form, why) {
  const {me, mine} = await know(), rumah = Number(form.dataset.kunjungan), waktu_hp = new Date().toISOString();
  const event = {uuid: crypto.randomUUID(), petugas: me, rumah, kunjungan: why, waktu_hp}, later = `${HOME}?nanti=${rumah}`;
  const known = mine.some((one) => isVisit(one) && one.rumah === rumah && dayOf(one.waktu_hp) === dayOf(waktu_hp));
  try { if (!known) await use("readwrite", (_, kejadian) => { kejadian.add(event); }); } catch { return form.submit(); }
  const sent = sync(false);
  if (inShell && !live) return go(later);
  await Promise.race([sent, new Promise((done) => setTimeout(done, 5000))]);
  location.assign((await know()).mine.some(({uuid}) => uuid === event.uuid) ? QUEUE : later);
}

async function drop(urut) {
  const one = (await everyAnswer()).find((kept) => kept.urut === urut);
  await use("readwrite", (isi, kejadian) => { kejadian.delete(urut); if (one) isi.delete(`foto:${one.uuid}`); });
  await draw();
}

async function leave(form, sure) {
  const kept = async () => (await everyAnswer()).length || (await everyPhoto()).length;
  if (!sure && await kept()) await sync(false);
  const left = sure ? 0 : await kept();
  if (left) {
    const note = document.createElement("div");
    pita.after(note);
    show("keluar", {jumlah: left}, note);
    note.querySelector("button").onclick = () => leave(form, true);
    return note.firstElementChild.focus();
  }
  const body = new FormData(form);
  body.set("csrfmiddlewaretoken", token() || body.get("csrfmiddlewaretoken"));
  await wipe();
  // Without a network the phone is clean all the same; the sign-in ends with its time.
  try { await fetch(form.action, {method: "POST", body, redirect: "manual"}); } catch { /* as said */ }
  location.assign("/");
}

document.addEventListener("submit", (event) => {
  const form = event.target, pressed = event.submitter, data = new FormData(form);
  if ("keluar" in form.dataset) {
    event.preventDefault();
    return leave(form, false);
  }
  if ("kunci" in form.dataset) {
    event.preventDefault();
    return unlock(data.get("pin").trim());
  }
  if (form.dataset.rumah) {
    if (!inShell && !navigator.serviceWorker?.controller) return;
    const isi = {hadir: data.get("hadir"), hasil: data.get("hasil"), salah: data.getAll("salah"),
      alasan: data.get("alasan") || "", cerita: (data.get("cerita") || "").trim()};
    const gap = lacking(form, isi);
    if (gap && !inShell) return; // the server says what is missing
    event.preventDefault();
    if (!gap) return answer(form, isi);
    return complain(form, gap);
  }
  if (form.dataset.kunjungan) {
    if (!inShell && !navigator.serviceWorker?.controller) return;
    event.preventDefault();
    return come(form, pressed?.value || "");
  }
  if (!inShell || live || form.method !== "get") return;
  event.preventDefault();
  if (pressed?.name) data.append(pressed.name, pressed.value);
  go(`${pressed?.getAttribute("formaction") || form.getAttribute("action")}?${new URLSearchParams(data)}`);
});

document.addEventListener("change", ({target}) => target.name === "foto" && choosePhoto(target));

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/verifikasi/']"), button = event.target.closest("[data-hapus]");
  if (event.target.closest("[data-kirim]")) return sync(true);
  if (event.target.closest("[data-cetak]")) return print();
  if (event.target.closest("[data-tempat]")) return notePlace(event.target.closest("[data-tempat]"));
  if (button) return drop(Number(button.dataset.hapus));
  if (!link || !inShell || live || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

pita.querySelector("button").addEventListener("click", () => {
  if (trouble === "masuk") location.assign(`/masuk/?next=${HOME}`); else sync(true);
});
addEventListener("popstate", () => inShell && render(true));
addEventListener("online", () => sync(false));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sync(false));

if (here.petugas) {
  await become(Number(here.petugas));
  await put(`dipakai:${here.petugas}`, Date.now()); // the server let this person in just now
}
await expire();
await draw();
navigator.serviceWorker?.register("/sw.js", {scope: HOME}).catch(() => {});
navigator.serviceWorker?.ready.then(({active}) => navigator.serviceWorker.controller || active.postMessage("klaim"));
sync(false);
