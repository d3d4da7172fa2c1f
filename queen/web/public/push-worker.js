// The service worker behind Web Push: shows what sting sent, and opens it. It caches nothing. The message's
// fields are described in docs/reference/notifications.md.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const message = event.data?.json() ?? {};
  const isOver = message.kind === 'resolved' || message.kind === 'acknowledged';
  const acknowledge = message.acknowledgeUrl
    ? [{ action: 'acknowledge', title: 'Acknowledge' }]
    : [];
  event.waitUntil(
    self.registration.showNotification(message.title ?? 'Apiary', {
      body: message.body ?? '',
      // A repeat takes the place of what stands there, and is heard again unless all is well.
      ...(message.tag && { tag: message.tag, renotify: !isOver }),
      icon: '/icon.svg',
      timestamp: message.atMs,
      requireInteraction: message.severity === 'critical' && !isOver,
      silent: isOver,
      actions: acknowledge,
      data: { url: message.url, acknowledgeUrl: message.acknowledgeUrl },
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  const { url, acknowledgeUrl } = event.notification.data ?? {};
  event.notification.close();
  // The page asks once more: only its button acknowledges.
  const target = event.action === 'acknowledge' ? acknowledgeUrl : url;
  if (target) event.waitUntil(open(target));
});

/** In a window that is there already if it is ours, else in a new one. */
async function open(target) {
  const windows = await self.clients.matchAll({ type: 'window' });
  const [own] = windows;
  if (!own || new URL(target).origin !== self.location.origin) {
    await self.clients.openWindow(target);
    return;
  }
  await own.navigate(target);
  await own.focus();
}
