/**
 * The script of pages with feeds, served at an address of its own: the Content-Security-Policy allows no other. A string,
 * since a bundled function has no files beside it.
 *
 * All it does is what a page cannot do without one: copy an address. Without it, and where a browser lets nobody write to
 * the clipboard, the button stays hidden, and the address is in a field to be selected.
 */
export const FEEDS_SCRIPT_PATH = '/feeds.js';

/** Expects `.copy` around a field, a button and a place for what is said; its data has the words. */
export const FEEDS_SCRIPT = `for (const box of document.querySelectorAll('.copy')) {
  const field = box.querySelector('input');
  const button = box.querySelector('button');
  const status = box.querySelector('[role=status]');
  field.addEventListener('focus', () => field.select());
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener('click', async () => {
    for (const other of document.querySelectorAll('.copy [role=status]')) other.textContent = '';
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = box.dataset.copied;
    } catch {
      field.focus();
      status.textContent = box.dataset.failed;
    }
  });
}
`;
