// Shows the words that a push brings, and opens the inbox. It keeps no page and no answer: nothing else goes through it.
self.addEventListener("push", (event) => {
  const [head, ...lines] = (event.data ? event.data.text() : "").split("\n");
  event.waitUntil(self.registration.showNotification(head || "Fangshi", { body: lines.join("\n"), icon: "/static/favicon.svg" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/inbox"));
});
