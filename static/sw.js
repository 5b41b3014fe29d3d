// Keeps one shell page with its style and script, and shows it under /verifikasi/ when the network does not answer.
// SHELL (version, files) is written above by the server; answers are none of its business.
const CACHE = `verifikasi-${SHELL.version}`, PATIENCE = 6000;

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
// A page that was still opening when this worker took over is claimed by nobody, and asks.
self.addEventListener("message", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const {request} = event, {origin, pathname} = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (SHELL.files.includes(pathname)) event.respondWith(kept(pathname).then((found) => found || fetch(request)));
});

async function keep() {
  const cache = await caches.open(CACHE);
  for (const file of SHELL.files) {
    const answer = await fetch(file, {cache: "reload"});
    // Never keep the sign-in page in the shell's place.
    if (!answer.ok || answer.redirected) throw new Error(file);
    await cache.put(file, answer);
  }
  await self.skipWaiting();
}

async function tidy() {
  for (const name of await caches.keys()) if (name.startsWith("verifikasi-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function kept(pathname) {
  return (await caches.open(CACHE)).match(pathname, {ignoreVary: true});
}

async function page(request) {
  const late = new Promise((_, fail) => setTimeout(fail, PATIENCE));
  try {
    const answer = await Promise.race([fetch(request), late]);
    if (answer.status < 502) return answer;
  } catch { /* no network, or one that does not answer */ }
  return (await kept(SHELL.files[0])) || Response.error();
}
