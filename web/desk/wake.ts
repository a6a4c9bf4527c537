/** Keeps the screen on while the page is looked at; a browser that cannot do it just goes dark. */
export function stayAwake(): void {
  const ask = () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    // Refused on an empty battery; asked again when the page is looked at again.
    navigator.wakeLock.request('screen').catch(() => {});
  };
  document.addEventListener('visibilitychange', ask);
  ask();
}
