/**
 * The script of pages with feeds. It has its own address, because the Content-Security-Policy allows no inline script.
 * It is a string, because a bundled function has no files beside it.
 *
 * The script copies an address, which a page cannot do without a script. If the script does not run, or if the browser
 * allows no access to the clipboard, the button stays hidden. The address is in a field from which it can be copied by
 * hand.
 */
export const FEEDS_SCRIPT_PATH = '/feeds.js';

/** Expects a `.copy` around a field, a button and an element for the result. Its data attributes have the words. */
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
